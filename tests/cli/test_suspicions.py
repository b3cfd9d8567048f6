"""Suspicions on the command line: who hears of them, what is told of their absence, and the cache."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from default_lint.diagnose import Diagnosing, Subject
from default_lint.diagnosis import bundle as module
from default_lint.diagnosis import suspicion
from default_lint.findings import PLACE, Confidence, Diagnosis, Finding, Learned, Report, Severity, Verdict
from default_lint.settings import Settings
from default_lint.text import Document, Span
from tests.cli.conftest import Outcome
from tests.diagnosis.bundles import SITES, bundle
from tests.output import tracing

Lint = Callable[..., Outcome]
CURIOUS = ("--config", 'audience="curious"')
PROGRAM = """\
import keras
import numpy as np

x, y = np.zeros((100, 4)), np.zeros((100, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(learning_rate=0.5), loss="mse")
model.fit(x, y, epochs=5)
"""


@pytest.fixture(autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = bundle(tmp_path_factory.mktemp("models"), SITES)
    monkeypatch.setattr(module, "load", lambda: made)
    return made.folder


@pytest.fixture
def script(project: Path) -> Path:
    (project / "train.py").write_text(PROGRAM)
    return project / "train.py"


def test_the_curious_hear_of_them(lint: Lint, script: Path):
    assert lint("train.py") == (0, "All checks passed!\n", "")
    code, out, err = lint("train.py", *CURIOUS)
    assert (code, err) == (1, "")
    assert (
        out
        == """\
info[unusual-optimizer]: `learning_rate=0.5` is unlike that of working programs (0.92)
 --> train.py:6:50  (low confidence)
  |
4 | x, y = np.zeros((100, 4)), np.zeros((100, 1))
5 | model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
6 | model.compile(keras.optimizers.SGD(learning_rate=0.5), loss="mse")
  |                                                  ^^^
7 | model.fit(x, y, epochs=5)
  |
  = note: learning rate 0.5, working programs 1e-4 to 0.01 (+0.28)

Found 1 info in 1 file.
"""
    )


@pytest.mark.parametrize(
    ("settings", "kind", "code"),
    [
        (Settings(), "finished", 0),
        (Settings(), "error", 2),
        (Settings(audience="curious"), "finished", 1),
        (Settings(extend_select=("LOS903",)), "finished", 1),
    ],
)
def test_a_likely_place_of_a_failing_run_is_told_and_decides_no_exit_code(settings: Settings, kind: str, code: int):
    document = Document("train.py", PROGRAM)
    learned = (Learned(PLACE, 0.9, 0.5, {}),)
    place = Finding("unusual-loss", "LOS903", Span(0, 6), "m", Severity.INFO, Confidence.LOW, "loss", learned)
    diagnosis = Diagnosis(Verdict(True, "It failed"), (Report(document),), ((document, place),))
    options = Namespace(exit_zero=False, events=None, output_file=None, verify_fixes=None)
    run = Diagnosing(options, settings, Subject("train.py", document), lambda *_: None)
    assert run._code(diagnosis, tracing.trace(kind=kind), failed=False) == code


def test_a_kept_report_is_the_same(lint: Lint, script: Path, monkeypatch: pytest.MonkeyPatch):
    arguments = ("train.py", *CURIOUS, "--format", "json")
    first = lint(*arguments)
    monkeypatch.setattr(suspicion, "suspect", None)  # not asked again
    assert lint(*arguments) == first
    (row,) = json.loads(first[1])
    (piece,) = row["evidence"]
    assert piece["base"] + sum(piece["contributions"].values()) == pytest.approx(piece["probability"])
    assert piece["reasons"][0]["message"] == row["notes"][0]["message"]


def test_an_ignore_comment_holds_one_back(lint: Lint, script: Path):
    script.write_text(PROGRAM.replace('"mse")', '"mse")  # default-lint: ignore[unusual-optimizer] meant'))
    assert lint("train.py", *CURIOUS)[:2] == (0, "All checks passed!\n")


def test_verbose_tells_of_how_many_places_too_little_is_known(
    lint: Lint, script: Path, monkeypatch: pytest.MonkeyPatch
):
    said = "places too little is known to tell whether they are unusual."
    assert said not in lint("train.py", "--verbose", "--no-cache", *CURIOUS)[2]
    monkeypatch.setattr(suspicion, "KNOWN", 1.01)
    for _ in range(2):  # the second time from the cache
        assert f"Of 6 {said}\n" in lint("train.py", "--verbose", *CURIOUS)[2]
    assert said not in lint("train.py", *CURIOUS)[2] + lint("train.py", "--verbose")[2]


def test_damaged_classifiers_are_told_once(lint: Lint, script: Path, models: Path):
    (script.parent / "other.py").write_text(PROGRAM)
    (models / "site.optimizer.npz").write_bytes(b"")
    code, _, err = lint("train.py", "other.py", *CURIOUS)
    assert code == 2
    assert err == (
        "error: classifiers: site.optimizer: site.optimizer.npz is not the file that the manifest was written for\n"
    )
    assert lint("train.py", "other.py")[0] == 0
