"""Runs of Keras in forks of a warm interpreter: the same again, and the same as elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from default_lint.lab import runs
from default_lint.lab.runs import Outcome, Task, perform
from default_lint.lab.scores import Scoring
from default_lint.trial import launch

pytestmark = [pytest.mark.keras, pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="forks")]

SCRIPT = """
import keras
import numpy as np

keras.utils.set_random_seed({seed})
rng = np.random.default_rng(5)
x = rng.normal(size=(300, 6)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("float32")
x_test, y_test = x[200:], y[200:]
model = keras.Sequential([
    keras.Input((6,)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x[:200], y[:200], validation_split=0.2, epochs=4, verbose=0)
"""


def measured(outcome: Outcome) -> list[object]:
    model = outcome.read().models[0]
    return [(epoch.number, epoch.logs, epoch.measures, epoch.layers, epoch.losses) for epoch in model.epochs]


def test_a_run_is_the_same_again_and_as_elsewhere(tmp_path: Path) -> None:
    """The same twice, whatever ran between; the trace of a run on its own; the predictions of a plain Python."""
    source = SCRIPT.format(seed=4)
    scoring = Scoring("r2")  # of probabilities, so that the smallest difference shows
    one, other, two = (
        perform(Task("a", source.replace("seed(4)", f"seed({said})"), "train.py", seed, scoring))
        for said, seed in ((4, 4), (4, 9), (0, 4))
    )
    assert (one.status, one.error) == ("ok", "")
    assert one.score == two.score != other.score
    assert measured(one) == measured(two) != measured(other)

    script = tmp_path / "train.py"
    script.write_text(source, encoding="utf-8")
    request = launch.Request(
        script=str(script), python=sys.executable, tests=False, seed=4, environment=dict(runs.ENVIRONMENT)
    )
    cold = launch.run(request).trace.models[0]
    warm = one.read().models[0]
    assert [epoch.complete for epoch in cold.epochs] == [True] * 4
    assert [layer.site.line for layer in warm.layers if layer.site] == [
        layer.site.line for layer in cold.layers if layer.site
    ]
    for mine, theirs in zip((warm.start, *warm.epochs), (cold.start, *cold.epochs), strict=True):
        assert mine is not None and theirs is not None
        assert mine.logs == pytest.approx(theirs.logs, abs=1e-6)
        assert mine.measures == pytest.approx(theirs.measures, rel=1e-5)
        assert mine.layers.keys() == theirs.layers.keys()
        for index in mine.layers:
            assert mine.layers[index] == pytest.approx(theirs.layers[index], rel=1e-4, nan_ok=True), index

    predicted = "told = repr(model.predict(x_test, verbose=0).tolist())\n"
    plain = tmp_path / "plain.py"
    plain.write_text(source + predicted + "print(told)", encoding="utf-8")
    environment = {**os.environ, **runs.ENVIRONMENT}
    done = subprocess.run([sys.executable, plain], env=environment, capture_output=True, text=True, check=True)
    probed = perform(Task("a", source + predicted + "raise ValueError(told)", "train.py", 4, scoring))
    assert probed.read().error == done.stdout.strip()


def test_a_crash_in_training_is_told_at_its_line() -> None:
    source = SCRIPT.format(seed=1).replace("Input((6,))", "Input((5,))")
    outcome = perform(Task("a", source, "train.py", 1, Scoring("r2")))
    assert (outcome.status, outcome.line) == ("crash", 17)
    assert outcome.error.startswith("ValueError: ")
    assert len(outcome.read().models) == 1
