"""How an optimizer is given another argument, whether it is an object or a name."""

from __future__ import annotations

from default_lint.findings import Edit
from default_lint.lab.mutants.base import NotApplicable, Subject, known
from default_lint.program.catalog import signature
from default_lint.program.types import Compile
from default_lint.text import Span


def takes(name: str, argument: str) -> bool:
    """Whether an optimizer of Keras takes an argument."""
    known = signature(f"keras.optimizers.{name}")
    return known is not None and known.parameter(argument) is not None


def give(subject: Subject, compile_: Compile, **arguments: str) -> tuple[tuple[Edit, ...], Span]:
    """The edits that give the optimizer of a `compile` arguments (source text), and where a reviewer looks.

    An optimizer given by name becomes the object.
    """
    optimizer = known(compile_)
    if optimizer.call is not None:
        call = optimizer.call
        added = [name for name in arguments if call.given(name) is None]
        edits = [subject.set(call, name, text) for name, text in arguments.items() if name not in added]
        if added:
            if call.spread:
                raise NotApplicable(f"`{call.short}` is called with `*` or `**`")
            edits.append(call.add_argument(", ".join(f"{name}={arguments[name]}" for name in added)))
        return tuple(edits), call.span
    spelled, imports = subject.spell(f"keras.optimizers.{optimizer.name}")
    text = ", ".join(f"{name}={value}" for name, value in arguments.items())
    return (*imports, put(subject, compile_, f"{spelled}({text})")), compile_.span


def put(subject: Subject, compile_: Compile, text: str) -> Edit:
    """The edit that writes an optimizer where the one of a `compile` stands, or would stand if one were given."""
    if compile_.call is not None and compile_.call.given("optimizer") is None:
        return subject.set(compile_.call, "optimizer", text)
    if compile_.optimizer is None:
        raise NotApplicable("the optimizer is not known")
    return subject.replace(compile_.optimizer.span, text)


__all__ = ["give", "put", "takes"]
