"""Deep4ge in our schema: tables made up in the published format, with the quirks that the published ones have."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from default_lint.lab.deep4ge import COLUMNS, PARTIAL, SHARED, Import, ImportTrouble, import_deep4ge
from default_lint.lab.store import Corpus, read

Row = dict[str, Any]


def row(number: int, label: str, **values: Any) -> Row:
    usual: Row = {name: 0.001 * number + 0.1 * place for place, name in enumerate(COLUMNS)}
    return {**usual, "epoch": 24.5, **values, "label": label}


def blank() -> Row:
    return {**dict.fromkeys(COLUMNS, ""), "label": "correct"}


def table(path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> None:
    lines = [",".join([*columns, "label"])]
    lines += [",".join(str(cells[name]) for name in [*columns, "label"]) for cells in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


def imported(folder: Path) -> tuple[Import, Corpus]:
    out = folder.parent / "out"
    told = import_deep4ge(folder, out)
    return told, read(out)


def test_levels_are_one_set_of_runs(folder: Path) -> None:
    loss, layer, batch = row(1, "Loss"), row(2, "Layer"), row(3, "Hyperparameter")
    table(folder / "second" / "loss_data.csv.gz", [loss, batch])
    table(folder / "second" / "layer_data.csv.gz", [layer, loss])
    table(folder / "third" / "hyperparameter_3rd_level.csv.gz", [{**batch, "label": "HBS"}] * 3)
    first = [{**loss, "label": "buggy"}, {**batch, "label": "buggy"}, row(4, "correct"), blank(), blank()]
    table(folder / "first" / "1st_Level_OverSampled.csv.gz", first, SHARED)
    table(folder / "first" / "1st_Level_UnderSampled.csv.gz", first[1:], SHARED)
    told, corpus = imported(folder)
    assert told.runs == told.programs == 4 and told.files == 5
    assert dict(told.labels) == {"loss": 1, "layer": 1, "hyperparameter": 1, "correct": 1}
    programs = corpus.programs.set_index("id")
    assert set(programs["source"]) == set(corpus.runs["source"]) == {"deep4ge"}
    assert programs["verdict"].isna().all() and programs["seed"].isna().all()
    (hyper,) = [line for _, line in programs.iterrows() if list(line["families"]) == ["hyperparameter"]]
    assert list(hyper["operators"]) == ["HBS"] and list(hyper["causes"]) == ["batch size"]
    assert [list(line["operators"]) for _, line in programs.iterrows() if line["original"]] == [[]]
    text = str(told)
    assert "5 files: 4 programs, 4 runs, 0 epochs" in text
    assert "2 rows of 1st_Level_OverSampled.csv.gz were empty" in text
    assert "2 rows of hyperparameter_3rd_level.csv.gz repeat another row" in text
    assert "1st_Level_UnderSampled.csv.gz lacks loss_oscillation" in text


def test_values_come_as_they_are(folder: Path) -> None:
    table(folder / "loss_data.csv.gz", [row(1, "Loss", train_loss="inf", train_acc="", val_acc="-628.25")])
    told, corpus = imported(folder)
    (run,) = (line for _, line in corpus.runs.iterrows())
    assert run["mean.train_loss"] == math.inf and math.isnan(run["mean.train_acc"]) and run["mean.val_acc"] == -628.25
    assert run["epochs"] == 50 and run["status"] == "ok" and math.isnan(run["score"])
    assert run["machine.adjusted_lr"] == pytest.approx(0.001 + 0.1 * COLUMNS.index("adjusted_lr"), rel=1e-15)
    assert not [name for name in corpus.runs.columns if name.startswith("mean.") and name[5:] in ("cpu_utilization",)]
    assert "1 runs have infinite numbers" in str(told)


def test_the_order_of_columns_does_not_matter(folder: Path) -> None:
    table(folder / "loss_data.csv.gz", [row(1, "Loss"), row(2, "Loss")])
    table(folder / "layer_data.csv.gz", [row(1, "Loss"), row(3, "Layer")], tuple(reversed(COLUMNS)))
    told, corpus = imported(folder)
    assert told.runs == 3
    assert corpus.runs["mean.train_loss"].round(3).tolist() == [0.103, 0.101, 0.102]


@pytest.mark.parametrize(
    ("label", "family", "operators"),
    [
        ("Regularizer", "regularization", None),
        ("Weight", "weights", None),
        (" optimization ", "optimization", None),
        ("HBE", "hyperparameter", ["HDB"]),
        ("HNE", "hyperparameter", ["HNE"]),
        ("hlr", "hyperparameter", ["HLR"]),
    ],
)
def test_labels(folder: Path, label: str, family: str, operators: list[str] | None) -> None:
    table(folder / "x_data.csv.gz", [row(1, label)])
    told, corpus = imported(folder)
    (program,) = (line for _, line in corpus.programs.iterrows())
    assert list(program["families"]) == [family] and not program["original"]
    assert (None if program["operators"] is None else list(program["operators"])) == operators
    assert ("labels HBE of x_data.csv.gz are read as HDB" in str(told)) == (label == "HBE")


def test_a_label_that_nobody_knows(folder: Path) -> None:
    table(folder / "x_data.csv.gz", [row(1, "Gremlins"), row(2, "buggy"), row(3, "0")])
    told, corpus = imported(folder)
    assert "1 labels 'Gremlins' of x_data.csv.gz are unknown" in str(told)
    assert dict(told.labels) == {"unknown": 1, "faulty": 1, "correct": 1}
    assert corpus.programs.set_index("id")["original"].isna().sum() == 1


def test_a_run_under_two_labels_is_told(folder: Path) -> None:
    table(folder / "x_data.csv.gz", [row(1, "Loss"), row(1, "Layer")])
    told, corpus = imported(folder)
    assert "1 runs have two labels" in str(told)
    assert list(corpus.programs["families"][0]) == ["layer", "loss"]


def test_a_part_of_a_run(folder: Path) -> None:
    table(folder / "x_data.csv.gz", [row(1, "Loss", epoch=27.74), row(2, "Loss", epoch=2)])
    told, corpus = imported(folder)
    assert sorted(corpus.runs["epochs"].dropna()) == [5]
    assert "1 runs have a mean epoch that no whole run has" in str(told)


def test_models(folder: Path) -> None:
    folder.mkdir()
    lines = ["CountDense,CountL1,Model_File,Total_Params,Buggy"]
    lines += [
        "3,0,1018_64634468_Layer_buggy.h5,51,1",
        "3,0,7_64634468_correct.h5,51,0",
        "2,0,8_50079585_Activation_buggy.h5,20.5,1",
        "2,0,9_50079585_correct.h5,20.5,1",
        "2,0,nobody.h5,20.5,1",
    ]
    (folder / "static_features_df.csv").write_text("\n".join(lines))
    told, corpus = imported(folder)
    assert told.programs == 4 and told.runs == 0
    frame = corpus.programs.set_index("id")
    assert list(frame["seed"]) == ["64634468", "64634468", "50079585", "50079585"]
    assert list(frame.loc["deep4ge.model.1018_64634468_Layer_buggy", "families"]) == ["layer"]
    assert json.loads(frame["more"].iloc[2]) == {"static": {"CountDense": 2, "CountL1": 0, "Total_Params": 20.5}}
    text = str(told)
    assert "2 rows of static_features_df.csv have a name that does not fit" in text
    assert "1 columns of static_features_df.csv hold one value only: CountL1" in text
    assert "the 5 models of static_features_df.csv are 2 different rows, 1 of them with both labels" in text


def log(path: Path, epochs: int, columns: Sequence[str] = COLUMNS, **cells: str) -> pd.DataFrame:
    frame = pd.DataFrame([{**dict.fromkeys(columns, 0.5 * epoch + 0.1), "epoch": epoch} for epoch in range(epochs)],
                         columns=list(columns))  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.assign(**cells).to_csv(path, index=False)
    return frame


def test_logs(folder: Path) -> None:
    tensor = "tf.Tensor(True, shape=(), dtype=bool)"
    log(folder / "logs" / "31556268_Hyperparameter_0001.csv", 4, dying_relu=tensor, saturated_activation="False")
    log(folder / "logs" / "31556268_correct_0002.csv", 3)
    log(folder / "logs" / "31556268_Weight_0003.csv", 0)
    told, corpus = imported(folder)
    assert told.runs == 2 and told.epochs == 7
    assert "1 logs were empty" in str(told)
    assert "held text" in str(told)
    frame = corpus.programs.set_index("id")
    assert set(frame["seed"]) == {"31556268"}
    assert list(frame.loc["deep4ge.31556268_Hyperparameter_0001", "families"]) == ["hyperparameter"]
    assert frame.loc["deep4ge.31556268_correct_0002", "original"]
    run = corpus.runs.set_index("program").loc["deep4ge.31556268_Hyperparameter_0001"]
    assert run["mean.dying_relu"] == 1.0 and run["mean.saturated_activation"] == 0.0 and run["epochs"] == 4
    epochs = corpus.epochs[corpus.epochs["run"] == "deep4ge.31556268_Hyperparameter_0001-0"]
    assert list(epochs["epoch"]) == [0, 1, 2, 3]
    assert epochs["log.loss"].tolist() == pytest.approx([0.1, 0.6, 1.1, 1.6])
    assert epochs["measure.dying_relu"].tolist() == [1.0] * 4


def test_a_log_gives_its_row_the_seed(folder: Path) -> None:
    frame = log(folder / "31556268_Hyperparameter_0001.csv", 4)
    mean = {name: float(value) for name, value in frame.mean().items()}
    table(folder / "hyperparameter_data.csv.gz", [{**mean, "label": "Hyperparameter"}, row(2, "Loss")])
    told, corpus = imported(folder)
    assert told.runs == 2 and told.epochs == 4
    assert "1 logs are the runs of rows in the tables" in str(told)
    assert sorted(corpus.programs["seed"].fillna("")) == ["", "31556268"]


def test_the_same_again(folder: Path, tmp_path: Path) -> None:
    table(folder / "x_data.csv.gz", [row(number, "Loss") for number in range(20)])
    assert imported(folder)[1].hash == imported(folder)[1].hash


def test_other_files_are_passed_over(folder: Path) -> None:
    table(folder / "x_data.csv.gz", [row(1, "Loss")])
    (folder / "other.csv").write_text("a,b\n1,2\n")
    (folder / "empty.csv").write_text("")
    (folder / "broken.csv.gz").write_bytes(b"nothing")
    (folder / "unlabelled.csv").write_text(",".join(COLUMNS) + "\n")
    told, _ = imported(folder)
    text = str(told)
    assert told.runs == 1
    for name in ("other.csv", "empty.csv", "broken.csv.gz", "unlabelled.csv"):
        assert f"{name} " in text


@pytest.mark.parametrize("name", [None, "other.csv"])
def test_nothing_of_it(folder: Path, name: str | None) -> None:
    folder.mkdir()
    if name:
        (folder / name).write_text("a\n1\n")
    with pytest.raises(ImportTrouble, match="holds no table and no log"):
        import_deep4ge(folder, folder.parent / "out")


def test_the_columns() -> None:
    assert len(COLUMNS) == 31 and len(SHARED) == 26 and set(COLUMNS) - set(SHARED) == set(PARTIAL)
