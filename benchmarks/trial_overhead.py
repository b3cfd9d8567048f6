"""What watching a fit costs: `python benchmarks/trial_overhead.py [--rounds N]`.

Each round fits a model for some epochs in three ways in a mixed order, in one process: plain, plain once more (the
noise floor), and watched at default settings. The figure is the median over rounds of the ratio to the plain fit of
the same round. Functions are traced, measures compiled and data looked at in first rounds that are shown apart, and so
are the own tests that follow the script.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

from default_lint.trial.child import tests as own_tests  # noqa: E402
from default_lint.trial.child.callback import callback  # noqa: E402
from default_lint.trial.child.monitor import LOOKS, Monitor  # noqa: E402
from default_lint.trial.child.session import Session  # noqa: E402

EPOCHS = 8


def dense() -> tuple[Any, Any, Any]:
    data = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, data.normal(size=(4000, 64)).astype("float32"), data.integers(0, 10, 4000)


def convolutional() -> tuple[Any, Any, Any]:
    data = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, data.normal(size=(2000, 16, 16, 3)).astype("float32"), data.integers(0, 10, 2000)


def recurrent() -> tuple[Any, Any, Any]:
    data = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((20, 8)), layers.LSTM(32), layers.Dense(10, activation="softmax")])
    return model, data.normal(size=(2000, 20, 8)).astype("float32"), data.integers(0, 10, 2000)


class Fitted:
    """One model, fitted again and again."""

    def __init__(self, build: Callable[[], tuple[Any, Any, Any]], watched: bool) -> None:
        keras.utils.set_random_seed(1)
        self.model, self.x, self.y = build()
        self.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        self.monitor = Monitor(Session(lambda event: None))
        self.callbacks = [callback(keras, self.monitor)] if watched else []

    def fit(self) -> tuple[float, float]:
        """Processor seconds and wall seconds of one fit."""
        wall, processor = time.perf_counter(), time.process_time()
        self.model.fit(self.x, self.y, epochs=EPOCHS, batch_size=32, verbose=0, callbacks=self.callbacks)
        return time.process_time() - processor, time.perf_counter() - wall


def tested(watched: Fitted) -> float:
    """Wall seconds of our own tests on the model, as they are made after a script."""
    watched.monitor.flush()
    watched.monitor.silent = True
    wall = time.perf_counter()
    own_tests.run(watched.monitor.session)
    return time.perf_counter() - wall


def measure(build: Callable[[], tuple[Any, Any, Any]], rounds: int) -> list[str]:
    ways = {"plain": Fitted(build, False), "again": Fitted(build, False), "watched": Fitted(build, True)}
    first = {name: way.fit()[0] for name, way in ways.items()}
    for _ in range(LOOKS):  # the data of the first calls of fit is looked at, which belongs to the set-up
        for way in ways.values():
            way.fit()
    order = random.Random(0)
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        names = list(ways)
        order.shuffle(names)
        for name in names:
            seen[name].append(ways[name].fit())

    def ratio(name: str, clock: int) -> float:
        return statistics.median(a[clock] / b[clock] for a, b in zip(seen[name], seen["plain"]))

    plain = statistics.median(entry[0] for entry in seen["plain"]) / EPOCHS * 1000
    floor, watched = ratio("again", 0), ratio("watched", 0)
    return [
        build.__name__,
        f"{plain:.0f} ms",
        f"{floor:.3f}",
        f"{watched:.3f}",
        f"{watched - floor:+.3f}",
        f"{ratio('again', 1):.3f} / {ratio('watched', 1):.3f}",
        f"{first['watched'] - (first['plain'] + first['again']) / 2:+.1f} s",
        f"{tested(ways['watched']):.1f} s",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=("dense", "convolutional", "recurrent"))
    options = parser.parse_args()
    print(f"{keras.backend.backend()}, {options.rounds} rounds of {EPOCHS} epochs, 1 thread, processor time, medians\n")
    columns = (
        "plain epoch",
        "plain again",
        "watched",
        "above the floor",
        "wall: again / watched",
        "set-up",
        "own tests",
    )
    print("| model | " + " | ".join(columns) + " |")
    print("|---|---|---|---|---|---|---|---|")
    for build in (dense, convolutional, recurrent):
        if options.only in (None, build.__name__):
            print("| " + " | ".join(measure(build, options.rounds)) + " |", flush=True)


if __name__ == "__main__":
    main()
