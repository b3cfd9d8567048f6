"""Which learning rates work for this model, this optimizer and this data?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .case import Case, Skipped
from .machine import Batch, State
from .trainer import Trainer

RATES = tuple(float(f"{10**exponent:.2g}") for exponent in np.arange(-6, 1.01, 0.5))  # 1e-6, 3.2e-6, ... 10
STEPS = 40
FEWEST_STEPS = 10
FALL = 0.05  # a fall of the loss by less than this share is none (row 164 of the catalog)
CLEAR = 0.1  # a fall by this share is a clear one
SHARE = 0.5  # of the best rate's progress, where even that is small
RISE = 1.25  # a loss that ends this many times above its start has diverged


def rate_sweep(case: Case) -> dict[str, Any]:
    """A few steps from the initial weights with each of many learning rates, by the user's optimizer.

    Progress is how far the loss got below its start and below the loss of a constant output, whichever is lower (as
    long as any rate gets below the latter). A rate learns when its progress is 10 %, or half of the best one where
    that is small; it diverges when the loss is not finite or ends 25 % above its start.

    Returns:
        rates, start, end, held (losses on rows that did not train, null without such rows), diverged: one entry for
            each rate, in rising order; steps: the most that each got;
        learns: [lowest, highest] of the unbroken range around the best, null when none learns;
        current, best: rates; current_learns, current_diverges: null when the user's rate is not known.
    """
    case.needs_training()
    trainer, start = case.trainer(), case.initial
    batches, judged, held = _rows(case)
    before, outputs = case.machine.outputs(start, judged, "calm")
    if not math.isfinite(before):
        raise Skipped("the loss is not finite before training")
    _, constant, _ = case.chance(judged, outputs)
    current = case.rate()
    order = _order(current)
    trainer.start(start, order[0])
    trainer.step(batches[0])  # traces; what follows can be timed
    case.machine.loss(start, judged, "calm")
    clock = case.clock()
    trainer.step(batches[-1])
    each = max(case.clock() - clock, 1e-6)
    steps = max(FEWEST_STEPS, int(min(STEPS, case.time.left() / each / len(order))))
    ends: dict[float, list[float]] = {}
    for rate in order:
        if case.time.left() < 0:
            break
        ends[rate] = _run(case, trainer, start, rate, batches, steps, judged, held)
    if len(ends) < min(4, len(order)):
        raise Skipped("too little time for several learning rates")
    return {"steps": steps, **_judge(ends, before, constant, current)}


def _rows(case: Case) -> Any:
    """Batches to train on, the rows that judge (the same), and rows that never train (None when there are few)."""
    apart = case.rows >= 64 and case.fixed is None
    training = case.order[: case.rows * 3 // 4] if apart else case.order
    batches = [case.take(rows) for rows in case.cut(training, case.batch_size)]
    return batches, case.take(training), case.take(case.order[len(training) :]) if apart else None


def _order(current: float | None) -> list[float]:
    """The rates to try, the user's first, then from its neighbors outward."""
    usable = current is not None and current > 0 and math.isfinite(current)
    middle = math.log10(current if usable and current else 3e-3)
    rates = sorted(RATES, key=lambda rate: abs(math.log10(rate) - middle))
    if usable and current is not None:
        rates = [current] + [rate for rate in rates if abs(math.log10(rate) - middle) > 0.1]
    return rates


def _run(
    case: Case, trainer: Trainer, start: State, rate: float, batches: list[Batch], steps: int, judged: Batch, held: Any
) -> list[float]:
    """Losses at the end on the judged and on the held rows; NaN after a step that was not finite."""
    trainer.start(start, rate)
    for step in range(steps):
        if not math.isfinite(trainer.step(batches[step % len(batches)])):
            return [math.nan, math.nan]
    machine = case.machine
    return [machine.loss(trainer.state, rows, "calm") if rows else math.nan for rows in (judged, held)]


def _judge(ends: dict[float, list[float]], before: float, constant: float, current: float | None) -> dict[str, Any]:
    rates = sorted(ends)
    diverged = [not math.isfinite(ends[rate][0]) or ends[rate][0] > before + (RISE - 1) * abs(before) for rate in rates]
    finite = {rate: ends[rate][0] for rate, bad in zip(rates, diverged) if not bad}
    best = min(finite, key=lambda rate: finite[rate]) if finite else None
    known = math.isfinite(constant) and constant > 0
    learning: list[bool] = [False] * len(rates)
    if best is not None:
        low = min(before, constant) if known and finite[best] < constant * (1 - FALL) else before
        progress = {rate: low - end for rate, end in finite.items()}
        if progress[best] > FALL * abs(low):
            enough = min(CLEAR * abs(low), SHARE * progress[best])
            learning = [progress.get(rate, -math.inf) >= enough for rate in rates]
    result: dict[str, Any] = {
        "rates": rates,
        "start": [before] * len(rates),
        "end": [ends[rate][0] for rate in rates],
        "held": [ends[rate][1] for rate in rates]
        if math.isfinite(max(ends[rate][1] for rate in finite or rates))
        else None,
        "diverged": diverged,
        "constant": constant,
        "learns": _range(rates, learning, best),
        "current": current,
        "best": best if any(learning) else None,
    }
    if current in ends:
        at = rates.index(current)
        result.update(current_learns=learning[at], current_diverges=diverged[at])
    return result


def _range(rates: list[float], learning: list[bool], best: float | None) -> list[float] | None:
    """Lowest and highest of the rates around the best one that all learn."""
    if best is None or not any(learning):
        return None
    low = high = rates.index(best)
    while low > 0 and learning[low - 1]:
        low -= 1
    while high + 1 < len(rates) and learning[high + 1]:
        high += 1
    return [rates[low], rates[high]]
