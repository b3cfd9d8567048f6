"""HYP258 batch-covers-dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Fix, Safety, Severity
from default_lint.program.values import is_integer
from default_lint.rules.timeline import is_number_literal
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.rates import sweep
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of

_ROWS = re.compile(r"len\(\w+\)|\w+\.shape\[0\]")


class BatchCoversDataset(Observation):
    """One batch held all or nearly all examples, so an epoch made one or two updates.

    ## Why it matters
    The optimizer moves once per batch. With a batch as large as the data set, ten epochs are ten updates, where a
    batch size of 32 would have made hundreds, and the noise that helps to leave poor minima is gone.

    ## What is measured
    Steps per epoch, examples, and how far the run came.

    ## Likely causes
    1. `batch_size=len(x)`, or a number larger than the data set.
    2. `.batch(n)` with a very large n.

    ## What to do
    `batch_size=32` to 256, with the same number of epochs.

    ## Known limits
    Silent when the model learned, and for fewer than 256 examples.

    ## Fix safety
    Unsafe: other batches train other weights. Offered where `fit` is given a number, or the number of the rows.

    ## References
    - Keskar et al., On Large-Batch Training for Deep Learning, 2017
    """

    name = "batch-covers-dataset"
    code = "HYP258"
    family = "hyperparameter"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Few steps per epoch on many examples, with few updates in all."""
        samples = sight.model.data.get("samples")
        complete = sight.model.complete
        if not complete or not isinstance(samples, (int, float)) or samples < LIMITS["batch_rows"]:
            return
        steps = max(epoch.steps for epoch in complete)
        updates = sum(epoch.steps for epoch in complete)
        if steps > LIMITS["batch_steps"] or updates > LIMITS["batch_updates"] or sight.health.learns:
            return
        batch = sight.model.data.get("batch") or sight.model.asked.get("batch_size")
        size = f"batches of {batch}" if batch else "the batches"
        many = "s" if steps > 1 else ""
        found = sweep(sight)
        rate = found is not None and (found.too_low or found.too_high)
        yield self.seen(
            sight.places.batch_size(),
            f"{size} on {int(samples)} examples made {steps} update{many} per epoch, {updates} in all",
            weight=0.6 if rate else 0.86,
            cause="batch_size",
            measure="steps",
            value=float(updates),
            notes=(
                f"the loss went from {text_of(sight.health.start)} to {text_of(sight.health.last)} "
                f"in {len(complete)} epochs",
                f"try: batch_size=32, which makes {-(-int(samples) // 32)} updates per epoch",
            ),
            fixes=_smaller(sight),
        )


def _smaller(sight: Sight) -> tuple[Fix, ...]:
    """The fix that takes Keras's own batch size."""
    program, use = sight.places.program, sight.places.use
    argument = use.call.given("batch_size") if use is not None and use.call is not None else None
    if program is None or argument is None:
        return ()
    text = program.document[argument.span]
    literal = is_number_literal(program.document, argument.span)
    if not (_ROWS.fullmatch(text) or (literal and is_integer(argument.value) and argument.value > 32)):
        return ()
    return (Fix("Replace with `32`", (Edit(argument.span, "32"),), Safety.UNSAFE),)
