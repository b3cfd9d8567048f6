"""The classifiers that come with the product: a manifest, and one file of arrays for each of them.

What cannot be used is told in `Bundle.trouble` and never raises, so that rules work without it; once it is repaired it
is used, also by a process that goes on, such as a language server. Nothing here imports numpy before a classifier is
asked for.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from default_lint.findings import Learned
from default_lint.frozen import dataclass

if TYPE_CHECKING:
    from default_lint.diagnosis.forest import Forest

FORMAT = 1
FOLDER = Path(__file__).parent / "models"
MANIFEST = "manifest.json"
LARGEST = 16 << 20  # bytes of a manifest
YES_OR_NO = ("no", "yes")
CLIP = 1e-4  # a share is calibrated as if it were at least so far from 0 and 1
SAME = 1e-9  # shares that differ by less have the slope of the calibration between them

Calibration = tuple[float, float]
Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Model:
    """A classifier with what the lab found out about it.

    calibration  (a, b) of each class: probability = sigmoid(a logit(share) + b), after Platt (1999); of "no" it is not
                 used, as that has what "yes" leaves
    threshold    probability from which on it holds
    speaks       whether it was better than its floor on unseen programs, so that people may hear of it
    usual        range of a feature over working programs
    scores       of the evaluation, by name
    """

    name: str
    forest: Forest
    calibration: tuple[Calibration, ...]
    threshold: float
    speaks: bool
    usual: Mapping[str, Range] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the outputs; YES_OR_NO of a classifier that answers a question."""
        return self.forest.classes

    @property
    def features(self) -> tuple[str, ...]:
        """The features it looks at, in order."""
        return self.forest.features

    def probability(self, values: Mapping[str, float], output: int = 1) -> float:
        """The calibrated probability of one class, without its reasons: that of `judge`, in a fraction of the time.

        Raises KeyError for a missing feature and ValueError for NaN.
        """
        share = float(self.forest.predict(self._row(values))[output])
        return _calibrated(share, self._calibration(output))

    def judge(self, values: Mapping[str, float], output: int = 1) -> Learned:
        """The calibrated probability of one class, and what each feature adds to it.

        The SHAP values of the share, or of its logit, are stretched by one factor, so that base and contributions sum
        to the probability. Classes other than no and yes are calibrated each against all others, and their
        probabilities need not sum to 1; those of `probabilities` do. Raises KeyError for a missing feature and
        ValueError for NaN.
        """
        row = self._row(values)
        low, parts = self.forest.explain(row, output)
        share = float(self.forest.predict(row)[output])
        calibration = self._calibration(output)
        base, probability = _calibrated(self.forest.share(low), calibration), _calibrated(share, calibration)
        moved = float(parts.sum())
        slope = _slope(share, calibration) * (share * (1 - share) if self.forest.boosted else 1.0)
        factor = (probability - base) / moved if abs(moved) > SAME else slope
        found = {name: float(part) * factor for name, part in zip(self.features, parts, strict=True) if part}
        ranked = sorted(found.items(), key=lambda item: -abs(item[1]))
        return Learned(self.name, probability, base, dict(ranked))

    def probabilities(self, values: Mapping[str, float]) -> dict[str, float]:
        """The calibrated probability of each class; together 1.

        Raises KeyError for a missing feature and ValueError for NaN.
        """
        shares = self.forest.predict(self._row(values))
        found = [_calibrated(float(share), self._calibration(at)) for at, share in enumerate(shares)]
        total = sum(found) or 1.0
        return {name: value / total for name, value in zip(self.classes, found, strict=True)}

    def _row(self, values: Mapping[str, float]) -> list[float]:
        return [values[name] for name in self.features]

    def _calibration(self, output: int) -> Calibration:
        if self.classes != YES_OR_NO:
            return self.calibration[output]
        a, b = self.calibration[-1]
        return (a, b) if range(2)[output] else (a, -b)


def _calibrated(share: float, calibration: Calibration) -> float:
    share = min(max(share, CLIP), 1 - CLIP)
    a, b = calibration
    at = a * math.log(share / (1 - share)) + b
    return 1 / (1 + math.exp(-at)) if at >= 0 else math.exp(at) / (1 + math.exp(at))


