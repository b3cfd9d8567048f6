"""Learning where the fault of a run stands: rows made of what was said out of fold, and what is told of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from default_lint.diagnosis.bundle import load as load_bundle
from default_lint.diagnosis.locating import FEATURES, MODEL
from default_lint.lab import evaluate, export, localize, placing, train
from default_lint.lab.learning import Learning
from default_lint.text import Document, Span
from tests.lab.test_learning import made

LINE = 2  # of four, where the fault is planted


def lined() -> Learning:
    """The corpus of `test_learning` with a line for each place of a program."""
    corpus = made()
    codes, faults = [], []
    for at, name in enumerate(corpus.programs["id"]):
        text = "".join(f"place_{line} = {line}\n" for line in range(1, 5)) + f"# {name}\n"
        spans = [(start := text.index(f"place_{line}"), start + 7) for line in range(1, 5)]
        places = [replace(place, span=span, whole=span) for place, span in zip(corpus.sources[at].places, spans)]
        corpus.sources[at] = replace(corpus.sources[at], places=tuple(places))
        start, end = spans[LINE - 1]
        where = {"start": start, "end": end}
        fault = {
            "operator": "HLR",
            "family": "hyperparameter",
            "cause": "learning-rate",
            "site": where,
            "after": [where],
        }
        codes.append(text)
        faults.append(json.dumps([] if corpus.programs["original"][at] else [fault]))
    corpus.programs["code"], corpus.programs["faults"] = codes, faults
    return corpus


@pytest.fixture(scope="module")
def study() -> evaluate.Study:
    return evaluate.Study(lined(), evaluate.quicker(evaluate.RECIPES, 40), jobs=1)


@pytest.fixture(scope="module")
def results(study: evaluate.Study) -> list[localize.Result]:
    """What rules and observations say: something about the first line, and about one that is no place."""
    return [
        {"program": name, "words": [[0, 7, 0.6, True], [47, 49, 0.2, False]]} for name in study.learning.programs["id"]
    ]


@pytest.fixture(scope="module")
def placed(study: evaluate.Study, results: list[localize.Result]) -> placing.Placed:
    there = placing.placed(study, results)
    assert there is not None
    return there


def test_every_place_of_a_faulty_program_is_a_row(study: evaluate.Study, placed: placing.Placed) -> None:
    faulty = set(np.flatnonzero(study.learning.faulty))
    assert set(placed.task.rows.program) == faulty
    assert len(placed.spots) == len(placed.task.y) == 5 * len(faulty)  # four places, and the one that a finding names
    assert placed.task.rows.names == tuple(FEATURES)
    assert np.isfinite(placed.task.rows.x).all()
    codes = study.learning.programs["code"]
    for (at, spot), planted in zip(placed.spots, placed.task.y, strict=True):
        assert planted == (Document("a.py", codes[at]).locate(spot.span.start).line == LINE)


def test_what_was_said_is_in_the_rows(placed: placing.Placed) -> None:
    x, names = placed.task.rows.x, list(placed.task.rows.names)
    seen = x[:, names.index("observation")]
    assert {spot.span for (_, spot), weight in zip(placed.spots, seen, strict=True) if weight} == {Span(0, 7)}
    suspicion = x[:, names.index("suspicion")]
    assert suspicion[placed.task.y == 1].mean() > 3 * suspicion[placed.task.y == 0].mean()


def test_causes_are_asked_about_runs_of_other_families_too(
    study: evaluate.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "speaks", lambda scores: True)
    found = placing._causes(study, "layer")
    assert found is not None
    classes, shares = found
    assert classes == ("strides", "units")
    faulty = study.learning.faulty
    assert np.isfinite(shares[faulty]).all() and np.isnan(shares[~faulty]).all()
    assert shares[faulty].sum(axis=1) == pytest.approx(np.ones(faulty.sum()))


def test_what_is_not_shipped_says_nothing(study: evaluate.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "speaks", lambda scores: False)
    assert placing._causes(study, "layer") is None
    assert np.isnan(placing._holds(study, "layer")[0]).all()


def test_a_classifier_of_source_and_run_is_asked_where_it_is_better(
    study: evaluate.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `Sample.model`: the one of source and run where it is shipped, and the run alone for what has no source."""
    answers = {}
    for ships in (("dynamic",), ("dynamic", "both")):
        names = {f"detection.{way}" for way in ships}
        monkeypatch.setattr(
            placing, "judged", lambda study, several, names=names: [(task, {}, task.name in names) for task in several]
        )
        answers[ships] = placing._holds(study)[0]
    for (*_, way), given in answers.items():
        task = train.detection(study.learning, way)
        at = study.first(task)
        assert (given[task.rows.program[at]] == study.told(task).probability[at, 1]).all()
    first, second = answers.values()
    assert not np.array_equal(first, second, equal_nan=True)


def test_places_are_told_as_localize_asks_for_them(study: evaluate.Study, placed: placing.Placed) -> None:
    likely = placing.likely(study, placed)
    at = int(np.flatnonzero(study.learning.faulty)[0])
    code = study.learning.programs["code"][at]

    class Program:
        document = Document("seed0.py", code)

    told = likely(Program())
    assert told is not None and len(told.likely) == 5
    best = max(told.likely, key=lambda spot: spot.suspicion)
    assert Program.document.locate(best.span.start).line == LINE


def test_the_classifier_is_shipped_with_the_others(
    study: evaluate.Study, placed: placing.Placed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "EPOCHS", (None,))
    export.export(study, tmp_path, placed)
    model = load_bundle(tmp_path).model(MODEL)
    assert model is not None and model.speaks and model.features == tuple(FEATURES)
    assert 0 < model.threshold < 1 and model.scores["auroc"][0] > 0.8


def test_too_little_to_learn_from_is_nothing(study: evaluate.Study) -> None:
    assert placing.placed(study, []) is None


def test_what_was_said_is_kept_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = made()
    first = evaluate.Study(corpus, evaluate.quicker(evaluate.RECIPES, 5), jobs=1, cache=tmp_path)
    task = train.detection(corpus, "dynamic")
    told = first.told(task)
    (file,) = tmp_path.iterdir()

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("learned twice")

    again = evaluate.Study(corpus, first.recipes, jobs=1, cache=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "out_of_fold", never)
        assert (again.told(task).probability == told.probability).all()
        more = evaluate.Study(corpus, evaluate.quicker(evaluate.RECIPES, 6), jobs=1, cache=tmp_path)
        with pytest.raises(AssertionError, match="learned twice"):
            more.told(task)
    file.write_bytes(file.read_bytes()[:100])
    torn = evaluate.Study(corpus, first.recipes, jobs=1, cache=tmp_path)
    assert (torn.told(task).threshold == told.threshold).all()
