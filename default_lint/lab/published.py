"""The published tables of Deep4ge as their authors' classifiers read them, and what the paper prints of those.

    tables = read("deep4ge")
    tables["detection"].features      # one row per training run, as published: blanks, copies and all

The tables are not part of default-lint: the reader names their folder. Figures: S. Jahan, M. B. Shah, P. Mahbub,
M. M. Rahman, "Improved Detection and Diagnosis of Faults in Deep Neural Networks Using Hierarchical and Explainable
Classification" (ICSE 2025), Tables IV, V and VI.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from default_lint.frozen import dataclass
from default_lint.lab.deep4ge import COLUMNS, MODEL, SHARED

HARDWARE = ("cpu_utilization", "gpu_memory_utilization", "memory_usage")
"""What tells of the machine that a run had."""
MACHINE = (*HARDWARE, "adjusted_lr", "epoch")
"""And what encodes the learning rate planted, and the length of the run."""
NOVEL = (*HARDWARE, "adjusted_lr", "saturated_activation", "mean_activation", "std_activation")
"""The features that the paper is first to use (its Table III)."""
LEAST = 15  # rows of each class, below which no split makes sense


class TablesTrouble(Exception):
    """A folder that does not hold the published tables, told in one line."""


@dataclass(frozen=True)
class Task:
    """One classifier of the paper: its table, the label that it tells from all others, and what the paper prints."""

    name: str
    stage: str  # "detection", "categorization", "cause" or "layer"
    title: str
    file: str
    positive: str
    paper: Mapping[str, float]


def _category(name: str, title: str, file: str, positive: str, *figures: float) -> Task:
    return Task(name, "categorization", title, file, positive, _figures(*figures))


def _figures(n: float, accuracy: float, precision: float, recall: float, f1: float) -> dict[str, float]:
    return {"n": n, "accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1}


TABLE_IV: Mapping[str, Mapping[str, float]] = {
    "faulty": {"precision": 0.97, "recall": 0.98, "f1": 0.98, "n": 1556},
    "correct": {"precision": 0.97, "recall": 0.95, "f1": 0.96, "n": 927},
    "macro": {"precision": 0.97, "recall": 0.97, "f1": 0.97, "n": 2483},
}
TABLE_VI = {
    "HBS": ("Batch size", _figures(210, 0.96, 0.97, 0.92, 0.94)),
    "HLR": ("Learning rate", _figures(195, 0.97, 0.96, 0.96, 0.96)),
    "HDB": ("Disabled batching", _figures(118, 0.92, 0.95, 0.89, 0.92)),
    "HNE": ("Epochs", _figures(135, 0.94, 0.93, 0.92, 0.92)),
}
ABLATION = {"all": 0.97, "without the new features": 0.93}
"""Accuracy of detection that the paper gives with and without the features that are new in it."""
STATIC = 0.6252
"""Accuracy that the paper gives with static features only."""

TASKS = (
    Task("detection", "detection", "Detection", "1st_Level_OverSampled", "buggy", {"accuracy": 0.97}),
    _category("loss", "Loss", "loss_data", "Loss", 555, 0.97, 0.97, 0.96, 0.96),
    _category("optimization", "Optimization", "optimization_data", "Optimization", 330, 0.94, 0.93, 0.95, 0.94),
    _category("activation", "Activation", "activation_data", "Activation", 322, 0.91, 0.92, 0.91, 0.91),
    _category("hyperparameter", "Hyperparameter", "hyperparameter_data", "Hyperparameter", 658, 0.93, 0.93, 0.92, 0.92),
    _category("layer", "Layer", "layer_data", "Layer", 520, 0.86, 0.89, 0.84, 0.86),
    _category("regularization", "Regularization", "regularization_data", "Regularizer", 176, 0.95, 0.94, 0.95, 0.94),
    _category("weights", "Weights", "weight_data", "Weight", 312, 0.90, 0.90, 0.89, 0.89),
    Task("cause", "cause", "Batch size or learning rate", "hyperparameter_3rd_level", "HBS", {}),
    Task("static", "layer", "Layer, from static features", "static_features_df", "1", {}),
)
TABLE_V_OVERALL = {"accuracy": 0.92, "precision": 0.93, "recall": 0.92, "f1": 0.92}


@dataclass(frozen=True)
class Table:
    """The rows of a task: features as published (NaN and infinities too), labels, and 1 where the task's own holds."""

    task: Task
    features: pd.DataFrame  # float64[rows, columns]
    labels: NDArray[Any]  # str[rows]
    target: NDArray[np.int64]
    programs: NDArray[Any] | None = None  # str[rows], the seed program of each; only the static table tells

    @property
    def blank(self) -> NDArray[np.bool_]:
        """Rows that hold no number at all."""
        return np.asarray(self.features.isna().all(axis=1), dtype=bool)

    def distinct(self) -> Table:
        """The same without blank rows, and of rows that are equal in features and label only the first."""
        told = self.features.assign(**{"\0label": self.labels})
        if self.programs is not None:
            told["\0program"] = self.programs
        keep = ~self.blank & ~np.asarray(told.duplicated(), dtype=bool)
        return self.take(np.flatnonzero(keep))

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Some of the rows, by their places."""
        programs = None if self.programs is None else self.programs[rows]
        features = self.features.iloc[rows].reset_index(drop=True)
        return Table(self.task, features, self.labels[rows], self.target[rows], programs)


def read(folder: str | os.PathLike[str]) -> dict[str, Table]:
    """The tables of all tasks, from files anywhere in a folder (`.csv` or `.csv.gz`).

    Raises:
        TablesTrouble: the folder lacks some, or a file is not what its name says.
    """
    directory = Path(folder)
    if not directory.is_dir():
        raise TablesTrouble(f"{directory} is not a folder")
    found: dict[str, Path] = {}
    for path in sorted(directory.rglob("*.csv*"), reverse=True):
        found[path.name.removesuffix(".gz").removesuffix(".csv")] = path
    missing = [task.file for task in TASKS if task.file not in found]
    if len(missing) == len(TASKS):
        raise TablesTrouble(f"{directory} holds no table of Deep4ge, such as {TASKS[0].file}.csv (plain or gzipped)")
    if missing:
        raise TablesTrouble(f"{directory} lacks {', '.join(f'{name}.csv' for name in missing)} of Deep4ge")
    return {task.name: _table(task, found[task.file]) for task in TASKS}


def _table(task: Task, path: Path) -> Table:
    try:
        frame = pd.read_csv(path, dtype={"label": str, "Buggy": str, "Model_File": str})
    except (ValueError, OSError, EOFError) as error:
        raise TablesTrouble(f"{path.name} is no table ({type(error).__name__})") from error
    frame.columns = [str(name).strip() for name in frame.columns]
    static = task.stage == "layer"
    other = ("Model_File", "Buggy") if static else ("label",)
    needed = other if static else (*(SHARED if task.stage == "detection" else COLUMNS), *other)
    lacking = [name for name in needed if name not in frame.columns]
    if lacking:
        raise TablesTrouble(f"{path.name} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}")
    columns = [name for name in frame.columns if (name not in other if static else name in needed and name != "label")]
    text = [name for name in columns if not pd.api.types.is_numeric_dtype(frame[name])]
    if text or not columns:
        raise TablesTrouble(f"{path.name} holds text in {text[0]}" if text else f"{path.name} has no features")
    labels = np.asarray(frame[other[-1]].fillna("").str.strip(), dtype=str)
    target = np.asarray(labels == task.positive, dtype=np.int64)
    _check(task, path, labels, target)
    programs = _programs(path, frame["Model_File"]) if static else None
    return Table(task, frame[columns].astype(float), labels, target, programs)


def _check(task: Task, path: Path, labels: NDArray[Any], target: NDArray[np.int64]) -> None:
    known = {"detection": ("buggy", "correct"), "cause": ("HBS", "HLR"), "layer": ("0", "1")}.get(task.stage, ())
    foreign = sorted(set(labels.tolist()) - set(known)) if known else []
    if foreign:
        raise TablesTrouble(f"{path.name} has rows labelled {foreign[0]!r}, which is none of {', '.join(known)}")
    few = min(int(target.sum()), int(len(target) - target.sum()))
    if few < LEAST:
        raise TablesTrouble(f"{path.name} has {few} rows of one of its two classes; at least {LEAST} are needed")


def _programs(path: Path, names: pd.Series) -> NDArray[Any]:
    parts = [MODEL.fullmatch(str(name)) for name in names]
    wrong = sum(part is None for part in parts)
    if wrong:
        raise TablesTrouble(f"{path.name} has {wrong} model names that tell no program")
    return np.asarray([part["seed"] for part in parts if part], dtype=str)
