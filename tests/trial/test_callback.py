"""`default_lint.keras.Probe`: the instrument as a callback, in processes of their own (it patches Keras)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_process import environment

pytestmark = [pytest.mark.keras, pytest.mark.slow]

SETUP = """\
import io, json, sys
import numpy as np
from default_lint.keras import Probe
import keras
from keras import layers

def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(192, 8)).astype("float32")
    return x, (x.sum(axis=1) > 0).astype("int32")

def build(rate=0.01):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((8,)),
        layers.Dense(16, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model

def fit(model, *callbacks, epochs=2):
    x, y = data()
    return model.fit(x, y, validation_split=0.25, epochs=epochs, verbose=0, callbacks=list(callbacks))

def state(model):
    return [w.tolist() for w in model.get_weights()] + [np.asarray(v).tolist() for v in model.optimizer.variables]

told = {}
"""

WATCHED = """
model = build()
with_own = fit(model)
plain = state(model), with_own.history, fit(model, epochs=1).history

model = build()
probe = Probe(tests=True, show=False, seconds=20)
watched = fit(model, probe)
probed = state(model), watched.history, fit(model, epochs=1).history
told["same"] = plain == probed

trace = probe.trace
told["models"] = len(trace.models)
told["epochs"] = [epoch.number for epoch in trace.models[0].epochs]
told["tests"] = sorted(trace.models[0].tests)
told["measures"] = sorted(trace.models[0].epochs[-1].measures)
told["lines"] = [layer.site.line for layer in trace.models[0].layers if layer.site]
told["fits"] = [site.line for site in trace.models[0].fits]
told["compiled"] = trace.models[0].compiled.line
told["ended"] = trace.ended.kind
fit(model, probe, epochs=1)
told["epochs after another fit"] = [epoch.number for epoch in probe.trace.models[0].epochs]
told["html"] = probe._repr_html_()
"""

TOLD = """
probe = Probe(select=["ALL"], audience="curious")
try:
    fit(build(1e6), probe, keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: 1 / (1 - epoch)), epochs=3)
except ZeroDivisionError as error:
    told["error"] = str(error)
told["ended"] = [probe.trace.ended.kind, probe.trace.ended.message]
told["epochs"] = len(probe.trace.models[0].epochs)
out = io.StringIO()
probe.report(out)
told["report"] = out.getvalue()
told["rules"] = [finding.rule for _, finding in probe.diagnosis.ranked]
told["paths"] = [report.document.path for report in probe.diagnosis.reports]
"""


def run(folder: Path, body: str) -> tuple[dict[str, Any], str, str]:
    """What the program told, and its standard output."""
    text = f"{SETUP}{body}\nopen('told.json', 'w').write(json.dumps(told))\n"
    (folder / "train.py").write_text(text, encoding="utf-8")
    more = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=folder, env=environment(**more), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads((folder / "told.json").read_text())
    return told, done.stdout, text


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, str]:
    return run(tmp_path_factory.mktemp("watched"), WATCHED)


def test_nothing_is_changed_by_the_probe_and_its_tests(watched: tuple[dict[str, Any], str, str]):
    assert watched[0]["same"] is True


def test_the_run_is_recorded(watched: tuple[dict[str, Any], str, str]):
    told, out, _ = watched
    assert (told["models"], told["epochs"], told["ended"]) == (1, [0, 1], "finished")
    assert {"gradient_norm", "held_loss", "prediction_std"} <= set(told["measures"])
    assert {"overfit_batch", "rate_sweep", "zero_input"} <= set(told["tests"])
    assert out == ""


def test_places_are_those_of_the_user(watched: tuple[dict[str, Any], str, str]):
    told, _, text = watched
    assert told["lines"] == [
        line(text, part) for part in ("layers.Dense(16", "layers.Batch", "layers.Dropout", "layers.Dense(1,")
    ]
    assert told["compiled"] == line(text, "model.compile(")
    assert told["fits"] == [line(text, "return model.fit(")]


def test_a_probe_can_watch_several_fits(watched: tuple[dict[str, Any], str, str]):
    assert watched[0]["epochs after another fit"] == [0, 1, 2]


def test_own_tests_that_fail_do_not_fail_the_training(tmp_path: Path):
    body = """
import default_lint.keras
def fail(*_):
    raise RuntimeError("no room")
default_lint.keras.own_tests.run_model = fail
probe = Probe(tests=True, show=False)
told["epochs"] = len(fit(build(), probe).history["loss"])
told["ended"], told["notes"] = probe.trace.ended.kind, probe.trace.notes
"""
    told, _, _ = run(tmp_path, body)
    assert (told["epochs"], told["ended"]) == (2, "finished")
    assert "the own tests failed (RuntimeError: no room)" in told["notes"]


def test_a_notebook_gets_a_page_without_a_script(watched: tuple[dict[str, Any], str, str]):
    page = watched[0]["html"]
    assert page.startswith('<div class="dlint">')
    assert page.count("<svg") >= 4
    assert "<script" not in page


def test_the_diagnosis_is_told_at_the_end_also_of_a_fit_that_fails(tmp_path: Path):
    told, out, _ = run(tmp_path, TOLD)
    assert told["error"] == "division by zero"
    assert told["ended"] == ["error", "ZeroDivisionError: division by zero"]
    assert told["epochs"] >= 1
    assert told["paths"] == ["train.py"]
    assert told["rules"]
    assert out == told["report"]
    assert out[0] in "✗?"
    assert "  epoch " in out
    assert "--> train.py:" in out
