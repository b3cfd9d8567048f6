"""LOS126 log-loss-domain."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from default_lint.trial.observations._data import Head, arrays, heads, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.health import broken
from default_lint.trial.observations.origin import span_of
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, text_of

_LOGARITHMS = ("log", "log2", "log10", "xlogy")


class LogLossDomain(Observation):
    """A loss took the logarithm, or a quotient, of targets for which it is not defined.

    ## Why it matters
    `mean_squared_logarithmic_error` cuts targets below 0 off at 0, `poisson` has no minimum for negative counts,
    `mean_absolute_percentage_error` divides by the target: a zero makes one example outweigh all others. A loss of
    one's own that takes `log` of a target or prediction of 0 is NaN at once, and then so are all weights.

    ## What is measured
    Smallest target, share of zeros among the targets, and for a loss of the user's own the first batch whose loss was
    not finite while the inputs were.

    ## Likely causes
    1. One-hot or count targets hold zeros, and the loss takes their logarithm or divides by them.
    2. Targets were standardized, so that half of them are negative.

    ## What to do
    Use a loss for signed numbers (`mean_squared_error`, `huber`), or Keras's own `kl_divergence` and
    `categorical_crossentropy`, which clip; in a loss of your own add `keras.config.epsilon()` inside `log`.

    ## Known limits
    A loss of the user's own is looked up by its name in the same file.

    ## References
    - [Keras: regression losses](https://keras.io/api/losses/regression_losses/)
    """

    name = "log-loss-domain"
    code = "LOS126"
    family = "loss"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the targets of each output by the loss that it has."""
        for head in heads(sight):
            low, zeros = number(head.labels, "min"), number(head.labels, "zero")
            if head.loss in ("mean_squared_logarithmic_error", "poisson") and low is not None and low < 0:
                text = f"targets go down to {text_of(low)}, `{head.loss}` takes 0 and more"
                yield self._report(sight, text, "target_min", low, ["try: `mean_squared_error` or `huber`"])
            elif (
                head.loss == "mean_absolute_percentage_error" and zeros is not None and zeros >= LIMITS["zero_targets"]
            ):
                text = f"{percent(zeros)} of the targets are 0, `mean_absolute_percentage_error` divides by them"
                yield self._report(sight, text, "target_zero", zeros, ["try: `mean_absolute_error`"])
            else:
                yield from self._own(sight, head, zeros)

    def _report(self, sight: Sight, text: str, measure: str, value: float, notes: list[str]) -> Seen:
        weight = 0.3 if sight.health.learns else 0.85
        place = sight.places.loss()
        why = "most likely the targets were standardized, or this loss is for another kind of target"
        return self.seen(place, text, weight=weight, cause="loss", measure=measure, value=value, notes=[why, *notes])

    def _own(self, sight: Sight, head: Head, zeros: float | None) -> Iterator[Seen]:
        """A logarithm in a loss of the user's own that was not finite while the inputs were."""
        name = sight.model.losses[head.number] if head.number < len(sight.model.losses) else ""
        epoch = broken(sight.model)
        spoiled = any(
            number(row, key) for which in ("x", "y") for row in arrays(sight, which) for key in ("nan", "inf")
        )
        place = _logarithm(sight, name)
        if epoch is None or epoch.broken is None or spoiled or place is None:
            return
        held = f"targets hold {percent(zeros)} zeros" if zeros else "predictions can reach 0"
        yield self.seen(
            place,
            f"the loss was not finite from batch {epoch.broken + 1} of epoch {epoch.number + 1}",
            weight=0.92 if zeros and epoch.number == 0 else 0.6,
            cause="loss",
            measure="target_zero",
            value=zeros or 0.0,
            epochs=[epoch.number],
            notes=[
                f"{held}: the logarithm of 0 is -infinity, and 0 times it is NaN",
                "try: `keras.losses.KLDivergence()` or `CategoricalCrossentropy()`, or add 1e-7 inside `log`",
            ],
        )


def _logarithm(sight: Sight, name: str) -> Place | None:
    """The first logarithm in the function or class of the user's of this name (snake case or as written)."""
    program = sight.places.program
    if program is None or not name:
        return None
    document = program.document
    try:
        tree = ast.parse(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    plain = name.replace("_", "").lower()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.replace("_", "").lower() == plain:
            calls = [call for call in ast.walk(node) if isinstance(call, ast.Call) and _called(call) in _LOGARITHMS]
            if calls:
                call = min(calls, key=lambda found: (found.lineno, found.col_offset))
                span = span_of(document, call)
                return Place(document, span, "source") if span is not None else None
    return None


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
