"""LOS133 loss-broadcast."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from default_lint.features.base import Run
from default_lint.findings import Severity
from default_lint.trial.observations._data import number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.origin import span_of
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of

_NAMED = re.compile(r"\by(hat)?\b|\by_|_y\b|true|target|label|pred|output|model|net\(|self\(")


class LossBroadcast(Observation):
    """The loss compared every prediction with every target.

    ## Why it matters
    Targets of shape (N,) under predictions of shape (N, 1) become (N, N) when a loss subtracts them. Its mean is
    smallest when all predictions are the mean of the targets: the model learns to say one number, and nothing fails.

    ## What is measured
    On a copy: the loss with the targets as they are and with the targets in the shape of the predictions.

    ## Likely causes
    1. A loss of the user's own, or a loop of the user's own, subtracts arrays of different rank. Keras's own losses
       align the ranks first.

    ## What to do
    Give targets and predictions one shape: `y = y[:, None]` where the data is made, or
    `y_true = ops.reshape(y_true, ops.shape(y_pred))` in the loss.

    ## Known limits
    Without a compiled loss it is told from the shapes, from predictions that have become the mean of the targets, and
    from a difference of two things named like targets and predictions.

    ## References
    - [NumPy: broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html)
    """

    name = "loss-broadcast"
    code = "LOS133"
    family = "loss"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Read the own test."""
        test = sight.test("broadcast")
        if not sight.model.losses:
            yield from self._without(sight)
        if test.get("broadcast") is not True:
            return
        loss, aligned = number(test, "loss"), number(test, "aligned")
        notes = [f"the loss is {text_of(loss)}, with equal shapes {text_of(aligned)}"] if loss and aligned else []
        yield self.seen(
            sight.places.loss(),
            f"targets {_shape(test.get('target'))} were spread over outputs {_shape(test.get('output'))}",
            weight=0.4 if sight.health.learns else 0.92,
            cause="loss",
            measure="broadcast",
            value=aligned / loss if loss and aligned and math.isfinite(aligned / loss) else 1.0,
            notes=[
                *notes,
                "each prediction is compared with all targets of the batch",
                "try: `y_true = ops.reshape(y_true, ops.shape(y_pred))` first in the loss",
            ],
            severity=Severity.WARNING,
        )

    def _without(self, sight: Sight) -> Iterator[Seen]:
        """A loss of the user's own loop: shapes that spread, and predictions that have become the mean, as then."""
        run, shape = Run(sight.model), sight.y.get("shape")
        heads = sight.model.outputs or tuple(row.index for row in sight.model.layers[-1:])
        outputs = [row.output for row in sight.model.layers if row.index in heads]
        spread = run.measure(len(run.epochs) - 1, "prediction_std")
        target = number(sight.y, "std")
        if not isinstance(shape, list) or len(shape) != 1 or [tuple(row)[1:] for row in outputs] != [(1,)]:
            return
        if sight.y.get("form") != "real" or spread is None or not target or sight.health.learns:
            return
        place = _difference(sight)
        if place is None or spread > LIMITS["broadcast_spread"] * target:
            return
        yield self.seen(
            place,
            "targets (N,) were spread over outputs (N, 1) to (N, N)",
            weight=0.85,
            cause="loss",
            measure="prediction_std",
            value=spread / target,
            notes=[
                f"predictions became the mean: deviation {text_of(spread)} where the targets have {text_of(target)}",
                "each prediction is compared with all targets of the batch",
                "try: `y_pred = ops.squeeze(y_pred, -1)` first in the loss",
            ],
            severity=Severity.WARNING,
        )


def _difference(sight: Sight) -> Place | None:
    """The first difference of targets and predictions in a function, by their names."""
    program = sight.places.program
    if program is None:
        return None
    try:
        tree = ast.parse(program.document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    found = [
        node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and all(_NAMED.search(ast.unparse(side)) for side in (node.left, node.right))
    ]
    if not found:
        return None
    span = span_of(program.document, min(found, key=lambda item: (item.lineno, item.col_offset)))
    return Place(program.document, span, "source") if span is not None else None


def _shape(value: object) -> str:
    sizes = value if isinstance(value, (list, tuple)) else ()
    inner = ", ".join(["N", *(str(size) for size in sizes[1:4])]) + ("," if len(sizes) == 1 else "")
    return f"({inner})"
