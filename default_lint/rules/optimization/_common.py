"""What the optimization rules share."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.program.types import Call, Program


def optimizer_calls(program: Program) -> Iterator[Call]:
    """Calls that make an optimizer of today's Keras; `optimizers.legacy` keeps the old arguments."""
    for call in program.calls_of("keras.optimizers."):
        is_class = call.name.count(".") == 2 and call.short[:1].isupper()
        if is_class and ".legacy." not in f".{call.spelled}":
            yield call
