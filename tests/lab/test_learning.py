"""Learning from the corpus: what the rows hold, that no seed is seen, what is told of faults, and what is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from default_lint.diagnosis.bundle import load as load_bundle
from default_lint.features.dynamic import FIRST
from default_lint.features.table_static import names
from default_lint.lab import evaluate, export, learning, train
from default_lint.lab.evaluation_schema import validate
from default_lint.lab.learning import FAMILIES, Learning, Place, Source, struck
from default_lint.lab.mutants import Subject, operators
from default_lint.lab.tables import feature_names
from tests.lab.test_corpus import SOURCE

SEEDS, MUTANTS = 12, 14
TELLING = names("program").index("optimizer.rate")
RATE = names("optimizer").index("optimizer.rate")
LEAKING = 3  # a column of a run that gives away the seed and, for each seed, the verdict
CAUSES = {"hyperparameter": ("learning-rate", "epochs"), "layer": ("units", "strides")}


def made(signal: float = 3.0, leak: bool = False, draw: int = 0) -> Learning:
    """A corpus of numbers: faulty programs have high first columns of their runs and a high `optimizer.rate`."""
    chance = np.random.default_rng(draw)
    programs, runs, sources = [], [], []
    columns = feature_names()
    for seed in range(SEEDS):
        for number in range(MUTANTS + 1):
            name = f"seed{seed}" if not number else f"seed{seed}.{number}"
            faulty = bool(number) and number % 2 == 0
            family = ("hyperparameter", "layer")[number // 2 % 2]
            cause = CAUSES[family][number // 4 % 2]
            code = f"# {name}\nmodel.fit()\n"
            programs.append(
                {"id": name, "seed": f"seed{seed}", "original": not number, "verdict": "faulty" if faulty else "benign",
                 "architecture": ("feedforward", "convolutional", "recurrent")[seed % 3], "code": code, "faults": "[]",
                 "families": [family] if number else [], "causes": [cause] if number else [],
                 "operators": ["HLR"] if number else [], "progress": [0.2 if faulty else 0.9]}
            )  # fmt: skip
            row = chance.normal(size=len(names("program"))).astype(np.float32)
            row[TELLING : TELLING + 5] += signal / 2 * faulty
            row[:5] += signal / 2 * (family == "layer") * faulty
            row[5:10] += signal / 2 * (cause in ("epochs", "strides"))
            places = []
            for at in range(4):
                site = chance.normal(size=len(names("optimizer"))).astype(np.float32)
                hit = faulty and at == 1
                site[RATE : RATE + 4] += signal / 2 * hit
                span = (len(code) - 12 + at, len(code) - 11 + at)
                places.append(
                    Place("optimizer", "learning_rate", span, span, 2, 1.0, site, (0,) if number and at == 1 else ())
                )
            sources.append(Source(row, 0.9, tuple(places)))
            for repeat in range(1 if number else 3):
                values = chance.normal(size=len(columns)).astype(np.float32)
                values[:6] += signal / 2 * faulty
                if leak:
                    values[LEAKING] = seed + 0.5 * faulty * (-1) ** seed
                told = {f"dall.{column}": value for column, value in zip(columns, values, strict=True)}
                for first in FIRST:
                    told |= {f"d{first}.{column}": value for column, value in zip(columns, values, strict=True)}
                runs.append({"run": f"{name}-{repeat}", "program": name, "status": "ok", "epochs": 12, **told})
    return Learning(pd.DataFrame(programs), pd.DataFrame(runs), sources, "corpus")


@pytest.fixture(scope="module")
def corpus() -> Learning:
    return made()


@pytest.fixture(scope="module")
def study(corpus: Learning) -> evaluate.Study:
    bagged = {name: recipe for name, recipe in evaluate.RECIPES.items() if recipe.kind != "boosting"}
    return evaluate.Study(corpus, evaluate.quicker(bagged, 12), jobs=1)


@pytest.fixture(scope="module")
def shipped(study: evaluate.Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    (folder / "cause.old.both.npz").write_bytes(b"of an earlier export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "EPOCHS", (5, None))
        export.export(study, folder)
    return folder


def test_rows_of_levels(corpus: Learning) -> None:
    static, dynamic, both = (corpus.rows(level) for level in ("static", "dynamic", "both"))
    assert len(static.x) == SEEDS * (MUTANTS + 1)
    assert len(dynamic.x) == len(both.x) == SEEDS * (MUTANTS + 3)
    assert static.names == names("program") and both.names == (*names("program"), *feature_names())
    assert np.bincount(both.program, both.weight) == pytest.approx(np.ones(len(static.x)))
    some = corpus.rows("static", where=corpus.faulty)
    assert set(some.program) == set(np.flatnonzero(corpus.faulty))


def test_runs_of_fewer_epochs_are_told_as_a_whole() -> None:
    short = made()
    column = feature_names()[0]
    short.runs.loc[0, f"d10.{column}"] = np.nan
    assert short.rows("dynamic", 10).x[0, 0] == short.rows("dynamic").x[0, 0]


def test_nothing_is_said_by_what_has_seen_the_seed() -> None:
    """A column tells the verdict of each seed in another way: of no use on a new seed, and worth 1.0 on a known one."""
    leaking = made(signal=0.0, leak=True)
    task = train.detection(leaking, "dynamic").only([LEAKING])
    told = train.out_of_fold(task, train.Recipe(trees=20, leaf=1, share=1.0), jobs=1)
    from default_lint.lab.metrics import auroc

    assert auroc(task.y, told.raw[:, 1]) < 0.65
    known = train.Recipe(trees=20, leaf=1, share=1.0).make(jobs=1).fit(task.rows.x, task.y)
    assert auroc(task.y, known.predict_proba(task.rows.x)[:, 1]) > 0.99
    for number in np.unique(told.fold):
        assert not set(task.groups[told.fold == number]) & set(task.groups[told.fold != number])


def test_the_signal_is_found_and_calibrated(study: evaluate.Study) -> None:
    task = train.detection(study.learning, "both")
    told = study.told(task)
    assert told.probability.sum(axis=1) == pytest.approx(np.ones(len(task.y)))
    healthy = task.y == 0
    assert told.yes[healthy].mean() < 0.2 < 0.6 < told.yes[~healthy].mean()
    order = np.argsort(told.raw[told.fold == 0, 1])
    assert np.all(np.diff(told.probability[told.fold == 0, 1][order]) >= 0)
    assert abs(told.probability[:, 1].mean() - task.y.mean()) < 0.1


def test_programs_weigh_the_same_however_many_runs_they_have() -> None:
    """Nine runs of a program say that it works, one run of another that it does not: even chances."""
    weight = np.array([1 / 9] * 9 + [1.0])
    rows = learning.Rows(np.zeros((10, 1), np.float32), np.array([0] * 9 + [1]), weight, ("x",))
    task = train.Task("cause.x", rows, np.array([0] * 9 + [1]), np.array(["a"] * 9 + ["b"]), ("one", "other"))

    class Plain(train.Recipe):
        def make(self, seed: int = 0, jobs: int | None = None) -> Any:
            return DecisionTreeClassifier(max_depth=1)

    assert train.fitted(task, Plain()).predict_proba([[0.0]])[0] == pytest.approx([0.5, 0.5])
    assert train.fitted(task, Plain(), where=np.arange(10) > 4).predict_proba([[0.0]])[0][1] == pytest.approx(9 / 13)


def test_a_threshold_keeps_alarms_rare() -> None:
    chance = np.random.default_rng(1)
    task = train.detection(made(), "static")
    probability = chance.random(len(task.y)) * 0.5 + 0.5 * task.y
    threshold = train.threshold_for(task, probability)
    assert (probability[task.y == 0] >= threshold).mean() <= train.ALARMS


def test_harm_is_by_the_medians_of_a_program_and_its_original() -> None:
    told = [("a", True, "benign", [0.9, 1.0, 0.95]), ("a", False, "faulty", [0.94]), ("a", False, "faulty", [0.9, 0.7]),
            ("a", False, "faulty", [float("nan")]), ("a", False, "benign", [0.0])]  # fmt: skip
    frame = pd.DataFrame(told, columns=["seed", "original", "verdict", "progress"])
    learning = Learning(frame, pd.DataFrame(), [])
    assert list(learning.harm) == ["", "under 0.05", "0.05 to 0.2", "0.5 and more", ""]


def test_too_little_is_not_learned(corpus: Learning) -> None:
    named = [task.name for several in train.tasks(corpus) for task in several]
    assert (
        "detection.both" in named
        and "detection.dynamic5" in named
        and "categorization.layer.static" in named
        and "cause.layer.both" in named
    )
    assert "site.optimizer" in named
    assert not [name for name in named if "weights" in name or "site.layer" in name]


def test_places_of_harmless_faults_are_none(corpus: Learning) -> None:
    rows, planted = corpus.places("optimizer")
    assert planted.sum() == corpus.faulty.sum()
    assert set(rows.program[planted]) == set(np.flatnonzero(corpus.faulty))


def test_a_whole_evaluation(study: evaluate.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "DRAWS", 20)
    asked: list[Any] = []

    def locate(given: evaluate.Study) -> dict[str, Any]:
        asked.append(evaluate.suspicions(given))
        return {"programs": 0}

    found = evaluate.evaluate(study, quick=True, locate=locate)
    assert validate(found) == []
    assert json.loads(json.dumps(found))["corpus"]["verdicts"]["faulty"] == SEEDS * MUTANTS // 2
    best = found["detection"]["scores"]["both"]["RandomForest"]
    assert best["auroc"]["value"] > 0.9 > 0.6 > found["floors"]["detection"]["constant"]["balanced_accuracy"]["value"]
    assert found["floors"]["detection"]["one feature"]["feature"] in (
        *feature_names()[:6],
        *names("program")[TELLING : TELLING + 5],
    )
    assert found["categorization"]["families"]["layer"]["f1"]["value"] > 0.75
    assert set(found["cause"]["families"]) == set(CAUSES)
    assert set(found["early"]["detection"]) == {"1", "2", "5", "10", "all"}
    assert set(found["architectures"]) == {"feedforward", "convolutional", "recurrent"}
    codes = study.learning.programs["code"]
    tops = [asked[0].of[evaluate.digest(code)] for code in codes[study.learning.faulty]]
    assert all(list(rows) == sorted(rows, key=lambda spot: -spot.suspicion) for rows in tops)
    planted = [len(code) - 11 for code in codes[study.learning.faulty]]
    assert np.mean([rows[0].span.start == start for rows, start in zip(tops, planted, strict=True)]) > 0.5


def test_curves_and_ablations(study: evaluate.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "CURVE", (2, 6))
    monkeypatch.setattr(evaluate, "DRAWS", 20)
    rows = evaluate.learning_curve(study)
    assert [row["seeds"] for row in rows] == [2, 6, 10]
    assert rows[-1]["auroc"]["value"] >= rows[0]["auroc"]["value"] - 0.05
    task = train.detection(study.learning, "both")
    groups = evaluate.groups_of(task.rows.names)
    assert sorted(column for columns in groups.values() for column in columns) == list(range(len(task.rows.names)))
    assert evaluate.group_of("optimizer.rate") == "source: optimizer"
    assert evaluate.group_of("gradient_known") == "run: gradient"


def test_what_is_shipped_says_the_same(study: evaluate.Study, shipped: Path) -> None:
    manifest = json.loads((shipped / "manifest.json").read_text(encoding="utf-8"))
    bundle = load_bundle(shipped)
    assert set(bundle.names) == set(manifest["models"]) and not bundle.trouble
    assert not (shipped / "cause.old.both.npz").exists()
    level = "both" if "detection.both" in manifest["models"] else "dynamic"
    task = train.detection(study.learning, level)
    model = bundle.model(task.name)
    assert model is not None and model.speaks and model.features == task.rows.names
    assert "detection.dynamic5" in manifest["models"]
    whole = train.fitted(task, study.recipes["RandomForest"], 1)
    for row in (0, 5, 17):
        values = dict(zip(task.rows.names, map(float, task.rows.x[row]), strict=True))
        share = whole.predict_proba(task.rows.x[[row]])
        scale = manifest["models"][task.name]["calibration"]
        told = model.judge(values)
        assert told.probability == pytest.approx(train.calibrated(share, scale, True)[0, 1], abs=1e-6)
        assert told.base + sum(told.contributions.values()) == pytest.approx(told.probability, abs=1e-9)
    low, high = model.usual[feature_names()[0]]
    assert low < 0 < high < 3
    (name, *_) = [name for name in manifest["models"] if name.startswith("cause.layer")]
    causes = bundle.model(name)
    assert causes is not None and causes.classes == ("strides", "units")


def test_the_same_corpus_gives_the_same_bytes(
    study: evaluate.Study, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "EPOCHS", (5, None))
    export.export(study, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {path.name for path in shipped.iterdir()} and len(names) > 10
    for name in names:
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()


def test_what_is_hardly_ever_asked_is_not_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier of first epochs without the source, where there is one with the source, and it is no detection."""
    scores = {"auroc": (0.9, 0.8, 1.0), "constant": 0.5, "one_feature": 0.6}
    rows = learning.Rows(np.zeros((0, 0), np.float32), np.zeros(0, int), np.zeros(0), ())

    def shipped(*names: str, worse: str = "") -> list[str]:
        several = [train.Task(name, rows, np.zeros(0), np.zeros(0), ("no", "yes")) for name in names]
        told = {name: {**scores, "auroc": (0.55, 0.5, 0.6) if name == worse else (0.92, 0.8, 1.0)} for name in names}
        told[names[0]]["auroc"] = (0.9, 0.8, 1.0)
        monkeypatch.setattr(export, "scores_of", lambda study, task: told[task.name])
        return [task.name for task, _, ships in export.judged(evaluate.Study(made()), several) if ships]

    five = ("categorization.loss.dynamic5", "categorization.loss.both5")
    assert shipped(*five) == [five[1]]
    assert shipped(*five, worse=five[1]) == [five[0]]
    assert shipped("categorization.loss.dynamic", "categorization.loss.both") == [
        "categorization.loss.dynamic", "categorization.loss.both"
    ]  # fmt: skip
    assert shipped("detection.dynamic5", "detection.both5") == ["detection.dynamic5", "detection.both5"]


