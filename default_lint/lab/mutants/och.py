"""OCH: change the optimizer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.optimizers import put, takes
from default_lint.lab.mutants.tables import OPTIMIZERS
from default_lint.program.types import Call
from default_lint.text import Span


class ChangeOptimizer(Operator):
    """Train with another optimizer.

    A name becomes another name, with that optimizer's own learning rate. An object keeps the arguments that the other
    takes too, its learning rate among them, and loses the rest. The optimizers are DeepCrime's six.
    """

    code = "OCH"
    family = "optimization"
    cause = "optimizer"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `compile`."""
        for compile_, optimizer in subject.optimizers():
            after = draw.choice([name for name in OPTIMIZERS if name != optimizer.name])
            values = {"argument": "optimizer", "before": optimizer.name, "after": after}
            if optimizer.call is not None:
                yield Change(self._renamed(subject, optimizer.call, after), optimizer.call.span, values)
                continue
            text = subject.code(subject.constant(optimizer.span))
            if text[-1:] in ("'", '"'):
                name = after if text[1:2].isupper() else after.lower()
                new = subject.quoted(name, subject.constant(optimizer.span))
            else:
                new = subject.quoted(after.lower())
            yield Change((put(subject, compile_, new),), compile_.span, values)

    def _renamed(self, subject: Subject, call: Call, after: str) -> tuple[Edit, ...]:
        if call.spread:
            raise NotApplicable("the optimizer is called with `*` or `**`")
        given = [argument for argument in call.arguments.values() if argument.given]
        kept = [argument for argument in given if takes(after, argument.name)]
        imports: tuple[Edit, ...] = ()
        if "." in call.spelled:
            name, start = after, call.callee.start
        else:
            name, imports = subject.spell(f"keras.optimizers.{after}")
            start = call.span.start
        positional = [argument for argument in given if argument.keyword is None]
        if len(kept) == len(given) and len(positional) < 2 and not call.extra:
            return (*imports, Edit(Span(start, call.callee.end), name))
        texts = []
        for argument in sorted(kept, key=lambda item: item.span):
            text = subject.code(argument.span)
            bare = argument.keyword is None and argument.name == "learning_rate"
            texts.append(text if bare else f"{argument.name}={text}")
        return (*imports, Edit(Span(start, call.span.end), f"{name}({', '.join(texts)})"))
