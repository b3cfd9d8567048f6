"""Two runs of one script, before and after a change: does the change really help?

One run of each is all there is, so that only a clear difference counts: more than chance moves an accuracy at this
number of rows, more than the curve itself moves from epoch to epoch, and never less than a fixed least. A run that
learns where the other failed is clear whatever the numbers are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from default_lint.features import dynamic_curves as curves
from default_lint.features.base import Run, number
from default_lint.findings import CRASHED, HELPS, SAME, UNCLEAR, WORSE, Measured
from default_lint.trial.observations import health
from default_lint.trial.observations.words import text_of
from default_lint.trial.trace import Epoch, ModelTrace, Trace, windows

POINTS = 0.05  # least difference of shares: accuracies, AUC, ...
ERRORS = 2.5  # standard errors of the difference of two shares
SHARE = 0.2  # least difference of losses and errors, of the larger one
GAIN = 0.1  # least difference of the skill
WOBBLE = 2.0  # times the spread of a curve around its line over its last epochs
LAST = 5  # epochs that this spread is taken from
HIGHER = (
    "accuracy", "acc", "auc", "precision", "recall", "f1", "fbeta", "sensitivity", "specificity", "iou", "dice", "r2",
    "cosine_similarity", "psnr", "ssim",
)  # fmt: skip
LOWER = (
    "mse",
    "mae",
    "rmse",
    "mape",
    "msle",
    "error",
    "crossentropy",
    "divergence",
    "logcosh",
    "log_cosh",
    "perplexity",
)
CAUGHT = ("error", "signal", "limit")  # ends that are the script's own fault


class Comparison(NamedTuple):
    """What a change did: an outcome of `findings`, one clause for people, and the number it rests on, if any."""

    outcome: str
    told: str
    measured: Measured | None = None


class _Curve(NamedTuple):
    """A quantity of both runs, by epoch. `margin` is the least difference that counts, by the last values."""

    name: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    higher: bool
    margin: Callable[[float, float], float]


class _Judged(NamedTuple):
    """What one model says: 1 better, -1 worse, 0 no clear difference, None when nothing can be compared."""

    direction: int | None
    told: str
    measured: Measured | None = None


def compare(before: Trace, after: Trace) -> Comparison:
    """What the change between two runs of one script did; both ran with the same seeds and the same budget."""
    first, second = crash(before), crash(after)
    judged = _models(before, after)
    clear = judged.told if judged.measured is not None else ""
    if second and first:
        return _both_crash(before, after, first, second)
    if second:
        return Comparison(CRASHED, f"{second}, after {clear}" if clear else second, judged.measured)
    if first and judged.direction is None:
        return _runs_now(after, first)
    if judged.direction is None:
        return Comparison(UNCLEAR, judged.told)
    outcome = {1: HELPS, 0: SAME, -1: WORSE}[judged.direction]
    told = f"runs to its end, which the first run did not ({first}); {judged.told}" if first else judged.told
    return Comparison(HELPS if first and judged.direction == 0 else outcome, told, judged.measured)


def crash(trace: Trace) -> str:
    """What ended a script that did not end by itself or by its budget; "" for one that did."""
    ended = trace.ended
    failed = ended.kind in CAUGHT or (ended.kind == "exit" and bool(ended.code))
    return (ended.message or ended.kind) if failed else ""


def comparable(trace: Trace) -> bool:
    """Whether another run can be held against this one: it trained an epoch, or it crashed."""
    return bool(crash(trace)) or any(model.complete for model in trace.models)


def _both_crash(before: Trace, after: Trace, first: str, second: str) -> Comparison:
    if _epochs(after) > _epochs(before):
        more = "trains now" if not _epochs(before) else f"trains for {_epochs(after)} epochs now, not {_epochs(before)}"
        return Comparison(UNCLEAR, f"{more}, then {second}")
    return Comparison(SAME, f"still ends with {second}") if first == second else Comparison(CRASHED, second)


def _epochs(trace: Trace) -> int:
    return sum(len(model.complete) for model in trace.models)


def _runs_now(after: Trace, first: str) -> Comparison:
    """The first run crashed before an epoch was trained, and this one does not crash."""
    trained = [model for model in after.models if model.complete]
    if not trained:
        return Comparison(UNCLEAR, f"the first run ended with {first}; this one completed no epoch")
    model = min(trained, key=lambda model: (health.of(model).learns, model.number))
    state, count = health.of(model), windows(len(model.complete), model.window)
    value = next(_alone(model), None)
    shown = f", {value.name} {_shown(value.after)} in {count}" if value is not None else f" for {count}"
    if state.fails:
        return Comparison(UNCLEAR, f"trains now{shown}, but does not learn; the first run ended with {first}", value)
    return Comparison(HELPS, f"trains now{shown}; the first run ended with {first}", value)


def _alone(model: ModelTrace) -> Iterator[Measured]:
    """The measures of a run that has none beside it, the most telling first."""
    last, count = model.complete[-1], len(model.complete)
    for prefix, words in (("val_", "validation"), ("", "training")):
        for name in (*_named(last, prefix, HIGHER), *_named(last, prefix, LOWER), "loss"):
            value = number(last.logs, prefix + name)
            if value is not None:
                yield Measured(f"{words} {_words(name)}", None, value, (0, count))


# One model in both runs


def _models(before: Trace, after: Trace) -> _Judged:
    """What all models say together: one that got worse outweighs none that got better, and the other way around."""
    others = {model.number: model for model in after.models}
    pairs = [(model, others[model.number]) for model in before.models if model.number in others]
    several = len(pairs) > 1
    judged = [(one.name, _judge(one, two)) for one, two in pairs]
    known = [(name, item) for name, item in judged if item.direction is not None]
    if not known:
        return judged[0][1] if judged else _Judged(None, "no training to compare was seen")
    directions = {item.direction for _, item in known}
    name, item = next(((name, item) for name, item in known if item.direction), known[0])
    told = f"`{name}`: {item.told}" if several and name else item.told
    if {1, -1} <= directions:
        return _Judged(None, "one model got better, another worse")
    return item._replace(told=told)


def _judge(before: ModelTrace, after: ModelTrace) -> _Judged:
    one, two = _cut(before, after)
    if not one.epochs or not two.epochs:
        which = "this run" if before.complete else "the first run"
        return _Judged(None, f"{which} completed no epoch")
    first, second = _state(before, one), _state(after, two)
    found = next(_curves(one, two), None)
    direction = 0
    if first.fails and second.learns:
        direction = 1
    elif first.learns and second.fails:
        direction = -1
    if found is None:
        if direction:
            said = ("did not learn", "learns") if direction > 0 else ("learned", "does not learn")
            return _Judged(direction, f"{said[1]}, where the first run {said[0]}")
        return _Judged(None, "the two runs have no measure that can be compared")
    measured = _measured(found, one, two)
    by_number = _direction(found)
    if direction and by_number == -direction:
        return _Judged(None, f"{_told(measured, one)}, though {'it learns now' if direction > 0 else 'it fails now'}")
    direction = direction or by_number
    if direction > 0 and second.fails:
        direction = 0
    return _Judged(direction, _told(measured, one), measured)


def _cut(before: ModelTrace, after: ModelTrace) -> tuple[ModelTrace, ModelTrace]:
    """Both models up to the last epoch that both have, where the budget ended one of them; else as they are."""
    one, two = before.complete, after.complete
    if before.capped or after.capped:
        count = min(len(one), len(two))
        one, two = one[:count], two[:count]
    return replace(before, epochs=one or _broken(before)), replace(after, epochs=two or _broken(after))


def _broken(model: ModelTrace) -> tuple[Epoch, ...]:
    """The epoch in which the loss stopped being a number, which may be the only one and is seldom completed."""
    epoch = health.broken(model)
    return () if epoch is None else (epoch,)


def _state(whole: ModelTrace, cut: ModelTrace) -> health.Health:
    """How a run went as far as it is compared; a loss that broke later broke all the same."""
    state = health.of(whole)
    return state if state.state == "broken" else health.of(cut)


def _measured(curve: _Curve, one: ModelTrace, two: ModelTrace) -> Measured:
    return Measured(curve.name, curve.before[-1], curve.after[-1], (len(one.epochs), len(two.epochs)))


def _told(measured: Measured, model: ModelTrace) -> str:
    """In words: "validation accuracy 0.32 -> 0.94 in 5 epochs"."""
    first, second = measured.epochs
    span = windows(second, model.window) if first == second else f"{first} and {windows(second, model.window)}"
    digits = 2 if _shown(measured.before) != _shown(measured.after) else 4
    return f"{measured.name} {_shown(measured.before, digits)} -> {_shown(measured.after, digits)} in {span}"


def _shown(value: float | None, digits: int = 2) -> str:
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if 0.005 <= abs(value) < 10 or value == 0 else text_of(value)


def _direction(curve: _Curve) -> int:
    """1 when the later run is clearly better, -1 when it is clearly worse."""
    before, after = curve.before[-1], curve.after[-1]
    if not math.isfinite(after):
        return -1 if math.isfinite(before) else 0
    if not math.isfinite(before):
        return 1
    least = max(curve.margin(before, after), WOBBLE * max(_wobble(curve.before), _wobble(curve.after)))
    change = after - before if curve.higher else before - after
    return 0 if abs(change) <= least else 1 if change > 0 else -1


def _wobble(values: Sequence[float]) -> float:
    """Standard deviation of the last values around their line; 0 for three or fewer."""
    last = [value for value in values[-LAST:] if math.isfinite(value)]
    if len(last) < 4:
        return 0.0
    middle, mean = (len(last) - 1) / 2, math.fsum(last) / len(last)
    spread = math.fsum((at - middle) ** 2 for at in range(len(last)))
    tilt = math.fsum((at - middle) * (value - mean) for at, value in enumerate(last)) / spread
    rest = math.fsum((value - mean - tilt * (at - middle)) ** 2 for at, value in enumerate(last))
    return math.sqrt(rest / (len(last) - 2))


# What can be compared


def _curves(one: ModelTrace, two: ModelTrace) -> Iterator[_Curve]:
    """The quantities that mean the same in both runs, the most telling first.

    Validation metrics, training metrics, then the losses where the loss function is the same, the accuracy on the held
    rows, and the skill: how far the model got from a constant prediction to a perfect one.
    """
    weighted = health.weighted(one) == health.weighted(two)  # weights trade accuracy for that of rare classes
    targets = _same_targets(one, two)
    same_rows = _rows(one, "val_samples") == _rows(two, "val_samples")
    for prefix, words in (("val_", "validation"), ("", "training")):
        if prefix and not same_rows:
            continue
        for name in _common(one, two, prefix, HIGHER):
            if weighted or not _is_accuracy(name):
                rows = (_seen(one, bool(prefix)), _seen(two, bool(prefix)))
                yield _logged(f"{words} {_words(name)}", prefix + name, one, two, True, _points(*rows))
        for name in _common(one, two, prefix, LOWER) if targets else ():
            yield _logged(f"{words} {_words(name)}", prefix + name, one, two, False, _relative)
    if targets and (one.losses, one.logits) == (two.losses, two.logits):
        if same_rows and _known(one, two, "val_loss"):
            yield _losses("validation loss", "val_loss", one, two)
        if weighted and _known(one, two, "loss"):
            yield _losses("training loss", "loss", one, two)
    if weighted:
        held = tuple(_last(model, curves.held_accuracy) for model in (one, two))
        if all(held):
            yield _Curve("accuracy on held rows", held[0], held[1], True, _points(None, None))
        gains = tuple(health.of(model).gain for model in (one, two))
        if gains[0] is not None and gains[1] is not None:
            yield _Curve("skill over a constant prediction", (gains[0],), (gains[1],), True, lambda before, after: GAIN)


def _same_targets(one: ModelTrace, two: ModelTrace) -> bool:
    """Whether errors have the same unit: the targets of both runs are alike in form and range."""
    first, second = health.first(one.data.get("y")), health.first(two.data.get("y"))
    if first.get("form") != second.get("form"):
        return False
    for name in ("mean", "std"):
        a, b = first.get(name), second.get(name)
        if (
            isinstance(a, (int, float))
            and isinstance(b, (int, float))
            and not math.isclose(a, b, rel_tol=0.02, abs_tol=1e-9)
        ):
            return False
    return True


def _rows(model: ModelTrace, name: str) -> Any:
    return model.data.get(name)


def _seen(model: ModelTrace, validation: bool) -> float | None:
    return curves.seen(Run(model), validation)


def _common(one: ModelTrace, two: ModelTrace, prefix: str, words: Sequence[str]) -> list[str]:
    """Names of metrics that both runs logged in their last epoch, accuracies first."""
    real = any(health.first(model.data.get("y")).get("form") == "real" for model in (one, two))
    theirs = set(_named(two.epochs[-1], prefix, words))
    found = [name for name in _named(one.epochs[-1], prefix, words) if name in theirs]
    return sorted(
        (name for name in found if not (real and _is_accuracy(name))), key=lambda name: not _is_accuracy(name)
    )


def _named(epoch: Epoch, prefix: str, words: Sequence[str]) -> list[str]:
    """The metrics of an epoch whose name says which direction is better; top-k accuracies hide too much."""
    names = (name.removeprefix(prefix) for name in epoch.logs if name.startswith("val_") == bool(prefix))
    return [name for name in names if name != "loss" and "top_k" not in name and _speaks(name, words)]


def _speaks(name: str, words: Sequence[str]) -> bool:
    last = name.lower().rstrip("0123456789_")
    return any(last == word or last.endswith(f"_{word}") or (len(word) > 4 and last.endswith(word)) for word in words)


def _is_accuracy(name: str) -> bool:
    return _speaks(name, ("accuracy", "acc"))


def _words(name: str) -> str:
    return name.replace("_", " ") if name.lower() != "acc" else "accuracy"


def _known(one: ModelTrace, two: ModelTrace, name: str) -> bool:
    return all(name in model.epochs[-1].logs for model in (one, two))


def _logged(
    words: str,
    name: str,
    one: ModelTrace,
    two: ModelTrace,
    higher: bool,
    margin: Callable[[float, float], float],
) -> _Curve:
    values = [tuple(epoch.logs[name] for epoch in model.epochs if name in epoch.logs) for model in (one, two)]
    return _Curve(words, values[0], values[1], higher, margin)


def _losses(words: str, name: str, one: ModelTrace, two: ModelTrace) -> _Curve:
    """A loss without the penalties of regularization, which a change may have added or removed."""

    def values(model: ModelTrace) -> tuple[float, ...]:
        return tuple(
            epoch.logs[name] - (number(epoch.measures, "regularization") or 0.0)
            for epoch in model.epochs
            if name in epoch.logs
        )

    return _Curve(words, values(one), values(two), False, _relative)


def _last(model: ModelTrace, curve: curves.Curve) -> tuple[float, ...]:
    return tuple(value for value in Run(model).curve(curve) if value is not None)


def _points(first: float | None, second: float | None) -> Callable[[float, float], float]:
    """The margin of two shares of so many rows, as if they were drawn independently."""

    def margin(before: float, after: float) -> float:
        if not (0 <= before <= 1 and 0 <= after <= 1):
            return _relative(before, after)
        if not first or not second:
            return POINTS
        return max(POINTS, ERRORS * math.sqrt(before * (1 - before) / first + after * (1 - after) / second))

    return margin


def _relative(before: float, after: float) -> float:
    return SHARE * max(abs(before), abs(after))
