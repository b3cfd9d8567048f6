"""Traces for the tests of what is shown: a run that goes wrong, written as the probe writes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from default_lint.trial.trace import Event, Trace

SCRIPT = """\
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="softmax"),
])

model.compile(keras.optimizers.Adam(5.0), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=20, batch_size=32)
"""


def layer(index: int, kind: str, line: int, units: int, activation: str = "", **more: Any) -> Event:
    row = {"index": index, "name": f"{kind.lower()}_{index}", "kind": kind, "activation": activation}
    site = ["train.py", line, line, 4, 40]
    return {**row, "site": site, "parameters": 10 * units, "trainable": 10 * units, "output": [None, units], **more}


LAYERS = [layer(0, "Dense", 6, 64, "relu"), layer(1, "Dense", 7, 32, "relu"), layer(2, "Dense", 8, 1, "softmax")]


def model(number: int = 0, **more: Any) -> Event:
    event = {
        "event": "model",
        "model": number,
        "name": "sequential",
        "kind": "Sequential",
        "site": ["train.py", 12, 12, 0, 63],
        "compiled": ["train.py", 11, 11, 0, 90],
        "layers": LAYERS,
        "optimizer": {"class": "Adam", "learning_rate": 5.0},
        "losses": ["binary_crossentropy"],
        "asked": {"epochs": 20, "batch_size": 32},
    }
    return {**event, **more}


def epoch(number: int, *, of: int = 0, **more: Any) -> Event:
    """One epoch in which the loss falls and half of the units of the first layers die."""
    dead = min(0.1 * number, 0.5)
    event = {
        "event": "epoch",
        "model": of,
        "epoch": number,
        "fit": 0,
        "logs": {
            "loss": 0.7 + 2.0 / (number + 1),
            "accuracy": 0.5,
            "val_loss": 0.8 + 2.0 / (number + 1),
            "val_accuracy": 0.5,
        },
        "steps": 25,
        "seconds": 0.25,
        "learning_rate": 5.0,
        "measures": {"gradient_norm": 10.0 ** -(number / 2), "held_loss": 0.7, "weight_norm": 12.0},
        "layers": {
            str(index): {
                "gradient_norm": 10.0 ** -(number + index),
                "activation_mean": 0.3 * index,
                "activation_std": 0.5,
                "weight_norm": 3.0,
                **({"activation_dead": dead * (index + 1) / 2} if index < 2 else {}),
            }
            for index in range(3)
        },
    }
    return {**event, **more}


TESTS: list[Event] = [
    {
        "event": "test",
        "model": 0,
        "name": "rate_sweep",
        "result": {
            "rates": [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0],
            "start": [0.7] * 6,
            "end": [0.69, 0.6, 0.2, 0.1, "NaN", "Infinity"],
            "diverged": [False, False, False, False, True, True],
            "learns": [1e-4, 1e-2],
            "current": 5.0,
            "best": 1e-2,
            "seconds": 3.5,
        },
    },
    {
        "event": "test",
        "model": 0,
        "name": "overfit_batch",
        "result": {
            "samples": 32,
            "steps": 300,
            "start": 0.7,
            "end": 0.69,
            "accuracy": 0.5,
            "fits": False,
            "seconds": 2,
        },
    },
    {"event": "test", "model": 0, "name": "zero_input", "result": {"skipped": "no time was left"}},
]

LABELS = {"form": "binary", "counts": {"0": 500, "1": 500}, "majority": 0.5, "classes": 2}
DATA: Event = {"event": "data", "model": 0, "facts": {"samples": 1000, "batch": 32, "y": [LABELS]}}


def events(count: int = 5, *, tests: Sequence[Event] = (), kind: str = "finished", **ended: Any) -> list[Event]:
    """The events of a run with `count` epochs."""
    return [
        {"event": "trace", "format": 1, "script": "train.py", "sources": {}},
        {"event": "start", "versions": {"python": "3.11.2", "keras": "3.15.1", "backend": "tensorflow"}},
        model(),
        DATA,
        *(epoch(number) for number in range(count)),
        *tests,
        {"event": "ended", "kind": kind, "seconds": 9.5, **ended},
    ]


def trace(count: int = 5, **more: Any) -> Trace:
    return Trace.read(events(count, **more))


def broken(count: int = 3) -> Trace:
    """A run whose loss stops being a number in its last epoch."""
    last = epoch(count - 1, logs={"loss": math.nan, "accuracy": 0.0}, broken=7, complete=False, steps=8)
    return Trace.read([model(), *(epoch(number) for number in range(count - 1)), last])
