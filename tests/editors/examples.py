"""The scripts that the tests open in editors, and where things are in them."""

from __future__ import annotations

FAULTY = """\
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="softmax"),
    ]
)
BIRD = "🦜"; model.compile(optimizer=keras.optimizers.Adam(lr=0.1), loss="binary_crossentropy")
"""
"""Two faults; before the second one, on its line, stands a character outside the Basic Multilingual Plane."""

SOFTMAX, LEGACY = "softmax-on-one-unit", "legacy-lr-argument"
FOUND = {SOFTMAX: ('"softmax"', 7), LEGACY: ("lr", 10)}
"""The rules that fire on FAULTY, with the text and the line (from 0) of the finding."""

FIXED = FAULTY.replace("(lr=", "(learning_rate=")
"""FAULTY after its safe fix."""

HEALTHY = FIXED.replace("softmax", "sigmoid")

TRAINING = """\
import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(256, 8)).astype("float32")
y = (x @ rng.normal(size=8) * 1e6).astype("float32")
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=5.0), loss="mse")
model.fit(x, y, epochs=6, verbose=0)
"""
"""A training that diverges: it takes a second, and the run shows what the source alone does not."""

TARGETS = "target-scale", 5
"""The rule and the line (from 0) of what the run of TRAINING shows."""

ENDLESS = TRAINING.replace("epochs=6", "epochs=1000000").replace("learning_rate=5.0", "learning_rate=1e-20")
"""A training that goes on until it is stopped."""


def columns(rule: str, encoding: str) -> tuple[int, int]:
    """First column of the finding of a rule in FAULTY and the one after the last, in units of the encoding."""
    text, line = FOUND[rule]
    source = FAULTY.splitlines()[line]
    # The word `lr` is the first of the line that is followed by `=0.1`.
    start = source.index(text if rule == SOFTMAX else "lr=0.1")
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]

    def units(piece: str) -> int:
        return len(piece.encode(codec)) // size

    return units(source[:start]), units(source[: start + len(text)])
