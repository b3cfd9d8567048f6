"""A forest of decision trees as plain arrays: it predicts, and explains each prediction by exact SHAP values.

The trees vote by the shares of the classes in their leaves, or (*boosted*, of a question of yes or no) each adds to the
logit of "yes", and that sum is explained.

The nodes of all trees stand in one order: the roots first, then all nodes of the next level, and so on, the two
children of a node side by side. So the children of the i-th split are the nodes `trees + 2 i` and `trees + 2 i + 1`, a
file needs one bit a node for the shape of the trees, and cannot hold a loop.

SHAP values are those of Lundberg et al., "Consistent individualized feature attribution for tree ensembles" (2018),
for features that are left out along the path: a node that asks about such a feature goes both ways, by the shares of
the training rows. For one leaf of value v and the features j of its path, with z_j the product of the shares of the
rows that followed the path at the nodes of j, and o_j = 1 where the row follows it at all of them, else 0,

    phi_i = v (o_i - z_i) integral over t from 0 to 1 of prod over j != i of (z_j + t (o_j - z_j))

(the multilinear extension of the game, Owen 1972). The integrand is a polynomial of a lower degree than the tree is
deep, so that Gauss-Legendre quadrature with half as many points is exact. The products are carried down and the
weighted sums up the levels of all trees at once, as in Yu et al., "Linear tree Shap" (2022).
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from default_lint.frozen import dataclass

FORMAT = 1
DEEPEST = 10
LARGEST = 32 << 20  # bytes of a file, unpacked
MOST = 1e12  # rows in a leaf, and weight of one
_KIND = "default-lint forest"
_MEMBERS = ("about", "splits", "feature", "edge", "edges", "edges_of", "counts", "units")
_BOOSTED = "margins"  # the further array of boosted trees
_STEEPEST = 1e6  # of what a leaf adds to a logit, in size
_TOGETHER = 1 << 15  # rows times trees that are walked at once
_SINGLE = float(np.finfo(np.float32).max)

_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '\|u1', 'fortran_order': False, 'shape': \((\d{1,9}, ?(?:\d{1,9})?)\), \} *\n",
    re.DOTALL,
)
# What reading zip files, arrays and JSON raises on bytes that somebody changed.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(ArithmeticError, MemoryError, RuntimeError),
)

Array = np.ndarray[Any, Any]


class ModelError(Exception):
    """A file that holds no model we can use: one line for people."""


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees that vote by the shares of the classes in their leaves, or that add up to a logit.

    classes    names; ("no", "yes") where there are two
    features   names, in the order of the numbers of a row
    trees      number of trees
    splits     bool[nodes]: whether a node asks about a feature; in the order of the module's docstring
    feature    int[splits]: what a split asks about
    threshold  float32[splits]: rows with `x <= threshold` go to the first child
    counts     number[classes, leaves]: training rows of each class, in units; number[1, leaves] of boosted trees
    units      float64[classes, 1 or trees]: weight of a row of a class, the same in all trees or of each;
               float64[1, 1] of boosted trees
    margins    float64[leaves]: what each leaf of boosted trees adds to the logit of "yes"; None of trees that vote
    start      what the logit begins with
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    trees: int
    splits: Array
    feature: Array
    threshold: Array
    counts: Array
    units: Array
    margins: Array | None = None
    start: float = 0.0

    def predict(self, row: Array | Sequence[float]) -> Array:
        """The mean share of each class: float64[..., classes] of float64[..., features].

        Of boosted trees it is the probability of each class. Numbers are rounded to float32, as scikit-learn does, and
        end at its range. Raises ValueError for NaN and for a wrong number of features.
        """
        rows = _narrow(row, len(self.features))
        flat = rows.reshape(-1, len(self.features))
        step = max(1, _TOGETHER // self.trees)
        parts = [self._walk(flat[at : at + step]) for at in range(0, len(flat), step)]
        shares = np.concatenate(parts) if parts else np.zeros((0, len(self.classes)))
        return shares.reshape(*rows.shape[:-1], len(self.classes))

    def explain(self, row: Array | Sequence[float], output: int) -> tuple[float, Array]:
        """The share of class `output` for the training rows, and what each feature of a row adds to it.

        Exact path-dependent SHAP values, float64[features]; base and contributions sum to `predict(row)[output]`, those
        of boosted trees to its logit (`share` gives the one for the other). Raises ValueError as `predict` does, and
        IndexError for no such class.
        """
        x = _narrow(row, len(self.features)).reshape(len(self.features))
        values = self._values[output]
        start = 0.0 if self.margins is None else (-self.start, self.start)[output]
        base = start + float((values * self._paths.weight).sum())
        low = x[self.feature] <= self.threshold
        return base, _contributions(self._paths, values, low, len(self.features))

    @property
    def boosted(self) -> bool:
        """Whether the trees add up to the logit of "yes"."""
        return self.margins is not None

    def share(self, told: float) -> float:
        """What `predict` gives where base and contributions of `explain` have the sum `told`."""
        return float(_sigmoid(told)) if self.boosted else told

    @cached_property
    def _values(self) -> Array:
        """What each leaf adds to what is explained: float64[classes, leaves]."""
        return self.shares / self.trees if self.margins is None else np.stack([-self.margins, self.margins])

    @cached_property
    def shares(self) -> Array:
        """The shares of the classes in each leaf: float64[classes, leaves]."""
        totals = self._totals(slice(None))
        shares: Array = totals / totals.sum(axis=0)
        return shares

    @cached_property
    def covers(self) -> Array:
        """The weight of the training rows that came to each node: float64[nodes]."""
        cover = np.zeros(len(self.splits))
        cover[~self.splits] = self._totals(slice(None)).sum(axis=0)
        for (first, last), (start, end) in zip(self.levels[-2::-1], self.levels[:0:-1]):
            inner = first + np.flatnonzero(self.splits[first:last])
            cover[inner] = cover[start:end:2] + cover[start + 1 : end : 2]
        return cover

    @cached_property
    def levels(self) -> tuple[tuple[int, int], ...]:
        """The first and last + 1 node of each level. Raises ModelError when the nodes are no trees, or too deep."""
        levels: list[tuple[int, int]] = []
        first, size = 0, self.trees
        while size:
            if first + size > len(self.splits):
                raise ModelError("damaged: a tree lacks nodes")
            if len(levels) > DEEPEST:
                raise ModelError(f"a tree is deeper than {DEEPEST}")
            levels.append((first, first + size))
            first, size = first + size, 2 * int(np.count_nonzero(self.splits[first : first + size]))
        if first != len(self.splits):
            raise ModelError("damaged: nodes outside of trees")
        return tuple(levels)

    @cached_property
    def parents(self) -> Array:
        """The node above each node, a root for itself: int[nodes]."""
        return np.concatenate([np.arange(self.trees), np.repeat(np.flatnonzero(self.splits), 2)])

    @cached_property
    def roots(self) -> Array:
        """The number of the tree of each node: int[nodes]."""
        roots = np.arange(len(self.splits))
        for first, last in self.levels[1:]:
            roots[first:last] = roots[self.parents[first:last]]
        return roots

    def _totals(self, leaves: Any) -> Array:
        """The weight of each class in some leaves, float64[classes, leaves]."""
        units = self.units if self.units.shape[1] == 1 else self.units[:, self.roots[~self.splits][leaves]]
        return self.counts[:, leaves] * units

    @cached_property
    def _rank(self) -> Array:
        """The number of the splits up to and with each node: int[nodes]."""
        return np.cumsum(self.splits)

    def _walk(self, rows: Array) -> Array:
        """`predict` of float32[rows, features]."""
        at = np.broadcast_to(np.arange(self.trees), (len(rows), self.trees))
        lines = np.arange(len(rows))[:, None]
        for _ in self.levels[1:]:
            split = self._rank[at] - 1
            high = rows[lines, self.feature[split]] > self.threshold[split]
            at = np.where(self.splits[at], self.trees + 2 * split + high, at)
        leaves = (at - self._rank[at]).reshape(-1)
        if self.margins is not None:
            logit = self.start + self.margins[leaves].reshape(len(rows), self.trees).sum(axis=1)
            return np.stack([_sigmoid(-logit), _sigmoid(logit)], axis=1)
        totals = self._totals(leaves)
        shares = totals / totals.sum(axis=0)
        result: Array = shares.reshape(-1, len(rows), self.trees).mean(axis=2).T
        return result

    @cached_property
    def _paths(self) -> _Paths:
        count = len(self.splits)
        inner, leaves = np.flatnonzero(self.splits), np.flatnonzero(~self.splits)
        asked = np.full(count, -1)
        asked[self.trees :] = np.repeat(self.feature, 2)
        nearest, above = np.full(len(inner), count), inner.copy()
        for first, _ in self.levels[1:-1]:
            deep = slice(int(np.searchsorted(inner, first)), None)
            hit = (asked[above[deep]] == self.feature[deep]) & (nearest[deep] == count)
            nearest[deep] = np.where(hit, above[deep], nearest[deep])
            above[deep] = self.parents[above[deep]]
        same = np.full(count, count)
        same[self.trees :] = np.repeat(nearest, 2)
        z = np.ones(count + 1)
        z[:count] = self.covers / self.covers[self.parents]
        for first, last in self.levels[2:]:
            z[first:last] *= z[same[first:last]]
        points, weights = np.polynomial.legendre.leggauss(max(1, len(self.levels) // 2))
        return _Paths(
            levels=self.levels,
            parents=self.parents,
            inner=tuple(inner[slice(*np.searchsorted(inner, level))] for level in self.levels),
            leaves=leaves,
            weight=self.covers[leaves] / self.covers[self.roots[leaves]],
            asked=asked,
            same=same,
            again=np.flatnonzero(same < count),
            z=z,
            points=tuple((points + 1) / 2),
            weights=tuple(weights / 2),
        )

    def save(self, path: Path | str) -> int:
        """Write the file, the same bytes for the same forest, and give their number. Raises OSError."""
        return Path(path).write_bytes(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The content of the file: an .npz of plain arrays, the same bytes for the same forest."""
        about = {
            "kind": _KIND,
            "format": FORMAT,
            "classes": self.classes,
            "features": self.features,
            "trees": self.trees,
            "nodes": len(self.splits),
        }
        if self.margins is not None:
            about["start"] = self.start
        asked = self.feature.astype(np.uint64) << np.uint64(32) | _ordered(self.threshold)
        edges, edge = np.unique(asked, return_inverse=True)
        edges_of = np.bincount((edges >> np.uint64(32)).astype(np.intp), minlength=len(self.features))
        starts = np.cumsum(edges_of) - edges_of
        members = {
            "about": np.frombuffer(json.dumps(about, separators=(",", ":")).encode(), np.uint8),
            "splits": np.packbits(self.splits),
            "feature": _planes(self.feature),
            "edge": _planes(edge.reshape(-1) - starts[self.feature]),
            "edges": _planes(np.diff(edges.astype(np.uint32), prepend=np.uint32(0))),
            "edges_of": _planes(edges_of),
            "counts": _planes(self.counts) if self.counts.dtype.kind == "u" else _bytes(self.counts),
            "units": _bytes(self.units),
        }
        if self.margins is not None:
            members[_BOOSTED] = _bytes(self.margins)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in members:
                part = io.BytesIO()
                npy.write_array(part, members[name], version=(1, 0), allow_pickle=False)
                member = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
                member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                archive.writestr(member, part.getvalue(), compresslevel=9)
        return out.getvalue()

    @classmethod
    def load(cls, source: Path | str | bytes, name: str = "") -> Forest:
        """Read a file, or its content under a name. Raises ModelError, whatever is wrong with it."""
        if not isinstance(source, bytes):
            name = name or Path(source).name
            try:
                with open(source, "rb") as file:
                    source = file.read(LARGEST + 1)
            except OSError as error:
                raise ModelError(f"{name}: cannot be read: {error.strerror or error}") from None
        try:
            return _decoded(_members(source))
        except ModelError as error:
            raise ModelError(f"{name or 'model'}: {error}") from None
        except _BROKEN as error:
            reason = " ".join(str(error).split())[:80] or type(error).__name__
            raise ModelError(f"{name or 'model'}: damaged, or no model of default-lint ({reason})") from None


