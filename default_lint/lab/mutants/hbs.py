"""HBS: change the batch size."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, Operator, Subject
from default_lint.lab.mutants.batches import batch_call, examples
from default_lint.program.values import is_integer

SIZES = (1, 2, 4, 8, 16, 64, 128, 256, 512)
MOST_STEPS = 4000


class ChangeBatchSize(Operator):
    """Change the batch size to another power of two from 1 to 512.

    A size with which training would take many more steps than it has is not drawn: 1 only where there are some
    hundreds of examples. With a `tf.data` dataset the argument of its `batch` is changed. The sizes are those of
    DEFault's table, which runs from 16 to 512, and DeepCrime's, from 1 to 32.
    """

    code = "HBS"
    family = "hyperparameter"
    cause = "batch-size"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit`."""
        for fit in subject.fits:
            call = batch_call(subject, fit)
            value = call["batch_size"]
            before = value if is_integer(value) else 32 if value is None else None
            count = examples(fit)
            epochs = fit.call["epochs"] if fit.call is not None else None
            turns = epochs if is_integer(epochs) else 10
            sizes = [size for size in SIZES if size != before and self._is_fast(size, count, turns)]
            after = draw.choice(sizes)
            edit = subject.set(call, "batch_size", str(after))
            yield Change((edit,), call.span, {"argument": "batch_size", "before": before, "after": after})

    def _is_fast(self, size: int, count: int | None, turns: int) -> bool:
        if count is None:
            return size >= 8
        if size == 1 and count > 300:
            return False
        return size <= max(count, 64) and (size > 32 or turns * count / size <= MOST_STEPS)
