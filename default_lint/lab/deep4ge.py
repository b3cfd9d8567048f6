"""The published corpus, Deep4ge of DEFault (ICSE 2025), in the schema of ours.

    told = import_deep4ge("deep4ge", "tables")
    print(told)

Read are the aggregated tables (one row per run, the mean over its epochs) and the logs of single runs (one row per
epoch, `<so_id>_<category>_<n>.csv`), as far as the folder holds them, plain or gzipped. A row becomes a program and its
run, with `source` "deep4ge". The means are columns `mean.<name>` of runs; what tells of the machine or is set by the
published callback itself is under `machine.<name>` and no feature. Published labels are families and operators; no
verdict is given, as none of these programs was compared with its original. The models of the static table are programs
without runs; what was counted in them is JSON in `more`.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from default_lint.lab import tables
from default_lint.lab.tables import Record

METRICS = {"train_loss": "loss", "train_acc": "accuracy", "val_loss": "val_loss", "val_acc": "val_accuracy"}
PLAIN = (
    *METRICS,
    *("large_weight_count", "acc_gap_too_big", "loss_oscillation", "dying_relu", "gradient_vanish", "gradient_explode"),
    *("decrease_acc_count", "increase_loss_count", "cons_mean_weight_count", "cons_std_weight_count"),
    *("nan_weight_count", "nan_gradients_count", "saturated_activation", "mean_gradient", "gradient_std"),
    *("gradient_max", "gradient_min", "gradient_median", "mean_activation", "std_activation", "mean_grad", "std_grad"),
)
MACHINE = ("cpu_utilization", "gpu_memory_utilization", "memory_usage", "adjusted_lr")
COLUMNS = ("epoch", *PLAIN, *MACHINE)
"""The columns of the published callback."""
PARTIAL = ("loss_oscillation", "decrease_acc_count", "increase_loss_count", "cons_mean_weight_count",
           "cons_std_weight_count")  # fmt: skip
"""Columns that the tables of the first level lack."""
SHARED = tuple(name for name in COLUMNS if name not in PARTIAL)
FAMILIES = {
    "activation": "activation",
    "hyperparameter": "hyperparameter",
    "layer": "layer",
    "loss": "loss",
    "optimization": "optimization",
    "optimizer": "optimization",
    "regularizer": "regularization",
    "regularization": "regularization",
    "weight": "weights",
    "weights": "weights",
}
OPERATORS = {"HBS": "batch size", "HLR": "learning rate", "HNE": "epochs", "HDB": "disabled batching"}
MISSPELT = {"HBE": "HDB"}
CORRECT = ("correct", "healthy", "0")
BUGGY = ("buggy", "faulty", "1")
LOG = re.compile(r"(?P<seed>\d+)_(?P<category>[A-Za-z]+)_(?:buggy_)?(?P<number>\d+)\.csv(\.gz)?")
MODEL = re.compile(r"(?P<number>\d+)_(?P<seed>\d+)_(?P<label>correct|(?P<family>[A-Za-z]+)_buggy)\.h5")


class ImportTrouble(Exception):
    """A folder that holds nothing of Deep4ge, told in one line."""


@dataclass
class Import:
    """What was read, and what was dropped or mended, a line each."""

    programs: int = 0
    runs: int = 0
    epochs: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        counts = ", ".join(f"{label} {count:,}" for label, count in sorted(self.labels.items()))
        head = f"{self.files} files: {self.programs:,} programs, {self.runs:,} runs, {self.epochs:,} epochs"
        return "\n".join([head, f"runs: {counts or 'none'}", *(f"- {note}" for note in self.notes)])


@dataclass
class _Run:
    """One training run, from as many files as tell of it."""

    values: dict[str, float]
    labels: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)
    seed: str | None = None
    name: str | None = None
    log: pd.DataFrame | None = None


def import_deep4ge(directory: str | os.PathLike[str], out: str | os.PathLike[str]) -> Import:
    """Read what a folder holds of Deep4ge and write it as the tables of a corpus.

    Raises:
        ImportTrouble: it holds nothing of Deep4ge.
    """
    return _Importer(Path(directory)).write(out)


class _Importer:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.told = Import()
        self.runs: dict[bytes, _Run] = {}
        self.models: list[Record] = []

    def write(self, out: str | os.PathLike[str]) -> Import:
        found = sorted(path for path in self.directory.rglob("*.csv*") if path.name.endswith((".csv", ".csv.gz")))
        logs = [path for path in found if LOG.fullmatch(path.name)]
        aggregated = [path for path in found if path not in set(logs)]
        frames = [(path, frame) for path in aggregated if (frame := self._table(path)) is not None]
        # The tables with all columns first, so that a run of the first level finds its own there.
        for path, frame in sorted(frames, key=lambda pair: (len(set(PARTIAL) - set(pair[1].columns)), pair[0])):
            if "Model_File" in frame.columns:
                self._static(path, frame)
            else:
                self._level(path, frame)
        self._logs(logs)
        if not self.runs and not self.models:
            raise ImportTrouble(f"{self.directory} holds no table and no log of Deep4ge")
        self._check()
        programs, runs, epochs = self._rows()
        written = {
            "programs": tables.program_table([*programs, *self.models]),
            "runs": runs,
            "epochs": epochs,
            "layers": pa.table({name: pa.array([], kind) for name, kind in tables.LAYER.items()}),
        }
        tables.write(written, out)
        self.told.programs, self.told.runs = written["programs"].num_rows, runs.num_rows
        self.told.epochs = epochs.num_rows
        return self.told

    def _note(self, count: int, text: str) -> None:
        if count:
            self.told.notes.append(f"{count:,} {text}")

    def _table(self, path: Path) -> pd.DataFrame | None:
        """A table as numbers under known names, whatever the order of its columns; None when it is none."""
        try:
            frame = pd.read_csv(path, dtype=str, na_filter=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError, EOFError) as error:
            self.told.notes.append(f"{path.name} is no table ({type(error).__name__}); it was passed over")
            return None
        frame.columns = [str(name).strip() for name in frame.columns]
        if "Model_File" not in frame.columns and not {"train_loss", "adjusted_lr"} <= set(frame.columns):
            self.told.notes.append(f"{path.name} is no table of Deep4ge; it was passed over")
            return None
        self.told.files += 1
        mended = 0
        for name in frame.columns:
            if name not in ("Model_File", "Buggy", "label"):
                mended += int(frame[name].str.contains("True|False|Tensor", regex=True).sum())
                frame[name] = frame[name].map(_number).astype(float)
        self._note(mended, f"cells of {path.name} held text (True, False, a tensor) in place of a number")
        return frame

    def _level(self, path: Path, frame: pd.DataFrame) -> None:
        if "label" not in frame.columns:
            self.told.notes.append(f"{path.name} has no labels; it was passed over")
            return
        there = [name for name in COLUMNS if name in frame.columns]
        missing = [name for name in COLUMNS if name not in frame.columns]
        if missing:
            self.told.notes.append(f"{path.name} lacks {', '.join(missing)}: unknown for the runs that only it has")
        blank = frame[there].isna().all(axis=1)
        self._note(int(blank.sum()), f"rows of {path.name} were empty (runs that crashed, called correct) and dropped")
        frame = frame[~blank]
        keys = _keys(frame)
        known = sum(key in self.runs for key in dict.fromkeys(keys))
        again = len(keys) - len(set(keys))
        self._note(again, f"rows of {path.name} repeat another row of it")
        self._note(known, f"runs of {path.name} were in another file as well")
        renamed: Counter[str] = Counter()
        columns = frame[there].to_numpy(dtype=float)
        for key, label, row in zip(keys, frame["label"].map(lambda value: str(value).strip()), columns, strict=True):
            run = self.runs.setdefault(key, _Run({}))
            run.values = {**dict(zip(there, row.tolist(), strict=True)), **run.values}
            self._label(run, label, path, renamed)
        for text, count in renamed.items():
            self._note(count, text)

    def _label(self, run: _Run, label: str, path: Path, renamed: Counter[str]) -> None:
        code = MISSPELT.get(label.upper(), label.upper())
        if code in OPERATORS:
            if code != label:
                renamed[f"labels {label} of {path.name} are read as {code}"] += 1
            run.operators.add(code)
            run.labels.add("hyperparameter")
        elif label.lower() in FAMILIES:
            run.labels.add(FAMILIES[label.lower()])
        elif label.lower() in CORRECT:
            run.labels.add("correct")
        elif label.lower() in BUGGY:
            run.labels.add("faulty")
        else:
            renamed[f"labels {label!r} of {path.name} are unknown"] += 1

    def _static(self, path: Path, frame: pd.DataFrame) -> None:
        counted = [name for name in frame.columns if name not in ("Model_File", "Buggy")]
        wrong = 0
        for name, label, row in zip(
            frame["Model_File"], frame["Buggy"], frame[counted].to_numpy(dtype=float), strict=True
        ):
            parts = MODEL.fullmatch(str(name))
            if parts is None:
                wrong += 1
                continue
            family = FAMILIES.get((parts["family"] or "").lower())
            wrong += (parts["label"] == "correct") != (str(label).strip().lower() in CORRECT)
            self.models.append(
                {
                    "id": f"deep4ge.model.{str(name).removesuffix('.h5')}",
                    "source": "deep4ge",
                    "seed": parts["seed"],
                    "original": family is None,
                    "operators": None,
                    "families": [family] if family else [],
                    "static": {key: _whole(value) for key, value in zip(counted, row.tolist(), strict=True)},
                }
            )
        self._note(wrong, f"rows of {path.name} have a name that does not fit their label, or that tells nothing")
        single = [name for name in counted if frame[name].nunique(dropna=False) == 1]
        self._note(len(single), f"columns of {path.name} hold one value only: {', '.join(single)}")
        vectors = frame.groupby(counted, dropna=False)["Buggy"].nunique()
        self.told.notes.append(
            f"the {len(frame):,} models of {path.name} are {len(vectors):,} different rows, "
            f"{int((vectors > 1).sum()):,} of them with both labels"
        )

    def _logs(self, paths: Sequence[Path]) -> None:
        """The logs: each is a run that the tables have already, or a new one."""
        means = {_mean_key(run.values): run for run in self.runs.values()}
        empty = matched = 0
        for path in paths:
            frame = self._table(path)
            parts = LOG.fullmatch(path.name)
            assert parts is not None
            if frame is None:
                continue
            frame = frame[[name for name in COLUMNS if name in frame.columns]].dropna(how="all")
            if frame.empty:
                empty += 1
                continue
            values = {name: float(value) for name, value in frame.mean().items()}
            run = means.get(_mean_key(values))
            if run is None:
                run = self.runs.setdefault(f"{path.name}".encode(), _Run(values))
                category = parts["category"].lower()
                run.labels.add(FAMILIES.get(category) or ("correct" if category in CORRECT else "faulty"))
            else:
                matched += 1
            run.seed, run.log = parts["seed"], frame
            run.name = path.name.removesuffix(".gz").removesuffix(".csv")
        self._note(empty, "logs were empty (runs that crashed) and dropped")
        self._note(matched, "logs are the runs of rows in the tables, which have their seed from them")

    def _check(self) -> None:
        runs = self.runs.values()
        for run in runs:
            if len(run.labels) > 1:
                run.labels.discard("faulty")  # the first level says no more
        self._note(sum(len(run.labels) > 1 for run in runs), "runs have two labels")
        self._note(sum(not run.labels for run in runs), "runs have no label that is known")
        odd = sum(_epochs(run.values) is None for run in runs)
        self._note(odd, "runs have a mean epoch that no whole run has: their number of epochs is left open")
        self._note(
            sum(any(math.isinf(value) for value in run.values.values()) for run in runs), "runs have infinite numbers"
        )
        single = [
            name
            for name in COLUMNS
            if len({run.values[name] for run in runs if not math.isnan(run.values.get(name, math.nan))}) == 1
        ]
        self._note(len(single), f"columns hold one value only: {', '.join(single)}")
        self._note(sum(run.seed is None for run in runs), "runs have no seed program: no split can be grouped by it")

    def _rows(self) -> tuple[list[Record], pa.Table, pa.Table]:
        programs: list[Record] = []
        columns: dict[str, list[Any]] = {name: [] for name in tables.RUN}
        columns.update((_column(name), []) for name in COLUMNS if name != "epoch")
        logs: list[pd.DataFrame] = []
        named = sorted((_name(key, run), run) for key, run in self.runs.items())
        for name, run in sorted(named, key=lambda pair: (sorted(pair[1].labels), pair[0])):
            families = sorted(run.labels - {"correct", "faulty"})
            original = "correct" in run.labels
            self.told.labels.update(run.labels or {"unknown"})
            operators = sorted(run.operators)
            programs.append(
                {
                    "id": name,
                    "source": "deep4ge",
                    "seed": run.seed,
                    "original": original if run.labels else None,
                    "operators": [] if original else operators or None,
                    "families": families if families or original else None,
                    "causes": [] if original else [OPERATORS[code] for code in operators] or None,
                    "runs": 1,
                }
            )
            row: Record = {
                "run": f"{name}-0",
                "program": name,
                "source": "deep4ge",
                "status": "ok",
                "epochs": _epochs(run.values),
            }
            row.update((_column(key), value) for key, value in run.values.items() if key != "epoch")
            for key, values in columns.items():
                values.append(row.get(key))
            if run.log is not None:
                logs.append(run.log.assign(run=f"{name}-0"))
        kinds = {**{name: pa.float64() for name in columns}, **tables.RUN}
        return (
            programs,
            pa.table({key: _array(values, kinds[key]) for key, values in columns.items()}),
            _epoch_table(logs),
        )


def _epoch_table(logs: Sequence[pd.DataFrame]) -> pa.Table:
    frame = pd.concat(logs, ignore_index=True) if logs else pd.DataFrame({"run": []})
    count = len(frame)
    columns: dict[str, pa.Array] = {}
    for name, kind in tables.EPOCH.items():
        columns[name] = pa.nulls(count, kind)
    columns["run"] = pa.array([str(name) for name in frame["run"]], pa.string())
    columns["model"] = pa.array([0] * count, pa.int64())
    for name in COLUMNS:
        if name not in frame.columns:
            continue
        if name == "epoch":
            columns["epoch"] = _array([None if math.isnan(value) else int(value) for value in frame[name]], pa.int64())
        elif name == "adjusted_lr":
            columns["learning_rate"] = _array(frame[name].tolist(), pa.float32())
        else:
            log = METRICS.get(name)
            columns[f"log.{log}" if log else f"measure.{name}"] = _array(frame[name].tolist(), pa.float64())
    return pa.table(columns)


def _array(values: Iterable[Any], kind: pa.DataType) -> pa.Array:
    return pa.array([None if isinstance(value, float) and math.isnan(value) else value for value in values], kind)


def _column(name: str) -> str:
    return f"machine.{name}" if name in MACHINE else f"mean.{name}"


def _number(text: str) -> float:
    """A cell as a number: the callback writes booleans, and tensors as Python shows them."""
    if "True" in text or "False" in text:
        return float("True" in text)
    inside = re.search(r"tf\.Tensor\(([-+\w.]+)", text)
    try:
        return float(inside[1] if inside else text)
    except ValueError:
        return math.nan


def _keys(frame: pd.DataFrame) -> list[bytes]:
    """What tells runs apart: the values that all tables have."""
    parts = [frame[name].to_numpy(dtype=float) if name in frame else np.full(len(frame), math.nan) for name in SHARED]
    matrix = np.column_stack(parts) + 0.0
    matrix[np.isnan(matrix)] = math.nan
    return [hashlib.sha256(row.tobytes()).digest() for row in matrix]


def _mean_key(values: dict[str, float]) -> tuple[str, ...]:
    """Means as a table and a log give them: the same to nine digits."""
    names = ("train_loss", "val_loss", "mean_gradient", "gradient_max", "std_activation", "adjusted_lr", "memory_usage")
    return tuple(f"{values.get(name, math.nan):.8e}" for name in names)


def _name(key: bytes, run: _Run) -> str:
    return (
        f"deep4ge.{run.name}" if run.name else f"deep4ge.{'+'.join(sorted(run.labels)) or 'unknown'}.{key.hex()[:12]}"
    )


def _epochs(values: dict[str, float]) -> int | None:
    """How many epochs a run had, by the mean of their numbers from 0."""
    count = 2 * values.get("epoch", math.nan) + 1
    return int(count) if math.isfinite(count) and count > 0 and count == int(count) else None


def _whole(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
