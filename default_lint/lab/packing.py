"""How the tables of the corpus stay small: numbers of a few digits, and features that the others tell left out."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

META = "default-lint"  # key of the metadata
BITS = 10
"""Of the mantissa, after the leading one: a relative error below 5e-4, as of 4 significant digits."""
DIGITS = 3
"""Significant ones of the numbers of a trace; on 306 runs of the corpus rules and observations said the same as with
all."""
CLOCK = ("pid", "time")  # of events; of no use later

Array = np.ndarray[Any, Any]


def short(trace: str) -> str:
    """The lines of a trace with numbers of DIGITS digits, and without the clock."""
    return "".join(json.dumps(_short(json.loads(line)), separators=(",", ":")) + "\n" for line in trace.splitlines())


def _short(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _short(held) for name, held in value.items() if name not in CLOCK}
    return [_short(held) for held in value] if isinstance(value, list) else value


def rounded(values: Array) -> Array:
    """As float32 with BITS bits after the leading one: a relative error of at most 2**-(BITS + 1)."""
    with np.errstate(over="ignore"):
        plain = np.ascontiguousarray(values, dtype=np.float32)
    drop = 23 - BITS
    bits = plain.view(np.uint32)
    near = ((bits + np.uint32((1 << (drop - 1)) - 1) + ((bits >> np.uint32(drop)) & np.uint32(1))) >> drop) << drop
    result = near.astype(np.uint32).view(np.float32)
    cut = (bits & np.uint32((~((1 << drop) - 1)) & 0xFFFFFFFF)).view(np.float32)
    result = np.where(np.isfinite(result), result, cut)
    return np.asarray(np.where(np.isfinite(plain), result, plain), dtype=np.float32)


def pack(table: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """Leave out of the features what the rest tells; the metadata for its file say which columns there were."""
    names = [name for name in table.column_names if aggregated(name)]
    values = {name: _floats(table[name]) for name in names}
    for name in names:
        told = _told(name, values)
        if told is not None:
            derived, error = told
            values[name] = np.where(np.abs(values[name] - derived) <= error, np.float32(math.nan), values[name])
    seen: dict[bytes, str] = {}
    same: dict[str, str] = {}
    single: dict[str, float | str] = {}
    arrays = {name: table[name] for name in table.column_names if name not in values}
    for name, column in values.items():
        first = seen.setdefault(hashlib.sha256(column.tobytes()).digest(), name)
        if first != name:
            same[name] = first
        elif len(column) and _alike(column):
            single[name] = _spell(float(column[0]))
        else:
            arrays[name] = pa.array(column, pa.float32(), mask=np.isnan(column))
    left = json.dumps({"columns": table.column_names, "same": same, "single": single}, sort_keys=True)
    return pa.table(arrays), {META: base64.b85encode(zlib.compress(left.encode(), 9)).decode()}


def unpack(table: pa.Table) -> pd.DataFrame:
    """The table that `pack` was given."""
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=False)
    packed = (table.schema.metadata or {}).get(META.encode())
    if packed is None:
        return frame
    told = json.loads(zlib.decompress(base64.b85decode(packed)))

    values: dict[str, Any] = {}
    for name in told["columns"]:
        origin = told["same"].get(name, name)
        if origin in told["single"]:
            values[name] = np.full(len(frame), float(told["single"][origin]), dtype=np.float32)
        else:
            values[name] = frame[origin].to_numpy(dtype=np.float32 if aggregated(name) else None)
    for name in filter(aggregated, told["columns"]):
        derived = _told(name, values)
        if derived is not None:
            values[name] = np.where(np.isnan(values[name]), derived[0], values[name])
    epochs = frame["epochs"].to_numpy(dtype=np.float64, na_value=math.nan)
    for name in filter(aggregated, told["columns"]):
        first, _, feature = name.partition(".")
        if first != "dall" and f"dall.{feature}" in values:
            few = ~(epochs > int(first[1:]))
            values[name] = np.where(few, values[f"dall.{feature}"], values[name])
    return type(frame)(values, index=frame.index)


def aggregated(name: str) -> bool:
    """Whether a column of runs is a feature."""
    first, dot, _ = name.partition(".")
    return bool(dot) and (first == "dall" or (first[:1] == "d" and first[1:].isdigit()))


def _told(name: str, values: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """What other columns tell of a feature, and how far from it that may be; None when they tell nothing."""
    head, _, how = name.rpartition(".")
    last, slope = values.get(f"{head}.last"), values.get(f"{head}.slope")
    if how not in ("mean", "min", "max", "std") or last is None:
        return None
    if not name.startswith("d2.") or slope is None:
        return None if how == "std" else (last, np.float32(0.0))
    before = last - slope
    error = np.maximum(np.abs(last), np.abs(before)) * np.float32(2.0**-BITS)
    if how == "std":
        return rounded(np.abs(slope) / 2), np.abs(slope) * np.float32(2.0**-BITS)
    if how == "mean":
        return rounded((last + before) / 2), error
    return rounded((np.minimum if how == "min" else np.maximum)(last, before)), error


def _alike(column: Array) -> bool:
    return bool(np.all(column == column[0]) or np.all(np.isnan(column)))


def _floats(column: pa.ChunkedArray) -> Array:
    parts = [chunk.fill_null(math.nan).to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate(parts).astype(np.float32) if parts else np.empty(0, np.float32)


def _spell(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
