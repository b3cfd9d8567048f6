"""RCW: change a weight regularizer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import REGULARIZERS, WITH_KERNEL
from default_lint.program.types import Call
from default_lint.program.values import is_number
from default_lint.text import Span

SHORT = {"L1": "l1", "L2": "l2", "L1L2": "l1_l2"}
CLASSES = {short: name for name, short in SHORT.items()}
FACTORS = (1, 10, 100, 1000)


class ChangeRegularizer(Operator):
    """Put another regularizer in the place of a kernel's: l1, l2 or both, with the strength times 1 to 1,000.

    DeepCrime changes the kind only, to one given by name, which makes the strength 0.01 whatever it was.
    """

    code = "RCW"
    family = "regularization"
    cause = "weight-regularizer"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each regularizer."""
        seen: set[Span] = set()
        for _, call in subject.layer_calls(*WITH_KERNEL):
            argument = call.given("kernel_regularizer")
            if argument is None:
                continue
            value = argument.value
            factor = draw.choice(FACTORS)
            values: dict[str, object] = {"argument": "kernel_regularizer", "layer": call.short}
            if isinstance(value, str) and value in REGULARIZERS:
                after = draw.choice([name for name in REGULARIZERS if name != value])
                edit = subject.replace(argument.span, subject.quoted(after, argument.span))
                yield Change((edit,), call.span, {**values, "before": value, "after": after})
            elif isinstance(value, Call) and value.short in SHORT and value.span not in seen:
                seen.add(value.span)
                before = SHORT[value.short]
                after = draw.choice([name for name in REGULARIZERS if name != before])
                edits, text = _changed(subject, value, after, factor)
                site = call.span if call.span.contains(value.span) else value.span
                yield Change(edits, site, {**values, "before": subject.code(value.span), "after": text})
        raise NotApplicable("no kernel is regularized")


def _changed(subject: Subject, call: Call, after: str, factor: int) -> tuple[tuple[Edit, ...], str]:
    """The edits for another regularizer, in the spelling of what stands there, and its text."""
    strengths = [argument for argument in call.arguments.values() if argument.given and is_number(argument.value)]
    number = max((argument.value for argument in strengths), default=0.01)
    written = subject.code(strengths[0].span) if strengths and factor == 1 else f"{min(number * factor, 1.0):g}"
    new = CLASSES[after] if call.spelled.rpartition(".")[2][:1].isupper() else after
    inner = f"l1={written}, l2={written}" if after == "l1_l2" else written
    if "." in call.spelled:
        return (Edit(Span(call.callee.start, call.span.end), f"{new}({inner})"),), f"{new}({inner})"
    spelled, imports = subject.spell(f"keras.regularizers.{new}")
    return (*imports, Edit(call.span, f"{spelled}({inner})")), f"{spelled}({inner})"
