"""Is the loss of the untrained model about that of a model that knows nothing?"""

from __future__ import annotations

from typing import Any

from .case import Case, Skipped


def initial_loss(case: Case) -> dict[str, Any]:
    """The loss of the initial weights on the held rows against chance.

    Returns:
        observed: the loss, without weight regularization, noise off, BatchNorm on the batch.
        expected: of a model that knows nothing, through the user's own loss: equal shares of the classes (ln C, ln 2),
            the mean or median of the target (variance, mean absolute deviation).
        constant: of the best output that is the same for every row (the entropy of the labels).
        kind: what `expected` is called.
    """
    case.need_loss()
    batch = case.all()
    observed, outputs = case.machine.outputs(case.initial, batch, "calm")
    expected, constant, kind = case.chance(batch, outputs)
    if not kind:
        raise Skipped("the outputs and targets of the model do not pair up")
    return {"observed": observed, "expected": expected, "constant": constant, "kind": kind}
