"""The tables of the corpus: what a workspace holds comes back from four small files."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from default_lint.features.dynamic import FIRST, of
from default_lint.lab.packing import BITS, DIGITS, rounded
from default_lint.lab.store import Corpus, CorpusError, Workspace, export, read, restore
from default_lint.lab.tables import NAMES, RUNS, program_table, run_table, write
from default_lint.trial.trace import Trace, main_model

from .made import events, fill, outcome, program


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("work"))
    fill(found)
    return found


@pytest.fixture(scope="module")
def corpus(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    counts = export(workspace, folder, jobs=1)
    assert counts == {"programs": 3, "runs": 4, "epochs": 13 + 3 + 7, "layers": 2 * (7 + 3 + 6), "traces": 2}
    return read(folder)


def test_programs(corpus: Corpus) -> None:
    frame = corpus.programs.set_index("id")
    assert list(frame.index) == ["xor", "xor.LCN.1", "xor.LRM.2"]
    mutant = frame.loc["xor.LCN.1"]
    assert (mutant["source"], mutant["seed"], mutant["verdict"], mutant["effect"]) == ("lab", "xor", "faulty", 2.5)
    assert list(mutant["operators"]) == ["LCN"] and list(mutant["families"]) == ["layer"]
    assert [list(span) for span in mutant["spans"]] == [[14, 19]] and list(mutant["lines"]) == [3]
    assert json.loads(mutant["faults"])[0]["values"] == {"to": 1}
    assert list(mutant["scores"]) == [0.2]
    assert json.loads(mutant["more"]) == {"seconds": 2.0}
    assert math.isnan(frame.loc["xor", "p"])
    assert list(frame.loc["xor", "scores"]) == [0.9, 0.8]


def test_runs(corpus: Corpus) -> None:
    frame = corpus.runs.set_index("run")
    assert list(frame.index) == ["xor-0", "xor-1", "xor.LCN.1-0", "xor.LRM.2-0"]
    crash = frame.loc["xor.LRM.2-0"]
    assert (crash["status"], crash["error"], crash["line"]) == ("crash", "ValueError: shapes", 3)
    assert math.isnan(crash["score"]) and math.isnan(crash["dall.loss_rose.mean"])
    assert frame.loc["xor-0", "epochs"] == 12 and frame.loc["xor-0", "ended"] == "finished"
    assert json.loads(frame.loc["xor-0", "versions"]) == {"keras": "3.15", "python": "3.11"}


@pytest.mark.parametrize("first", [*FIRST, None])
@pytest.mark.parametrize(("run", "epochs", "seed"), [("xor-0", 12, 0), ("xor-1", 2, 1), ("xor.LCN.1-0", 6, 0)])
def test_features_come_back(corpus: Corpus, run: str, epochs: int, seed: int, first: int | None) -> None:
    features = of(Trace.read(events(epochs, seed)).models[0]).row(first)
    row = corpus.runs.set_index("run").loc[run]
    head = f"d{first or 'all'}"
    assert len(set(features.values())) > 10
    for name, value in features.items():
        margin = 0.0 if name.rpartition(".")[2] in ("last", "slope") else 2e-3
        assert row[f"{head}.{name}"] == pytest.approx(value, rel=5e-4, abs=margin), name


def test_epochs(corpus: Corpus) -> None:
    frame = corpus.epochs[corpus.epochs["run"] == "xor-0"]
    assert list(frame["epoch"]) == list(range(-1, 12))
    wanted = [event for event in events(12, 0) if event["event"] == "epoch"]
    assert frame["log.loss"].iloc[3] == pytest.approx(wanted[3]["logs"]["loss"], rel=1e-7)
    assert frame["measure.held_loss"].iloc[3] == pytest.approx(wanted[3]["measures"]["held_loss"], rel=5e-4)
    assert math.isnan(frame["log.loss"].iloc[0])


def test_the_trace_of_the_first_run_that_trained(corpus: Corpus) -> None:
    key, text = corpus.traces["xor"]
    assert key == "xor-0"
    told, exact = Trace.load(text).models[0], Trace.read(events(12, 0)).models[0]
    assert [layer.site for layer in told.layers] == [layer.site for layer in exact.layers]
    for mine, theirs in zip(told.epochs, exact.epochs, strict=True):
        assert mine.measures == pytest.approx(theirs.measures, rel=0.5 * 10 ** (1 - DIGITS))
        assert mine.measures["held_loss"] == float(f"{theirs.measures['held_loss']:.{DIGITS}g}")
    assert "xor.LRM.2" not in corpus.traces


def test_layers_keep_the_epochs_that_matter(corpus: Corpus) -> None:
    frame = corpus.layers[(corpus.layers["run"] == "xor-0") & (corpus.layers["layer"] == 0)]
    assert list(frame["epoch"]) == [-1, 0, 1, 2, 4, 9, 11]
    assert set(frame["line"]) == {3} and set(frame["name"]) == {"dense_0"}
    assert set(corpus.layers[corpus.layers["layer"] == 1]["line"]) == {0}


def test_the_same_workspace_gives_the_same_bytes(workspace: Workspace, corpus: Corpus, tmp_path: Path) -> None:
    export(workspace, tmp_path, jobs=2)
    assert read(tmp_path).hash == corpus.hash
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.parquet" for name in corpus.bytes)


def test_another_machine_goes_on_from_the_tables(corpus: Corpus, tmp_path: Path) -> None:
    workspace, begun = Workspace(tmp_path / "first"), Workspace(tmp_path / "work")
    fill(workspace)
    assert restore(corpus, begun) == 3
    for name in ("xor", "xor.LCN.1", "xor.LRM.2"):
        told, before = begun.program(name), workspace.program(name)
        assert told is not None and before is not None
        assert {field: told[field] for field in before} == before
        assert begun.outcomes(name) == [replace(run, trace=None) for run in workspace.outcomes(name)]
    assert restore(corpus, begun) == 0

    more = program("xor.LCN.0", "LCN", "faulty")
    for there in (begun, workspace):
        there.put(more)
        there.add(outcome("xor.LCN.0", 0, 5, 0.1))
    tables = []
    for at, there in enumerate((workspace, begun)):
        export(there, tmp_path / str(at), jobs=1)
        tables.append(read(tmp_path / str(at)))
    assert "xor.LCN.0-0" in set(tables[0].runs["run"])
    assert set(tables[0].traces) == {"xor", "xor.LCN.0", "xor.LCN.1"}
    assert tables[0].traces == tables[1].traces
    for name in NAMES[:-1]:
        pd.testing.assert_frame_equal(getattr(tables[0], name), getattr(tables[1], name))


def test_what_the_workspace_has_is_not_replaced_by_the_tables(corpus: Corpus, tmp_path: Path) -> None:
    begun = Workspace(tmp_path / "work")
    begun.put(program("xor", verdict="unhealthy"))
    begun.add(outcome("xor", 0, 4, 0.5))
    assert restore(corpus, begun) == 2
    told = begun.program("xor")
    assert told is not None and told["verdict"] == "unhealthy"
    assert [run.score for run in begun.outcomes("xor")] == [0.5]
    export(begun, tmp_path / "out", jobs=1)
    frame = read(tmp_path / "out").runs.set_index("run")
    assert list(frame.index) == ["xor-0", "xor.LCN.1-0", "xor.LRM.2-0"]
    assert list(frame["epochs"])[:2] == [4, 6]


def test_nothing_yet(tmp_path: Path) -> None:
    counts = export(Workspace(tmp_path / "work"), tmp_path / "corpus")
    assert set(counts.values()) == {0}
    corpus = read(tmp_path / "corpus")
    assert len(corpus.programs) == len(corpus.runs) == len(corpus.epochs) == len(corpus.layers) == 0


def test_a_trace_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    workspace.put(program("xor"))
    workspace.add(outcome("xor", 0, trace=b"nothing"))
    told: list[str] = []
    assert export(workspace, tmp_path, 1, told.append)["runs"] == 1
    assert len(told) == 1 and "xor-0" in told[0]
    assert math.isnan(read(tmp_path).runs["dall.loss_rose.mean"].iloc[0])


def test_features_are_kept_for_the_next_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path / "work")
    fill(workspace)
    export(workspace, tmp_path / "one", 1)
    monkeypatch.setattr("default_lint.lab.tables.feature_rows", lambda model: 1 / 0)
    problems: list[str] = []
    export(workspace, tmp_path / "two", 1, problems.append)
    assert problems == []
    assert read(tmp_path / "one").hash == read(tmp_path / "two").hash


def test_of_mutants_the_first_runs_have_features_of_originals_all(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    for name in ("xor", "xor.LCN.1"):
        workspace.put(program(name) if name == "xor" else program(name, "LCN", "faulty"))
        workspace.add(outcome(name, 0, trace=b"nothing"))
        for number in range(1, RUNS + 3):
            workspace.add(outcome(name, number, 6, 0.5))
    assert export(workspace, tmp_path / "corpus", 1)["runs"] == 2 * (RUNS + 3)
    runs = read(tmp_path / "corpus").runs
    known = runs["dall.loss_rose.mean"].notna().groupby(runs["program"]).sum()
    assert (known["xor"], known["xor.LCN.1"]) == (RUNS + 2, RUNS)


class TestFolder:
    def test_is_not_a_corpus(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match=r"is not a corpus: programs\.parquet is missing"):
            read(tmp_path)

    def test_is_damaged(self, corpus: Corpus, tmp_path: Path) -> None:
        for name in corpus.bytes:
            (tmp_path / f"{name}.parquet").write_bytes((corpus.folder / f"{name}.parquet").read_bytes()[:-10])
        with pytest.raises(CorpusError, match=r"runs\.parquet is damaged"):
            _ = read(tmp_path).runs


class TestRounding:
    def test_keeps_four_digits(self) -> None:
        values = np.random.default_rng(0).lognormal(0, 20, 10000) * np.random.default_rng(1).choice([-1, 1], 10000)
        error = np.abs(rounded(values) / values.astype(np.float32) - 1)
        assert error.max() <= 2 ** -(BITS + 1) < 5e-4
        assert len(np.unique(rounded(values).view(np.uint32) & 0x1FFF)) == 1

    def test_what_is_not_a_usual_number(self) -> None:
        values = np.array([0.0, -0.0, math.inf, -math.inf, math.nan, 1e300, 3.4028234e38, 1e-45, 2.0, 1024.0])
        found = rounded(values)
        wanted = np.array([0.0, -0.0, math.inf, -math.inf, math.nan, math.inf], np.float32)
        np.testing.assert_array_equal(found[:6], wanted)
        assert np.isfinite(found[6]) and found[6] > 3.4e38
        assert list(found[8:]) == [2.0, 1024.0]

    def test_twice_is_once(self) -> None:
        values = rounded(np.random.default_rng(0).normal(size=1000))
        np.testing.assert_array_equal(rounded(values), values)


def test_the_model_with_the_most_epochs() -> None:
    trace = Trace.read(events(2, models=2)[:-2])  # the last epoch of the second is missing
    found = main_model(trace)
    assert found is not None and found.number == 0
    assert main_model(Trace("")) is None


def test_columns_that_say_nothing_new_take_no_place(corpus: Corpus) -> None:
    stored = pq.ParquetFile(corpus.folder / "runs.parquet").schema_arrow.names
    assert len(stored) < len(corpus.runs.columns) / 3
    assert "d1.loss_rose.max" in corpus.runs.columns


def test_any_features_survive_packing(tmp_path: Path) -> None:
    """Values that contradict what the aggregates of epochs can be."""
    export(Workspace(tmp_path), tmp_path)
    workspace = Workspace(tmp_path / "work")
    fill(workspace)
    export(workspace, tmp_path, 1)
    names = [name for name in read(tmp_path).runs.columns if "." in name]
    chance = np.random.default_rng(0)
    matrix = rounded(chance.normal(size=(50, len(FIRST) + 1, len(names) // (len(FIRST) + 1))))
    matrix[chance.random(matrix.shape) < 0.3] = 0.0
    runs = pa.table({"run": [str(number) for number in range(50)], "epochs": [100] * 50})
    tables = {name: pq.read_table(tmp_path / f"{name}.parquet") for name in ("programs", "epochs", "layers")}
    write({**tables, "runs": run_table(runs, [matrix])}, tmp_path)
    back = read(tmp_path).runs
    found = back[[name for name in back.columns if "." in name]].to_numpy(dtype=np.float32).reshape(matrix.shape)
    exact = np.ones(matrix.shape[1], bool)
    exact[FIRST.index(2)] = False
    np.testing.assert_array_equal(found[:, exact], matrix[:, exact])
    np.testing.assert_allclose(found, matrix, rtol=5e-4, atol=6e-3)


def test_a_record_may_hold_little() -> None:
    table = program_table([{"id": "a"}, {"id": "b", "faults": [], "other": {"x": 1}}])
    rows = table.to_pylist()
    assert rows[0]["source"] == "lab" and rows[0]["more"] is None and rows[0]["verdict"] is None
    assert rows[1]["more"] == '{"other":{"x":1}}'
