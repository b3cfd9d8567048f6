"""A fix that is really tried: two runs of a script, and two of a notebook, with Keras."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from default_lint import cli

pytestmark = [pytest.mark.keras, pytest.mark.slow]
# Nothing is seeded: two runs differ by the fix alone all the same. It goes on from a model that it finds.
SCRIPT = """\
import os

import keras
import numpy as np
from keras import layers

x = np.random.normal(size=(400, 6)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32")

if os.path.exists("model.keras"):
    raise SystemExit("there is a model already")
model = keras.Sequential([
    keras.Input((6,)),
    layers.Dense(16, activation="relu"),
    layers.Dropout(0.1),
    layers.Dense(1, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.02), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.5, epochs=3, verbose=0)
model.save("model.keras")
with open("log.txt", "a") as stream:
    stream.write(f"{float(x.sum())} {history.history['loss'][0]}\\n")
"""


def diagnosed(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, Any]:
    options = ["--verify-fixes", "1", "--seconds", "2400", "--no-tests", "--format", "json", "-q"]
    assert cli.main(["diagnose", name, *options, "--python", sys.executable]) == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    found = diagnosed(capsys, "train.py")
    (attempt,) = found["verification"]["attempts"]
    assert attempt["outcome"] == "helps", attempt
    assert attempt["measure"]["name"] == "validation accuracy"
    assert attempt["measure"]["after"] > attempt["measure"]["before"] + 0.2
    assert '+    layers.Dense(1, activation="sigmoid"),\n' in attempt["diff"]
    assert found["findings"][0]["name"] == "softmax-on-one-unit"
    assert any(note["message"].startswith("verified: ") for note in found["findings"][0]["notes"])
    assert script.read_text() == SCRIPT
    assert len((tmp_path / "log.txt").read_text().splitlines()) == 1, "one run is all that can be seen"
    assert sorted(os.listdir(tmp_path)) == ["log.txt", "model.keras", "train.py"]


def test_a_change_in_a_notebook_that_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same training to the last bit, though nothing in the notebook seeds anything."""
    monkeypatch.chdir(tmp_path)
    stop = "callbacks=[keras.callbacks.EarlyStopping(patience=2)]"
    text = SCRIPT.replace('"softmax"', '"sigmoid"').replace("verbose=0", f"verbose=0, {stop}")
    head, tail = text.split("model.compile")
    rows = [{"cell_type": "code", "source": part, "metadata": {}} for part in (head, f"model.compile{tail}")]
    book = json.dumps({"cells": rows, "metadata": {}, "nbformat": 4})
    (tmp_path / "book.ipynb").write_text(book)
    found = diagnosed(capsys, "book.ipynb")
    (attempt,) = found["verification"]["attempts"]
    assert attempt["fixes"][0]["name"] == "early-stopping-without-restore"
    assert attempt["fixes"][0]["cell"] == 2
    assert attempt["outcome"] == "no difference", attempt
    assert attempt["measure"]["before"] == attempt["measure"]["after"]
    assert (tmp_path / "book.ipynb").read_text() == book
