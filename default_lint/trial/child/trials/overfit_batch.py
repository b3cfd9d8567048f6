"""Can the model learn a few rows by heart?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .case import Case, Skipped
from .machine import Batch
from .structure import leaves
from .trainer import Trainer

ROWS = 32
STEPS = 300
LOOK = 20  # steps between two looks at the accuracy
FITS_ACCURACY = 0.95
FITS_LOSS = 0.1  # of the start and of the best constant output, whichever is lower
STALL = 100  # steps in which the loss has to move by a thousandth


def overfit_batch(case: Case) -> dict[str, Any]:
    """Up to 300 steps on at most 32 rows from the initial weights; noise off, BatchNorm on the batch.

    It fits when the accuracy is 95 %; where accuracy does not tell (no classification, or 90 % of one class), when
    the loss is a tenth of its start and of a constant output's loss. First the user's optimizer at the user's rate;
    when that fails, at the best rate of the sweep, then Adam at 1e-3, 3e-3 and 1e-2: this tells whether the model or
    the training is at fault. An attempt ends early when the loss does not move any more.

    Returns:
        samples, start, constant (loss of the best constant output); steps, end, accuracy, rate, optimizer, fits of
        the best arm (accuracy null when it does not classify), again with the prefix `best_`, and with the prefix
        `user_` those of the user's own optimizer and rate (absent when unknown or when time cut it short); tried, the
        [optimizer, rate] of each attempt that time did not cut short.
    """
    case.needs_training()
    batch = case.take(_choose(case))
    before, outputs = case.machine.outputs(case.initial, batch, "calm")
    if not math.isfinite(before):
        raise Skipped("the loss is not finite before training")
    _, constant, _ = case.chance(batch, outputs)
    goal = FITS_LOSS * (min(before, constant) if math.isfinite(constant) and constant > 0 else before)
    chance = case.majority(batch, outputs)
    arms: list[dict[str, Any]] = []
    result: dict[str, Any] = {"samples": len(leaves(batch.x)[0]), "start": before, "constant": constant}
    plans = _plans(case)
    for number, (trainer, rate, own) in enumerate(plans):
        if arms and case.time.left() < 0:
            break
        share = case.time.left() / max(1, min(3, len(plans) - number))
        arm = _fit(case, trainer, rate, batch, goal, chance < 0.9, share)
        arms.append(arm)
        if own and not arm["cut"]:
            result.update({f"user_{name}": value for name, value in arm.items()})
        if arm["fits"]:
            break
    best = max(arms, key=lambda arm: (arm["fits"], arm["accuracy"] or 0.0, -_finite(arm["end"])))
    if not best["fits"] and best["cut"]:
        raise Skipped(f"too little time: {best['steps']} steps in {len(arms)} attempts")
    result["tried"] = [[arm["optimizer"], arm["rate"]] for arm in arms if not arm["cut"]]
    for one in (best, result):
        for name in ("cut", "user_cut"):
            one.pop(name, None)
    return {**result, **best, **{f"best_{name}": value for name, value in best.items()}}


def _choose(case: Case) -> Any:
    """Rows in a fixed order; one class alone would be no task, so each label gets its turn."""
    rows = case.order
    targets = leaves(case.subject.held.y)
    if len(targets) != 1 or case.rows <= ROWS or case.fixed is not None:
        return rows[: case.fixed or ROWS]
    y = np.asarray(targets[0])[rows]
    labels = y.argmax(axis=-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(rows), -1)[:, 0]
    kinds = np.unique(labels)
    if len(kinds) > ROWS or len(kinds) < 2:
        return rows[:ROWS]
    turns = np.zeros(len(rows), dtype=int)
    for kind in kinds:
        turns[labels == kind] = np.arange((labels == kind).sum())
    return rows[np.argsort(turns, kind="stable")[:ROWS]]


def _plans(case: Case) -> list[tuple[Trainer, float, bool]]:
    """Trainer, learning rate, and whether they are the user's own."""
    plans: list[tuple[Trainer, float, bool]] = []
    sweep = case.results.get("rate_sweep", {})
    best, current = sweep.get("best"), case.rate()
    try:
        own: Trainer | None = case.trainer("calm")
    except Skipped:
        own = None
    if own is not None and current is not None and current > 0:
        plans.append((own, current, True))
    if own is not None and best is not None and best != current:
        plans.append((own, best, False))
    adam = case.adam()
    rates = [1e-3, 3e-3, 1e-2]
    return plans + [(adam, rate, False) for rate in rates if not (adam is own and rate in (best, current))]


def _fit(
    case: Case, trainer: Trainer, rate: float, batch: Batch, goal: float, counts: bool, seconds: float
) -> dict[str, Any]:
    """Train on one batch until it fits, at most 300 steps and `seconds`; `counts` says that accuracy tells."""
    trainer.start(case.initial, rate)
    stop = case.time.left() - seconds
    arm: dict[str, Any] = {"optimizer": type(trainer.optimizer).__name__, "rate": rate, "fits": False}
    losses: list[float] = []
    for step in range(1, STEPS + 1):
        loss = trainer.step(batch)
        losses.append(loss)
        over = not math.isfinite(loss) or case.time.left() < stop or _stalled(losses)
        if step % LOOK and step != STEPS and not over:
            continue
        end, outputs = case.machine.outputs(trainer.state, batch, "calm")
        accuracy = case.accuracy(batch, outputs)
        fits = accuracy >= FITS_ACCURACY if counts and accuracy is not None else end <= goal
        arm.update(cut=step < STEPS and case.time.left() < stop)
        arm.update(steps=step, end=end, accuracy=accuracy, fits=bool(math.isfinite(end) and fits))
        if arm["fits"] or over:
            break
    return arm


def _stalled(losses: list[float]) -> bool:
    """Nothing moves any more: not one of the last steps changed the loss by a thousandth."""
    recent = losses[-STALL:]
    return len(recent) == STALL and max(recent) - min(recent) < 1e-3 * abs(recent[-1])


def _finite(loss: float) -> float:
    return loss if math.isfinite(loss) else math.inf
