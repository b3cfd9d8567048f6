"""Does the loss grow with the size of the batch?"""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Skipped
from .structure import mapped

GROWS = 1.9  # a mean stays at 1, a sum doubles


def batch_sum(case: Case) -> dict[str, Any]:
    """The compiled loss on some rows and on the same rows twice.

    Returns:
        rows, single, double (the losses), ratio: double / single, 1 for a mean and 2 for a sum over the batch;
        grows: whether it is a sum.
    """
    case.need_loss()
    if case.fixed is not None:
        raise Skipped("the model takes batches of one size only")
    rows = case.order[:32]
    batch = case.take(rows)
    _, outputs = case.machine.outputs(case.initial_or_current, batch)
    twice = mapped(lambda leaf: np.concatenate([leaf, leaf]), outputs)
    single = case.machine.loss_of(case.initial_or_current, batch, outputs)
    double = case.machine.loss_of(case.initial_or_current, case.take(np.concatenate([rows, rows])), twice)
    if not np.isfinite([single, double]).all() or abs(single) < 1e-9:
        raise Skipped(f"the loss is {single}")
    ratio = double / single
    return {"rows": len(rows), "single": single, "double": double, "ratio": ratio, "grows": ratio > GROWS}
