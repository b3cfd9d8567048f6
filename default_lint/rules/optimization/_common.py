"""What the optimization rules share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from default_lint.findings import Edit, Fix, Safety
from default_lint.program.types import Argument, Call, Program
from default_lint.program.values import is_number
from default_lint.rules.timeline import changes_rate, is_number_literal
from default_lint.text import Span

_DECAYS = ("ExponentialDecay", "InverseTimeDecay", "CosineDecay", "CosineDecayRestarts")


def optimizer_calls(program: Program) -> Iterator[Call]:
    """Calls that make an optimizer of today's Keras; `optimizers.legacy` keeps the old arguments."""
    for call in program.calls_of("keras.optimizers."):
        is_class = call.name.count(".") == 2 and call.short[:1].isupper()
        if is_class and ".legacy." not in f".{call.spelled}":
            yield call


def initial_rate(call: Call) -> Argument | None:
    """The learning rate that an optimizer is given, or the first one of a schedule that only falls."""
    argument = call.given("learning_rate")
    schedule = argument.value if argument is not None else None
    if not isinstance(schedule, Call):
        return argument
    if schedule.short not in _DECAYS or schedule.given("warmup_steps") or schedule.given("warmup_target"):
        return None
    return schedule.given("initial_learning_rate")


def replace_rate(span: Span, text: str, safety: Safety = Safety.UNSAFE) -> Fix:
    """The fix that writes another learning rate at a span."""
    return Fix(f"Replace with `{text}`", (Edit(span, text),), safety)


def set_rate(program: Program, call: Call, rate: float, text: str) -> tuple[Fix | None, Span | None]:
    """The fix that has an optimizer begin with another learning rate, and the constant that it changes, if any.

    `rate` is the one that the optimizer is known to begin with. There is no fix where the source has another one, or
    decides it elsewhere. It is only a suggestion where the rate is neither a number nor a constant of its own.
    """
    if changes_rate(program):
        return None, None
    if call.given("learning_rate") is None:
        if call.spread or call.extra:
            return None, None
        return Fix(f"Add `learning_rate={text}`", (call.add_argument(f"learning_rate={text}"),), Safety.UNSAFE), None
    argument = initial_rate(call)
    if argument is None or (is_number(argument.value) and not math.isclose(argument.value, rate, rel_tol=1e-4)):
        return None, None
    if is_number_literal(program.document, argument.span):
        return replace_rate(argument.span, text), None
    constant = _constant(program, argument.span)
    if constant is not None:
        return replace_rate(constant, text), constant
    return replace_rate(argument.span, text, Safety.SHOWN), None


def _constant(program: Program, name: Span) -> Span | None:
    """The number that the name at a span stands for, when it is given once, at the top, and to no other optimizer."""
    document, word = program.document, program.document[name]
    if not word.isidentifier():
        return None
    given = list(re.finditer(rf"(?m)^{word}[ \t]*(?::[^=\n]*)?=[ \t]*([^\s#]+)[ \t]*(?:#.*)?$", document.text))
    writes = re.findall(rf"\b{word}\b[ \t]*(?::[^=\n,)]*)?(?:[-+*/%]|//|\*\*)?=(?!=)", document.text)
    rates = (initial_rate(call) for call in optimizer_calls(program))
    others = any(rate is not None and document[rate.span] == word and rate.span != name for rate in rates)
    if len(given) != 1 or len(writes) != 1 or others:
        return None
    number = Span(*given[0].span(1))
    return number if is_number_literal(document, number) else None