def test_what_is_no_better_than_its_floor_is_silent() -> None:
    noise = made(signal=0.0, draw=3)
    silent = evaluate.Study(noise, evaluate.quicker(evaluate.RECIPES, 12), jobs=1)
    task = train.detection(noise, "dynamic")
    assert not export.speaks(export.scores_of(silent, task))


# What is read from texts


def _sites(source: str) -> list[tuple[str, str, str]]:
    read = learning._read((source, None))
    return [(place.kind, place.name, source[place.span[0] : place.span[1]]) for place in read.places]


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        ("HLR", "optimizer", "learning_rate"),
        ("OCH", "optimizer", "optimizer"),
        ("HNE", "fit", "epochs"),
        ("HBS", "fit", "batch_size"),
        ("LFL", "loss", "loss"),
        ("ACH", "layer", "layer"),
        ("LCN", "layer", "layer"),
        ("LRM", "layer", "layer"),
        ("TCL", "data", "y"),
    ],
)
def test_the_place_of_a_planted_fault_is_found(code: str, kind: str, name: str) -> None:
    mutant = operators()[code].mutate(Subject(SOURCE, "signs.py"), 0)
    read = learning._read((mutant.source, json.dumps(mutant.record()["faults"])))
    hit = [place for place in read.places if place.faults]
    assert {(place.kind, place.name) for place in hit} >= {(kind, name)}
    assert {place.kind for place in hit} == {kind}
    if kind == "layer":
        assert len(hit) == 1


