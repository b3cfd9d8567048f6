"""What the results of an evaluation must look like: `validate` names what is off."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from default_lint.lab.learning import HARMS

FORMAT = 1
STAGES = ("detection", "categorization", "cause")
LEVELS = ("static", "dynamic", "both")
MODELS = ("RandomForest", "ExtraTrees", "HistGradientBoosting")
METRICS: Mapping[str, str] = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "auroc": "AUROC",
    "average_precision": "average precision",
    "brier": "Brier",
    "ece": "ECE",
    "mcc": "MCC",
    "false_alarms_healthy": "false alarms, healthy",
    "false_alarms_benign": "false alarms, benign",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "macro_f1": "macro-F1",
    "strict": "all right",
    "any": "any right",
    "top1": "top-1",
    "top3": "top-3",
    "top5": "top-5",
    "ever": "ever",
    "known": "read",
}
"""Every metric by its name in results, with its name for people."""

Check = Callable[[Any, str], Iterator[str]]


def validate(results: object) -> list[str]:
    """What is off in results, a line each that begins with the path ("detection.scores.both"); empty when nothing is.

    Every section may be missing.
    """
    if not isinstance(results, Mapping):
        return [f"results are {_kind(results)}, expected a dict"]
    found = list(_fields(SECTIONS, ("format",))(results, ""))
    if "format" in results and results["format"] != FORMAT:
        found.append(f"format: it is {results['format']!r}, expected {FORMAT}")
    return found or list(_chosen(results))


def _chosen(results: Mapping[str, Any]) -> Iterator[str]:
    """The chosen level and model must be among those with scores."""
    for stage in STAGES:
        section = results.get(stage, {})
        chosen, scores = section.get("chosen"), section.get("scores")
        if chosen and scores and chosen["model"] not in scores.get(chosen["level"], {}):
            yield f"{stage}.chosen: `scores` has no {chosen['level']} {chosen['model']}"
        if scores and not chosen:
            yield f"{stage}.chosen: missing, so that nobody knows which of `scores` is meant to be shipped"


# What a part may be


def _figure(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: {_kind(value)}, expected {{'value': x, 'low': a, 'high': b, 'n': n}}"
        return
    yield from _unknown(value, ("value", "low", "high", "n"), path)
    if "value" not in value:
        yield f"{path}.value: missing"
    numbers = {}
    for name in ("value", "low", "high", "n"):
        number = value.get(name)
        if number is not None and not _number(number):
            yield f"{path}.{name}: {_kind(number)}, expected a number or null"
        elif number is not None and not math.isnan(number):
            numbers[name] = number
    if "low" in numbers and "high" in numbers and numbers["low"] > numbers["high"]:
        yield f"{path}: low {numbers['low']} is above high {numbers['high']}"


def _share(value: Any, path: str) -> Iterator[str]:
    """A figure between 0 and 1, -1 and 1 for MCC and differences."""
    found = list(_figure(value, path))
    yield from found
    if not found:
        lowest = -1.0 if path.endswith((".mcc", ".gap")) else 0.0
        highest = 2.0 if path.endswith(".brier") else 1.0
        for name in ("value", "low", "high"):
            number = value.get(name)
            if number is not None and not math.isnan(number) and not lowest <= number <= highest:
                yield f"{path}.{name}: {number} is not between {lowest:g} and {highest:g}"


def _whole(value: Any, path: str) -> Iterator[str]:
    if not _number(value) or int(value) != value or value < 0:
        yield f"{path}: {value!r}, expected a count"


def _told(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: {_kind(value)}, expected text"


def _level(value: Any, path: str) -> Iterator[str]:
    if value not in LEVELS:
        yield f"{path}: {value!r}, expected one of {', '.join(LEVELS)}"


def _or_null(check: Check) -> Check:
    def checked(value: Any, path: str) -> Iterator[str]:
        if value is not None:
            yield from check(value, path)

    return checked


def _points(width: int) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, Sequence) or any(
            not isinstance(row, Sequence) or len(row) != width or not all(map(_number, row)) for row in value
        ):
            yield f"{path}: expected a list of lists of {width} numbers"

    return check


def _listed(check: Check) -> Check:
    def checked(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield f"{path}: {_kind(value)}, expected a list"
            return
        for place, item in enumerate(value):
            yield from check(item, f"{path}[{place}]")

    return checked


def _each(check: Check, names: Sequence[str] = ()) -> Check:
    """A dict of things of one kind; with `names`, under these names only."""

    def checked(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{path}: {_kind(value)}, expected a dict"
            return
        if names:
            yield from _unknown(value, names, path)
        for name, item in value.items():
            if not names or name in names:
                yield from check(item, f"{path}.{name}")

    return checked


def _fields(checks: Mapping[str, Check], needed: Sequence[str] = ()) -> Check:
    def checked(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{path}: {_kind(value)}, expected a dict"
            return
        yield from _unknown(value, tuple(checks), path)
        for name in needed:
            if name not in value:
                yield f"{_join(path, name)}: missing"
        for name, item in value.items():
            if name in checks:
                yield from checks[name](item, _join(path, name))

    return checked


def _unknown(value: Mapping[Any, Any], known: Sequence[str], path: str) -> Iterator[str]:
    for name in value:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            yield f"{_join(path, str(name))}: unknown{f', did you mean `{near[0]}`?' if near else ''}"


def _square(value: Any, path: str) -> Iterator[str]:
    """Counts by planted and by given family."""
    found = list(
        _fields({"labels": _listed(_told), "counts": _listed(_listed(_whole))}, ("labels", "counts"))(value, path)
    )
    yield from found
    if not found:
        size = len(value["labels"])
        if len(value["counts"]) != size or any(len(row) not in (size, size + 1) for row in value["counts"]):
            yield f"{path}.counts: expected {size} rows of {size} or, with those given none, {size + 1}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__


_METRICS = _each(_share, tuple(METRICS))
_SCORES = _each(_each(_METRICS), LEVELS)
_CHOSEN = _fields({"level": _level, "model": _told}, ("level", "model"))
_TOPS = _each(_share, ("top1", "top3", "top5", "ever"))
_STAGE: dict[str, Check] = {"chosen": _or_null(_CHOSEN), "scores": _SCORES, "notes": _listed(_told)}
_FLOOR = _fields({**dict.fromkeys(METRICS, _share), "gap": _share, "feature": _told})

SECTIONS: Mapping[str, Check] = {
    "format": _whole,
    "versions": _each(_told),
    "method": _listed(_told),
    "corpus": _fields(
        {
            "hash": _told,
            "seeds": _whole,
            "programs": _whole,
            "runs": _whole,
            "verdicts": _each(_whole),
            "families": _each(_each(_whole)),
            "architectures": _each(_each(_whole)),
            "notes": _listed(_told),
        }
    ),
    "detection": _fields(
        {
            **_STAGE,
            "roc": _each(_each(_points(2)), LEVELS),
            "reliability": _each(_each(_points(3)), LEVELS),
            "harm": _each(_METRICS, tuple(HARMS)),
        }
    ),
    "categorization": _fields(
        {
            **_STAGE,
            "families": _each(_fields({**dict.fromkeys(METRICS, _share), "support": _whole, "floor": _METRICS})),
            "compound": _METRICS,
            "confusion": _square,
        }
    ),
    "cause": _fields(
        {
            **_STAGE,
            "families": _each(
                _fields({**dict.fromkeys(METRICS, _share), "support": _whole, "causes": _whole, "floor": _METRICS})
            ),
        }
    ),
    "localization": _fields(
        {
            "programs": _whole,
            "sources": _each(_each(_TOPS, ("span", "line", "call"))),
            "families": _each(_each(_TOPS)),
            "harm": _each(_each(_TOPS), tuple(HARMS)),
            "compound": _each(_each(_TOPS, ("any", "all", "share"))),
            "false_alarms": _each(_each(_fields({"share": _share, "each": _figure}))),
            "gap": _each(_each(_figure, ("top1", "top3", "top5"))),
            "notes": _listed(_told),
        }
    ),
    "early": _each(_each(_METRICS), STAGES),
    "architectures": _each(_METRICS),
    "ablations": _each(_METRICS),
    "floors": _each(_each(_FLOOR), STAGES),
    "learning_curve": _listed(_fields({"seeds": _whole, **dict.fromkeys(METRICS, _share)}, ("seeds",))),
    "shap": _each(_told),
    "tried": _listed(_told),
}
"""What each section of results may hold."""
