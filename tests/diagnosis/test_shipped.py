"""The classifiers that are shipped: they can be read, are small, and say what they should of plain cases."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from default_lint.diagnosis import bundle
from default_lint.diagnosis.locating import FEATURES, MODEL
from default_lint.engine import check, diagnose
from default_lint.lab.tables import read, records
from default_lint.settings import Settings
from default_lint.text import Document
from default_lint.trial.trace import Trace
from tests.diagnosis.test_levels import run
from tests.trial.observations.runs import DIGITS

ROOT = Path(__file__).parents[2]
LARGEST = 6 << 20  # bytes of all files
pytestmark = pytest.mark.usefixtures("shipped")


def shipped() -> bundle.Bundle:
    return bundle.load(bundle.FOLDER)


def test_all_can_be_used() -> None:
    found = shipped()
    assert {"detection.dynamic", "site.layer", "site.optimizer", "site.loss", "site.fit", MODEL} <= set(found.names)
    for name in found.names:
        model = found.model(name)
        assert model is not None and model.speaks, name
        share = model.forest.predict([0.0] * len(model.features))
        assert share.sum() == pytest.approx(1.0)
    assert found.trouble == ()


def test_all_files_together_are_small_and_told_in_the_manifest() -> None:
    files = {path.name: path.stat().st_size for path in bundle.FOLDER.iterdir()}
    assert sum(files.values()) <= LARGEST
    manifest = json.loads((bundle.FOLDER / bundle.MANIFEST).read_text(encoding="utf-8"))
    assert {entry["file"] for entry in manifest["models"].values()} == files.keys() - {bundle.MANIFEST}
    assert manifest["corpus"]["seeds"] == 60 and manifest["corpus"]["programs"] > 500


def test_what_is_no_better_than_its_floor_is_not_there() -> None:
    manifest = json.loads((bundle.FOLDER / bundle.MANIFEST).read_text(encoding="utf-8"))
    for name, entry in manifest["models"].items():
        value, low, _ = entry["scores"].get("top1") or entry["scores"]["auroc"]
        assert low > entry["scores"]["constant"] and value >= entry["scores"]["one_feature"], name


def test_the_features_are_those_of_the_code() -> None:
    found = shipped()
    place = found.model(MODEL)
    assert place is not None and place.features == tuple(FEATURES)
    for name in ("detection.dynamic", "detection.dynamic5"):
        model = found.model(name)
        assert model is not None
        values = dict.fromkeys(model.features, 0.0)
        judged = model.judge(values)
        total = judged.base + sum(judged.contributions.values())
        assert np.isclose(total, judged.probability, atol=1e-9)


def test_a_run_that_fails_is_found_faulty_and_one_that_works_is_not() -> None:
    (first, *_) = run().levels
    assert first.stage == "detection" and first.learned.probability > 0.5
    corpus = read(ROOT / "corpus")
    healthy = [program for program in records(corpus) if not program["faults"]][::5]
    found = []
    for program in healthy:
        document = Document(f"{program['seed']}.py", program["code"])
        trace = Trace.load(corpus.traces[program["id"]][1])
        (level, *_) = diagnose((document,), Settings(audience="curious"), trace, raising=True).levels
        found.append(level.stage == "detection" and level.holds)
    assert len(found) == 12 and not any(found)


def test_a_working_program_is_left_alone_by_the_regular_audience() -> None:
    report = check(Document("train.py", DIGITS), Settings())
    assert report.findings == ()