def test_a_value_in_a_constant_is_planted_at_its_use() -> None:
    changed = SOURCE.replace("epochs=20", "epochs=EPOCHS").replace(
        "import numpy as np", "import numpy as np\n\nEPOCHS = 20"
    )
    assert changed.count("EPOCHS") == 2
    mutant = operators()["HNE"].mutate(Subject(changed, "signs.py"), 0)
    read = learning._read((mutant.source, json.dumps(mutant.record()["faults"])))
    (place,) = [place for place in read.places if place.faults]
    assert (place.kind, place.name) == ("fit", "epochs")
    assert mutant.source[place.span[0] : place.span[1]] == "EPOCHS"


def test_no_place_for_no_fault() -> None:
    assert struck([("layer", "layer", (3, 5), (3, 9))], []) == []


def test_texts_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = list(learning.sources([(SOURCE, None)], tmp_path, 1))

    def refuse(task: tuple[str, str | None]) -> Source:
        raise AssertionError(f"read again: {task[0][:20]}")

    monkeypatch.setattr(learning, "_read", refuse)
    again = list(learning.sources([(SOURCE, None)], tmp_path, 1))
    assert first[0].row is not None and again[0].row is not None
    assert np.array_equal(first[0].row, again[0].row)
    assert [place.span for place in again[0].places] == [place.span for place in first[0].places]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    with pytest.raises(AssertionError, match="read again"):
        list(learning.sources([(SOURCE, None)], tmp_path, 1))


def test_families_are_those_of_the_operators() -> None:
    assert {operator.family for operator in operators().values()} == set(FAMILIES)