class _Paths(NamedTuple):
    """What SHAP values need. An edge is named by the node that it leads to; roots count as edges of no feature.

    levels, parents  as of the forest
    inner            the splits of each level
    leaves, weight   nodes that are leaves, and their shares of the training rows of the tree
    asked            feature of each edge
    same             nearest edge above of the same feature, else the number of nodes
    again            edges with such an edge above
    z                product of the shares over the edges of the same feature down to each, and a 1 for no edge
    points, weights  of the quadrature over 0..1, exact up to the degree of `depth - 1`
    """

    levels: tuple[tuple[int, int], ...]
    parents: Array
    inner: tuple[Array, ...]
    leaves: Array
    weight: Array
    asked: Array
    same: Array
    again: Array
    z: Array
    points: tuple[float, ...]
    weights: tuple[float, ...]


def _contributions(paths: _Paths, values: Array, low: Array, count: int) -> Array:
    """The sums over all trees whose leaves have `values`; `low` tells of each split if the row goes to its first child.

    A leaf belongs to the lowest edge of each feature on its path: what lies below an edge is counted there, less what
    lies below a further edge of the same feature.
    """
    trees, nodes = paths.levels[0][1], len(paths.asked)
    follows = np.ones(nodes + 1)
    follows[trees:nodes:2], follows[trees + 1 : nodes : 2] = low, ~low
    again, above = paths.again, paths.same[paths.again]
    for first, last in paths.levels[2:]:
        part = slice(*np.searchsorted(again, (first, last)))
        follows[again[part]] *= follows[above[part]]
    gap = follows - paths.z
    product, below = np.ones(nodes), np.zeros(nodes)
    mine, further = np.zeros(nodes), np.zeros(len(above))
    for point, weight in zip(paths.points, paths.weights, strict=True):
        factor = paths.z + point * gap  # never 0, as points lie inside and shares are positive
        step = factor[:-1].copy()
        step[again] /= factor[above]
        for first, last in paths.levels[1:]:
            np.multiply(product[paths.parents[first:last]], step[first:last], out=product[first:last])
        below[paths.leaves] = product[paths.leaves] * values
        for inner, (first, last) in zip(paths.inner[-2::-1], paths.levels[:0:-1], strict=True):
            below[inner] = below[first:last:2] + below[first + 1 : last : 2]
        mine += weight * below / factor[:-1]
        further += weight * below[again] / factor[above]
    gains = np.bincount(paths.asked[trees:], (gap[:-1] * mine)[trees:], count)
    result: Array = gains - np.bincount(paths.asked[again], gap[above] * further, count)
    return result