def _slope(share: float, calibration: Calibration) -> float:
    """The derivative of the calibrated probability by the share."""
    if not CLIP < share < 1 - CLIP:
        return 0.0
    value = _calibrated(share, calibration)
    return calibration[0] * value * (1 - value) / (share * (1 - share))


class _Entry(NamedTuple):
    """What the manifest says about a classifier."""

    file: str
    sha256: str
    classes: tuple[str, ...]
    features: tuple[str, ...]
    calibration: tuple[Calibration, ...]
    threshold: float
    speaks: bool
    usual: Mapping[str, Range]
    scores: Mapping[str, Any]


class Bundle:
    """The classifiers of a folder. The arrays of each are read when it is first asked for, and again when they could
    not be used and their file has changed.

    digest     SHA-256 of the manifest, which names those of all files; "" without one
    made_with  versions of the programs that made it
    corpus     what it was learned from
    """

    def __init__(self, folder: Path, content: bytes | None = None, trouble: str = "") -> None:
        self.folder = folder
        self.digest = "" if content is None else hashlib.sha256(content).hexdigest()
        self.made_with: Mapping[str, str] = {}
        self.corpus: Mapping[str, Any] = {}
        self._trouble: dict[str, str] = {"": trouble} if trouble else {}
        self._entries: dict[str, _Entry] = {}
        self._models: dict[str, Model | None] = {}
        self._failed: dict[str, _Stamp] = {}
        if content is not None:
            try:
                self._read(_manifest(content))
            except _Wrong as wrong:
                self._trouble[""] = f"{MANIFEST}: {wrong}"

    @property
    def empty(self) -> bool:
        """Whether there is no manifest at all, which is no trouble."""
        return not self.digest and not self._trouble

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classifiers of which the manifest tells all that is needed."""
        return tuple(self._entries)

    def speaks(self, name: str) -> bool:
        """Whether people may hear of a classifier; its arrays are not read for that."""
        entry = self._entries.get(name)
        return entry is not None and entry.speaks

    @property
    def trouble(self) -> tuple[str, ...]:
        """What could not be used so far, one line each; there may be more when a classifier is first asked for."""
        self._forget()
        return tuple(self._trouble.values())

    def model(self, name: str) -> Model | None:
        """A classifier; None when there is none of that name, or when `trouble` tells why it cannot be used."""
        if name in self._failed:
            self._forget()
        if name not in self._models:
            entry = self._entries.get(name)
            stamp = None if entry is None else _stamp(self.folder / entry.file)
            try:
                self._models[name] = None if entry is None else self._loaded(name, entry)
            except _Wrong as wrong:
                self._trouble[name] = f"{name}: {wrong}"
                self._failed[name] = stamp
                self._models[name] = None
        return self._models.get(name)

    def _forget(self) -> None:
        """Drop what is known of files that could not be used and are others now."""
        for name, stamp in list(self._failed.items()):
            if _stamp(self.folder / self._entries[name].file) != stamp:
                for known in (self._failed, self._trouble, self._models):
                    known.pop(name, None)

    def _read(self, manifest: Mapping[str, Any]) -> None:
        self.made_with = {str(key): str(value) for key, value in _table(manifest.get("made_with", {})).items()}
        self.corpus = _table(manifest.get("corpus", {}))
        shared = _Shared(_table(manifest.get("features", {})), _table(manifest.get("usual", {})))
        for name, entry in _table(manifest.get("models")).items():
            try:
                self._entries[name] = _entry(_table(entry), shared)
            except _Wrong as wrong:
                self._trouble[name] = f"{name}: {wrong}"

    def _loaded(self, name: str, entry: _Entry) -> Model:
        from default_lint.diagnosis.forest import LARGEST, Forest, ModelError

        try:
            with open(self.folder / entry.file, "rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise _Wrong(f"{entry.file} cannot be read: {error.strerror or error}") from None
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise _Wrong(f"{entry.file} is not the file that the manifest was written for")
        try:
            forest = Forest.load(content, entry.file)
        except ModelError as error:
            raise _Wrong(str(error)) from None
        if forest.classes != entry.classes or forest.features != entry.features:
            raise _Wrong(f"{entry.file} has other classes or features than the manifest")
        return Model(name, forest, entry.calibration, entry.threshold, entry.speaks, entry.usual, entry.scores)


_Stamp = tuple[int, int, int] | None


def _stamp(path: Path) -> _Stamp:
    """The state of a file, by which it is known to be the same; None when there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def load(folder: Path = FOLDER) -> Bundle:
    """The classifiers of a folder, read once as long as its manifest stays the same. Never raises."""
    try:
        status = (folder / MANIFEST).stat()
        if status.st_size > LARGEST:
            return Bundle(folder, trouble=f"{MANIFEST}: larger than {LARGEST >> 20} MiB")
        return _load(folder, (status.st_mtime_ns, status.st_ctime_ns, status.st_size))
    except (FileNotFoundError, NotADirectoryError):
        return Bundle(folder)
    except (OSError, ValueError) as error:
        return Bundle(folder, trouble=f"{MANIFEST}: cannot be read: {getattr(error, 'strerror', None) or error}")


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: _Stamp) -> Bundle:
    return Bundle(folder, (folder / MANIFEST).read_bytes())


