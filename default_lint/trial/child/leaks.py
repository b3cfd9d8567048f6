"""Columns of the input that are the target."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .held import length, spread, take

ROWS = 20_000
COLUMNS = 512
SAME = 0.999


def leak_columns(x: Any, y: Any, rows: int | None = None) -> list[list[float]]:
    """The columns of a table whose absolute correlation with the target is at least 0.999, as [column, correlation].

    At most 20,000 rows and 512 columns are looked at; rows with values that are not finite do not count. Empty when x
    is no table of two columns or more, when y is neither one number a row nor two one-hot columns, when either is
    constant, and for fewer than 10 rows.
    """
    if len(x.shape) != 2 or int(x.shape[1]) < 2 or length(x) is None or length(y) is None:
        return []
    total = min(length(x) or 0, length(y) or 0, math.inf if rows is None else rows)
    chosen = np.sort(spread(int(total), ROWS))
    if len(chosen) < 10:
        return []
    table, target = take(x, chosen)[:, :COLUMNS], take(y, chosen)
    if target.ndim == 2 and target.shape[1] == 2 and np.all(target.sum(1) == 1):
        target = target[:, 1]
    if target.size != len(chosen) or any(array.dtype.kind not in "biuf" for array in (table, target)):
        return []
    return _correlated(table.astype(np.float64), target.reshape(-1).astype(np.float64))


def _correlated(table: np.ndarray, target: np.ndarray) -> list[list[float]]:
    known = np.isfinite(target) & np.isfinite(table).all(1)
    if known.sum() < 10:
        return []
    with np.errstate(all="ignore"):
        table, target = table[known] - table[known].mean(0), target[known] - target[known].mean()
        correlation = np.clip(target @ table / np.sqrt((table**2).sum(0) * (target**2).sum()), -1, 1)
    found = np.flatnonzero(np.isfinite(correlation) & (np.abs(correlation) >= SAME))
    return [[int(column), float(correlation[column])] for column in found[:20]]