def _sigmoid(logit: Array | float) -> Array:
    result: Array = np.exp(-np.logaddexp(0.0, -np.asarray(logit)))
    return result


def _narrow(row: Array | Sequence[float], count: int) -> Array:
    """Rows as the trees compare them, float32."""
    rows = np.asarray(row, np.float64)
    if rows.ndim == 0 or rows.shape[-1] != count:
        raise ValueError(f"rows of {count} numbers are needed, not of shape {rows.shape}")
    if np.isnan(rows).any():
        raise ValueError("a row holds NaN")
    return np.clip(rows, -_SINGLE, _SINGLE).astype(np.float32)


# -- the file -----------------------------------------------------------------------------------------------------
# Integers stand as planes of bytes, the lowest first, as a plane of high bytes compresses well. Thresholds stand once
# for each feature, in order, each as the step from the one before, and splits hold their rank.


def _planes(values: Array) -> Array:
    """Integers from 0 on as uint8[bytes needed, numbers]."""
    flat = np.asarray(values, np.uint64).reshape(-1)
    width = max(1, (int(flat.max(initial=0)).bit_length() + 7) // 8)
    return np.ascontiguousarray(flat.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T)


def _bytes(values: Array) -> Array:
    """Floats as uint8[8, numbers]."""
    flat = np.ascontiguousarray(values, "<f8").reshape(-1)
    return np.ascontiguousarray(flat.view(np.uint8).reshape(-1, 8).T)


def _joined(planes: Array, kind: str) -> Array:
    """Planes as numbers: integers of at least as many bytes for "u", float64 of eight for "f"."""
    if planes.ndim != 2 or not 1 <= len(planes) <= 8 or (kind == "f" and len(planes) != 8):
        raise ModelError("damaged: an array has the wrong shape")
    whole = np.dtype(f"u{next(width for width in (1, 2, 4, 8) if width >= len(planes))}")
    joined: Array = planes[0].astype(whole)
    for place, plane in enumerate(planes[1:], 1):
        joined |= plane.astype(whole) << whole.type(8 * place)
    return joined if kind == "u" else joined.view(np.float64)


def _ordered(values: Array) -> Array:
    """float32 as uint32 in the same order."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return np.where(bits >> 31 == 1, ~bits, bits | np.uint32(1 << 31))


def _unordered(values: Array) -> Array:
    """What `_ordered` was made of."""
    return np.where(values >> 31 == 1, values & np.uint32((1 << 31) - 1), ~values).view(np.float32)


def _members(content: bytes) -> dict[str, Array]:
    """The arrays of the file, each read-only and of bytes only."""
    if len(content) > LARGEST:
        raise ModelError(f"larger than {LARGEST >> 20} MiB")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        names = tuple(info.filename.removesuffix(".npy") for info in infos)
        if set(names) - {_BOOSTED} != set(_MEMBERS) or len(set(names)) != len(infos):
            raise ModelError("no model of default-lint")
        if sum(info.file_size for info in infos) > LARGEST:
            raise ModelError(f"larger than {LARGEST >> 20} MiB when unpacked")
        return {name: _array(archive.read(f"{name}.npy")) for name in names}


def _array(content: bytes) -> Array:
    """One array of bytes, as `numpy.lib.format` writes it. Its header is only believed when it says just that."""
    found = _HEADER.match(content)
    if found is None:
        raise ModelError("damaged: an array is of another type")
    shape = tuple(int(size) for size in found[1].replace(b",", b" ").split())
    if math.prod(shape) != len(content) - found.end():
        raise ModelError("damaged: an array has the wrong length")
    return np.frombuffer(content, np.uint8, offset=found.end()).reshape(shape)


def _decoded(members: dict[str, Array]) -> Forest:
    """The forest in the arrays of a file."""
    about = json.loads(members["about"].tobytes())
    if not isinstance(about, dict) or about.get("kind") != _KIND:
        raise ModelError("no model of default-lint")
    if about.get("format") != FORMAT:
        newer = isinstance(about.get("format"), int) and about["format"] > FORMAT
        raise ModelError(f"made by {'a newer' if newer else 'an older'} default-lint: this one reads format {FORMAT}")
    classes, features = _names(about, "classes"), _names(about, "features")
    trees, nodes = _size(about, "trees"), _size(about, "nodes")
    packed = members["splits"]
    if packed.ndim != 1 or len(packed) != (nodes + 7) // 8:
        raise ModelError("damaged: the shape of the trees has the wrong length")
    splits = np.unpackbits(packed, count=nodes).astype(bool)
    inner = int(np.count_nonzero(splits))
    feature, edge = _joined(members["feature"], "u"), _joined(members["edge"], "u").astype(np.int64)
    edges_of, edges = _joined(members["edges_of"], "u").astype(np.int64), _joined(members["edges"], "u")
    if len(feature) != inner or len(edge) != inner or len(edges_of) != len(features):
        raise ModelError("damaged: the splits have the wrong number")
    if edges_of.min(initial=0) < 0 or edges_of.max(initial=0) > len(edges) or int(edges_of.sum()) != len(edges):
        raise ModelError("damaged: the thresholds have the wrong number")
    if inner and (int(feature.max()) >= len(features) or edge.min() < 0 or (edge >= edges_of[feature]).any()):
        raise ModelError("damaged: a split asks about nothing")
    if len(edges) and int(edges.max()) >> 32:
        raise ModelError("damaged: a threshold is no number")
    edges = _unordered(np.cumsum(edges.astype(np.uint32), dtype=np.uint32))
    threshold = edges[(np.cumsum(edges_of) - edges_of)[feature] + edge]
    if not np.isfinite(threshold).all():
        raise ModelError("damaged: a threshold is no number")
    margins, start = _margins(members, about, nodes - inner, len(classes))
    counts, units = _weights(members, nodes - inner, len(classes) if margins is None else 1, trees)
    asked = feature.astype(np.intp)
    forest = Forest(classes, features, trees, splits, asked, threshold, counts, units, margins, start)
    assert forest.levels  # which are found only in trees
    return forest


def _weights(members: dict[str, Array], leaves: int, classes: int, trees: int) -> tuple[Array, Array]:
    """The counts and units of a file."""
    planes = members["counts"]
    counts = _joined(planes, "f" if len(planes) == 8 else "u")
    units = _joined(members["units"], "f")
    if len(counts) != leaves * classes or len(units) not in (classes, trees * classes):
        raise ModelError("damaged: the leaves have the wrong number")
    counts, units = counts.reshape(classes, leaves), units.reshape(classes, -1)
    bounded = counts.min() >= 0 and counts.max() <= MOST and units.min() >= 1 / MOST and units.max() <= MOST
    if not bounded or not counts.any(axis=0).all():  # NaN is not bounded
        raise ModelError("damaged: a leaf holds no rows")
    return counts, units


def _margins(members: dict[str, Array], about: dict[str, Any], leaves: int, classes: int) -> tuple[Array | None, float]:
    """What the leaves of boosted trees add, and what the sum begins with; None and 0 of trees that vote."""
    planes, start = members.get(_BOOSTED), about.get("start", 0.0)
    if planes is None:
        return None, 0.0
    margins = _joined(planes, "f")
    if len(margins) != leaves or classes != 2:
        raise ModelError("damaged: the leaves have the wrong number")
    bounded = type(start) in (int, float) and abs(start) <= _STEEPEST and np.abs(margins).max() <= _STEEPEST
    if not bounded:  # nor is NaN
        raise ModelError("damaged: a leaf adds no number")
    return margins, float(start)


def _names(about: dict[str, Any], key: str) -> tuple[str, ...]:
    names = about.get(key)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise ModelError(f"damaged: no names of {key}")
    if len(set(names)) != len(names):
        raise ModelError(f"damaged: two {key} have one name")
    return tuple(names)


def _size(about: dict[str, Any], key: str) -> int:
    value = about.get(key)
    if type(value) is not int or not 1 <= value <= LARGEST:
        raise ModelError(f"damaged: no number of {key}")
    return value


__all__ = ["DEEPEST", "FORMAT", "LARGEST", "Forest", "ModelError"]
