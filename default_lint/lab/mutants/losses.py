"""How a loss is written where another one stands."""

from __future__ import annotations

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Subject
from default_lint.lab.mutants.tables import CLASSES_OF_LOSSES
from default_lint.program.types import Loss
from default_lint.text import Span


def rewritten(subject: Subject, loss: Loss, name: str, arguments: str = "") -> tuple[Edit, ...]:
    """The edits that put another loss in the place of one: a string, a function or an object as it is now."""
    text = subject.code(loss.span)
    if loss.call is not None:
        call, new = loss.call, CLASSES_OF_LOSSES[name]
        if "." in call.spelled:
            return (Edit(Span(call.callee.start, call.span.end), f"{new}({arguments})"),)
        spelled, imports = subject.spell(f"keras.losses.{new}")
        return (*imports, Edit(call.span, f"{spelled}({arguments})"))
    if text[-1:] in ("'", '"'):
        return (subject.replace(loss.span, subject.quoted(name, loss.span)),)
    home, dot, _ = text.rpartition(".")
    if dot and loss.name:
        return (subject.replace(loss.span, f"{home}.{name}"),)
    return (subject.replace(loss.span, subject.quoted(name)),)


__all__ = ["rewritten"]
