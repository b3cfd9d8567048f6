"""LFL: `from_logits` wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import CLASSES_OF_LOSSES
from default_lint.program.types import Loss


class WrongFromLogits(Operator):
    """Say that outputs are logits when they are probabilities, or the other way round.

    Where `from_logits=True` is given it is dropped, set to False, or the loss is given by name; where not, it is given.
    Keras with TensorFlow sees through the latter when the softmax stands right before the loss, and only warns.
    """

    code = "LFL"
    family = "loss"
    cause = "from-logits"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each cross-entropy."""
        for compile_ in subject.compiles:
            for loss in compile_.losses or ():
                if not loss.name.endswith("crossentropy") or not isinstance(loss.from_logits, bool):
                    continue
                values = {"argument": "from_logits", "before": loss.from_logits, "after": not loss.from_logits}
                site = compile_.span if loss.call is None else loss.call.span
                yield Change(self._flipped(subject, loss, draw), site, values)
        raise NotApplicable("it is not trained with a cross-entropy")

    def _flipped(self, subject: Subject, loss: Loss, draw: random.Random) -> tuple[Edit, ...]:
        way = draw.choice(("drop", "drop", "False"))
        call = loss.call
        if call is not None and loss.from_logits:
            if way == "drop":
                return (subject.drop(call, "from_logits"),)
            return (subject.set(call, "from_logits", "False"),)
        if call is not None:
            return (subject.set(call, "from_logits", "True"),)
        name = CLASSES_OF_LOSSES.get(loss.name)
        if name is None:
            raise NotApplicable(f"the class of `{loss.name}` is not known")
        spelled, imports = subject.spell(f"keras.losses.{name}")
        return (*imports, subject.replace(loss.span, f"{spelled}(from_logits=True)"))
