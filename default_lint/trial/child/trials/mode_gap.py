"""Does the model give the same in training as in inference?"""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Skipped

DRAWS = 8


def mode_gap(case: Case) -> dict[str, Any]:
    """The loss of the trained model on the held rows in training mode and in inference mode.

    Returns:
        train: mean over `draws` draws of the noise; `eval`: in inference mode; ratio: train / eval;
        calm: without noise, but BatchNorm normalizes with the batch: calm against eval is the share of BatchNorm in
        the gap, train against calm that of dropout.
    """
    case.need_loss()
    machine, batch, state = case.machine, case.all(), case.current
    evaluated = machine.loss(state, batch, "eval")
    calm = machine.loss(state, batch, "calm")
    losses = [machine.loss(machine.reseeded(state, 1), batch, "train")]
    for seed in range(2, DRAWS + 1 if not machine.still else 2):
        if case.time.left() < 0:
            break
        losses.append(machine.loss(machine.reseeded(state, seed), batch, "train"))
    train = float(np.mean(losses))
    if not np.isfinite([evaluated, train]).all():
        raise Skipped("the loss of the trained model is not finite")
    ratio = train / evaluated if evaluated > 0 else float("nan")
    return {"train": train, "eval": evaluated, "calm": calm, "ratio": ratio, "draws": len(losses)}
