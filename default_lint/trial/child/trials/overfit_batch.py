"""Can the model learn a few rows by heart?"""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .case import Case, Skipped
from .machine import Batch
from .trainer import Trainer

ROWS = 32
STEPS = 300
LOOK = 20  # steps between two looks at the accuracy
FITS_ACCURACY = 0.95
FITS_LOSS = 0.1  # of the start and of the best constant output, whichever is lower


def overfit_batch(case: Case) -> Dict[str, Any]:
    """Up to 300 steps on at most 32 rows from the initial weights; noise off, BatchNorm on the batch.

    It fits when the accuracy is 95 % (unless one class already has nearly that share), or the loss a tenth of its
    start and of a constant output's loss. First the user's optimizer at the user's rate; when that fails, at the best
    rate of the sweep, then Adam at 1e-3, 3e-3 and 1e-2: whether the model or the training is at fault.

    Returns:
        samples, start, constant (loss of the best constant output); steps, end, accuracy, rate, optimizer, fits of
        the best arm (accuracy null when it does not classify), again with the prefix `best_`, and with the prefix
        `user_` those of the user's own optimizer and rate (absent when unknown).
    """
    case.needs_training()
    batch = case.take(_choose(case))
    before, outputs = case.machine.outputs(case.initial, batch, "calm")
    if not math.isfinite(before):
        raise Skipped("the loss is not finite before training")
    _, constant, _ = case.chance(batch, outputs)
    goal = FITS_LOSS * (min(before, constant) if math.isfinite(constant) and constant > 0 else before)
    chance = case.majority(batch, outputs)
    arms: List[Dict[str, Any]] = []
    result: Dict[str, Any] = {"samples": len(batch_rows(batch)), "start": before, "constant": constant}
    plans = _plans(case)
    for number, (trainer, rate, own) in enumerate(plans):
        if arms and case.time.left() < 0:
            break
        share = case.time.left() / max(1, min(3, len(plans) - number))
        arm = _fit(case, trainer, rate, batch, goal, chance < 0.9, share)
        arms.append(arm)
        if own:
            result.update({f"user_{name}": value for name, value in arm.items()})
        if arm["fits"]:
            break
    best = max(arms, key=lambda arm: (arm["fits"], arm["accuracy"] or 0.0, -_finite(arm["end"])))
    if not best["fits"] and best["steps"] < STEPS // 2:
        raise Skipped(f"too little time: {best['steps']} steps in {len(arms)} attempts")
    return {**result, **best, **{f"best_{name}": value for name, value in best.items()}}


def batch_rows(batch: Batch) -> Any:
    """The first array of the inputs of a batch."""
    from .structure import leaves

    return leaves(batch.x)[0]


def _choose(case: Case) -> Any:
    """Rows in a fixed order; one class alone would be no task, so each label gets its turn."""
    from .structure import leaves

    rows = case.order
    targets = leaves(case.subject.held.y)
    if len(targets) != 1 or case.rows <= ROWS:
        return rows[:ROWS]
    y = np.asarray(targets[0])[rows]
    labels = y.argmax(axis=-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(rows), -1)[:, 0]
    kinds = np.unique(labels)
    if len(kinds) > ROWS or len(kinds) < 2:
        return rows[:ROWS]
    turns = np.zeros(len(rows), dtype=int)
    for kind in kinds:
        turns[labels == kind] = np.arange((labels == kind).sum())
    return rows[np.argsort(turns, kind="stable")[:ROWS]]


def _plans(case: Case) -> List[Tuple[Trainer, float, bool]]:
    """Trainer, learning rate, and whether they are the user's own."""
    plans: List[Tuple[Trainer, float, bool]] = []
    sweep = case.results.get("rate_sweep", {})
    best, current = sweep.get("best"), case.rate()
    try:
        own: Optional[Trainer] = case.trainer("calm")
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
) -> Dict[str, Any]:
    """Train on one batch until it fits, at most 300 steps and `seconds`; `counts` says that accuracy tells."""
    trainer.start(case.initial, rate)
    stop = case.time.left() - seconds
    arm: Dict[str, Any] = {"optimizer": type(trainer.optimizer).__name__, "rate": rate, "fits": False}
    for step in range(1, STEPS + 1):
        loss = trainer.step(batch)
        over = not math.isfinite(loss) or case.time.left() < stop
        if step % LOOK and step != STEPS and not over:
            continue
        end, outputs = case.machine.outputs(trainer.state, batch, "calm")
        accuracy = case.accuracy(batch, outputs)
        fits = end <= goal or (counts and accuracy is not None and accuracy >= FITS_ACCURACY)
        arm.update(steps=step, end=end, accuracy=accuracy, fits=bool(math.isfinite(end) and fits))
        if arm["fits"] or over:
            break
    return arm


def _finite(loss: float) -> float:
    return loss if math.isfinite(loss) else math.inf