# -- the manifest -------------------------------------------------------------------------------------------------


class _Wrong(Exception):
    """Why something of the manifest cannot be used, in one line."""


class _Shared(NamedTuple):
    """Lists of features and ranges that several classifiers have in common, by name."""

    features: Mapping[str, Any]
    usual: Mapping[str, Any]


def _manifest(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _Wrong(f"no JSON: {' '.join(str(error).split())[:80]}") from None
    manifest = _table(found)
    number = manifest.get("format")
    if type(number) is not int:
        raise _Wrong("no manifest of models")
    if number != FORMAT:
        age = "a newer" if number > FORMAT else "an older"
        raise _Wrong(f"made by {age} default-lint: this one reads format {FORMAT}, not {number}")
    return manifest


def _entry(entry: Mapping[str, Any], shared: _Shared) -> _Entry:
    file, sha256 = entry.get("file"), entry.get("sha256")
    if not isinstance(file, str) or not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.npz", file):
        raise _Wrong("`file` is no name of an .npz file")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise _Wrong("`sha256` is no hash")
    classes = _words(entry.get("classes"), "classes")
    calibration = tuple(_pair(pair, "calibration") for pair in _list(entry.get("calibration"), "calibration"))
    if len(classes) < 2 or len(calibration) != len(classes):
        raise _Wrong("`calibration` has not one pair for each class")
    threshold, speaks = _number(entry.get("threshold")), entry.get("speaks")
    if threshold is None or not 0 <= threshold <= 1:
        raise _Wrong("`threshold` is no probability")
    if not isinstance(speaks, bool):
        raise _Wrong("`speaks` is neither true nor false")
    features, usual = entry.get("features"), entry.get("usual", {})
    if isinstance(features, str):
        features = shared.features.get(features)
    if isinstance(usual, str):
        usual = shared.usual.get(usual)
    return _Entry(
        file,
        sha256,
        classes,
        _words(features, "features"),
        calibration,
        threshold,
        speaks,
        {name: _pair(pair, "usual") for name, pair in _table(usual).items()},
        _table(entry.get("scores", {})),
    )


def _table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong("something is missing, or no table where there has to be one")
    return value


def _list(value: Any, what: str) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise _Wrong(f"`{what}` is no list")
    return value


def _words(value: Any, what: str) -> tuple[str, ...]:
    words = tuple(_list(value, what))
    if not all(isinstance(word, str) for word in words):
        raise _Wrong(f"`{what}` holds something other than names")
    return words


def _pair(value: Any, what: str) -> tuple[float, float]:
    first, second = map(_number, value) if isinstance(value, list) and len(value) == 2 else (None, None)
    if first is None or second is None:
        raise _Wrong(f"`{what}` holds something other than pairs of numbers")
    return first, second


def _number(value: Any) -> float | None:
    """A finite number, else None."""
    if type(value) not in (int, float) or not abs(value) <= sys.float_info.max:
        return None
    return float(value)


__all__ = ["FOLDER", "FORMAT", "MANIFEST", "Bundle", "Model", "load"]
