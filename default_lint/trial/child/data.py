"""Facts about the data that a model is trained with. At most 20,000 rows are looked at, spread over the whole."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .held import array, length, narrow, rows_of, spread, take
from .leaks import leak_columns
from .nest import convert, flatten

ROWS = 20_000
SEARCHED_ROWS = 500_000
CELLS = 4_000_000
COLUMNS = 512
LISTED = 20
SEARCHED = 50_000_000
BLOCK = 1 << 20  # cells that are hashed at once
DEFAULT_BATCH = 32
LABELS = 100

Facts = dict[str, Any]


def _named(structure: Any) -> list[Any]:
    if isinstance(structure, dict):
        return [(str(key), structure[key]) for key in sorted(structure, key=str)]
    return [("", leaf) for leaf in flatten(structure)]


def sample(value: Any, rows: int | None = None) -> np.ndarray:
    """At most 20,000 rows (fewer of wide arrays) of the array, in their order."""
    total = length(value) or 0
    total = total if rows is None else min(total, rows)
    width = 1
    for entry in tuple(value.shape)[1:]:
        width *= max(1, int(entry))
    wanted = max(64, min(ROWS, CELLS // width))
    if total <= wanted and total == length(value):
        return array(value)
    return take(value, np.sort(spread(total, wanted)))


def array_facts(name: str, value: Any, rows: int | None = None) -> Facts:
    """Shape, type, range and degenerate columns of one array."""
    facts: Facts = {"name": name, "shape": _shape(value), "dtype": _dtype(value)}
    seen = sample(value, rows)
    facts["rows"] = len(seen)
    if seen.dtype.kind not in "biuf" or not seen.size:
        return facts
    numbers = seen.astype(np.float64) if seen.dtype.kind != "f" else seen
    finite = np.isfinite(numbers)
    facts["nan"] = int(np.isnan(numbers).sum())
    facts["inf"] = int(np.isinf(numbers).sum())
    known = numbers if finite.all() else numbers[finite]
    if known.size:
        facts["min"], facts["max"] = float(known.min()), float(known.max())
        facts["mean"] = float(known.mean(dtype=np.float64))
        facts["std"] = float(known.std(dtype=np.float64))
        facts["integers"] = bool(np.all(known == np.floor(known)))
        facts["zero"] = float(np.mean(known == 0))
    if seen.ndim == 2:
        facts.update(column_facts(numbers))
    return facts


def _shape(value: Any) -> list[int | None]:
    """The shape; None for a length that differs from row to row (a ragged tensor's)."""
    return [None if entry is None else int(entry) for entry in tuple(getattr(value, "shape", None) or ())]


def _dtype(value: Any) -> str:
    dtype = getattr(value, "dtype", None)
    if dtype is None and hasattr(value, "dtypes"):
        kinds = {str(entry) for entry in value.dtypes}
        return kinds.pop() if len(kinds) == 1 else "mixed"
    return str(getattr(dtype, "name", dtype)).replace("torch.", "")


def column_facts(table: np.ndarray) -> Facts:
    """Constant and duplicate columns and the spread of their scales, of a table of numbers.

    `constant_count` counts in all columns; the others look at the first 512, and lists end after 20 entries.
    """
    facts: Facts = {"columns": table.shape[1]}
    with np.errstate(all="ignore"):
        low, high = np.nanmin(table, 0, initial=np.inf), np.nanmax(table, 0, initial=-np.inf)
        facts["constant_count"] = int(np.sum(low == high)) if len(table) > 1 else 0
        table, low, high = table[:, :COLUMNS], low[:COLUMNS], high[:COLUMNS]
        deviation = np.nanstd(table.astype(np.float64, copy=False), 0)
    facts["constant_columns"] = [int(index) for index in np.flatnonzero(low == high)[:LISTED]] if len(table) > 1 else []
    moving = deviation[np.isfinite(deviation) & (deviation > 0) & (low != high)]
    if moving.size:
        facts["column_spread"] = float(moving.max() / moving.min())
    facts["duplicate_columns"] = _duplicates(table, low != high) if len(table) > 1 else []
    return facts


def _duplicates(table: np.ndarray, moving: np.ndarray) -> list[list[int]]:
    first: dict[bytes, int] = {}
    pairs = []
    for index in np.flatnonzero(moving):
        key = np.ascontiguousarray(table[:, index]).tobytes()
        if key in first:
            pairs.append([first[key], int(index)])
        first.setdefault(key, int(index))
    return pairs[:LISTED]


def target_facts(name: str, value: Any, rows: int | None = None) -> Facts:
    """The facts of an array of targets: also its form, its classes and their balance."""
    facts = array_facts(name, value, rows)
    seen = sample(value, rows)
    if seen.dtype.kind not in "biuf" or not seen.size:
        return facts
    with np.errstate(all="ignore"):
        facts.update(_target(seen))
    return facts


def _target(seen: np.ndarray) -> Facts:
    width = seen.shape[-1] if seen.ndim > 1 else 1
    facts: Facts = {}
    finite = bool(np.isfinite(seen).all())
    low, high = float(seen.min()), float(seen.max())
    whole = finite and bool(np.all(seen == np.floor(seen)))
    sums = seen.sum(-1, dtype=np.float64) if width > 1 else None
    if sums is not None:
        facts["sum_to_one"] = bool(np.allclose(sums, 1, atol=1e-4))
    facts["constant"] = (
        low == high if width == 1 else bool(np.all(seen.reshape(-1, width) == seen.reshape(-1, width)[0]))
    )
    facts["form"] = form(seen, whole, low, high, facts.get("sum_to_one", False))
    if facts["form"] == "multi-hot" and sums is not None:
        facts.update(most_in_row=float(sums.max()), empty_rows=float(np.mean(sums == 0)))
    labels: np.ndarray | None = None
    if facts["form"] == "one-hot" and width <= 10_000:
        labels = seen.reshape(-1, width).argmax(1)
    elif facts["form"] in ("integer", "binary", "signs") and width == 1:
        labels = seen.reshape(-1).astype(np.int64)
    if labels is not None:
        facts.update(label_facts(labels))
    return facts


def form(seen: np.ndarray, whole: bool, low: float, high: float, one: bool) -> str:
    """How targets are written: "integer", "one-hot", "multi-hot", "binary", "probabilities", "real" or "signs"."""
    width = seen.shape[-1] if seen.ndim > 1 else 1
    unit = low >= 0 and high <= 1
    if width > 1:
        if whole and unit:
            return "one-hot" if one else "multi-hot"
        return "probabilities" if unit and one else "real"
    if not whole:
        return "probabilities" if unit and seen.size and _few(seen) else "real"
    if low == -1 and high == 1 and not np.any(seen == 0):
        return "signs"
    if unit:
        return "binary"
    if low < 0:
        return "real"
    kinds = len(np.unique(seen[:ROWS]))
    return "integer" if seen.dtype.kind in "biu" or kinds <= max(20, math.sqrt(seen.size)) else "real"


def _few(seen: np.ndarray) -> bool:
    """Whether most targets between 0 and 1 stand at the ends, as softened labels do."""
    return bool(np.mean((seen < 0.1) | (seen > 0.9)) > 0.9)


def label_facts(labels: np.ndarray) -> Facts:
    """Classes, their counts, balance and order; `sorted` compares neighbors with what a mixed order would give."""
    values, counts = np.unique(labels, return_counts=True)
    shares = counts / counts.sum()
    facts: Facts = {"classes": len(values), "majority": float(shares.max())}
    top = np.argsort(-counts, kind="stable")[:LABELS]
    facts["counts"] = {str(int(values[index])): int(counts[index]) for index in sorted(top)}
    facts["entropy"] = float(-(shares * np.log(shares)).sum() / math.log(len(values))) if len(values) > 1 else 0.0
    if len(labels) > 1 and len(values) > 1:
        equal, expected = float(np.mean(labels[1:] == labels[:-1])), float((shares**2).sum())
        facts["sorted"] = max(0.0, (equal - expected) / (1 - expected))
    return facts


def facts(x: Any, y: Any, rows: int | None = None) -> Facts:
    """The facts of inputs and targets, of which the first `rows` rows count."""
    found: Facts = {}
    inputs, targets = _named(x), _named(y)
    found["x"] = [_safely(array_facts, name, value, rows) for name, value in inputs]
    found["y"] = [_safely(target_facts, name, value, rows) for name, value in targets]
    if len(targets) == 1:
        for entry, (_, value) in zip(found["x"], inputs):
            entry["leak_columns"] = _leaks(value, targets[0][1], rows)
    lengths = {length(value) for _, value in (*inputs, *targets)}
    found["lengths_differ"] = len(lengths - {None}) > 1
    return found


def _safely(function: Any, name: str, value: Any, rows: int | None) -> Facts:
    try:
        found: Facts = function(name, value, rows)
        return found
    except Exception:
        return {"name": name, "shape": _shape(value), "dtype": _dtype(value)}


def _leaks(value: Any, target: Any, rows: int | None) -> list[list[float]]:
    try:
        return leak_columns(value, target, rows)
    except Exception:
        return []


def overlap(x: Any, other: Any) -> float | None:
    """The share of (at most 20,000) rows of `other` that stand in `x` too; None when it can't be told.

    Whole rows are compared by a hash of 64 bits. At most 500,000 rows of `x` are looked at, spread over the whole: the
    share is the least that it can be when there are more. Nothing is told beyond 50 million cells.
    """
    mine, theirs = flatten(x), flatten(other)
    if len(mine) != 1 or len(theirs) != 1 or tuple(mine[0].shape)[1:] != tuple(theirs[0].shape)[1:]:
        return None
    total, shape = length(mine[0]) or 0, _shape(mine[0])[1:]
    if None in shape:
        return None
    width = max(1, math.prod(entry for entry in shape if entry is not None))
    chosen = np.arange(total) if total <= SEARCHED_ROWS else np.sort(spread(total, SEARCHED_ROWS))
    if not total or len(chosen) * width > SEARCHED or not length(theirs[0]):
        return None
    looked = narrow(sample(theirs[0]))
    step = max(1, BLOCK // width)
    known = [
        _hashes(take(mine[0], chosen[begin : begin + step]), looked.dtype) for begin in range(0, len(chosen), step)
    ]
    return float(np.isin(_hashes(looked, looked.dtype), np.concatenate(known)).mean())


def _hashes(value: np.ndarray, dtype: Any) -> np.ndarray:
    """A hash of 64 bits of the bytes of each row: a sum of mixed words, each column with a multiplier of its own."""
    rows = np.ascontiguousarray(value.reshape(len(value), -1).astype(dtype, copy=False))
    words = rows.view(np.uint32 if rows.dtype.itemsize % 4 == 0 else np.uint8).astype(np.uint64)
    odd = np.random.Generator(np.random.PCG64(0)).integers(1 << 63, size=words.shape[1], dtype=np.uint64) * 2 + 1
    words ^= words >> np.uint64(15)
    words += np.uint64(1)
    words *= odd.astype(np.uint64)
    words ^= words >> np.uint64(29)
    words *= np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(words.sum(1, dtype=np.uint64))


def kind(x: Any) -> str:
    """The kind of thing that `fit` was given as x: "array", "tf.data", "generator", "PyDataset", "DataLoader", ..."""
    leaves = flatten(x)
    if leaves and all(length(leaf) is not None for leaf in leaves):
        return "array"
    names = {parent.__name__ for parent in type(x).__mro__}
    if "DatasetV2" in names:
        return "tf.data"
    if names & {"DistributedDataset", "DistributedDatasetInterface"}:
        return "distributed"
    for name in ("PyDataset", "Sequence", "DataLoader"):
        if name in names and not isinstance(x, (list, tuple)):
            return "PyDataset" if name == "Sequence" else name
    if hasattr(x, "__next__"):
        return "generator"
    return type(x).__name__


def fit_facts(source: str, asked: dict[str, Any]) -> Facts:
    """The facts of what a call of fit was given, as far as it lies at hand."""
    x, y, validation = asked.get("x"), asked.get("y"), asked.get("validation_data")
    found: Facts = {"source": source, "batch": asked.get("batch_size")}
    if source == "array":
        total = rows_of(x) or 0
        rows = math.floor(total * (1.0 - float(asked.get("validation_split") or 0.0)))
        found["batch"] = found["batch"] or DEFAULT_BATCH
        found.update(facts(x, y, rows))
        found["samples"] = rows
        if validation is None and rows < total:
            validation = _rest(x, rows), _rest(y, rows)
            found["val_samples"] = total - rows
            x = convert(lambda leaf: leaf[:rows], x) if validation[0] is not None else x
    if isinstance(validation, (tuple, list)) and len(validation) >= 2 and kind(validation[0]) == "array":
        held = facts(validation[0], validation[1])
        found.update({"val_x": held["x"], "val_y": held["y"], "val_samples": rows_of(validation[0])})
        if source == "array":
            found["overlap"] = overlap(x, validation[0])
    return found


def _rest(structure: Any, rows: int) -> Any:
    """The rows after those, where that takes no copy."""
    if not all(isinstance(leaf, np.ndarray) for leaf in flatten(structure)):
        return None
    return convert(lambda leaf: leaf[rows:], structure)
