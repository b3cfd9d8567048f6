"""What the API rules share: when a program is meant for Keras 2, and how an argument is renamed or dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Edit, Fix, Safety
from default_lint.program.calls import Renaming, renamed
from default_lint.program.types import Argument, Call, Program
from default_lint.rules.timeline import mentions

_PINNED = re.compile(
    r"TF_USE_LEGACY_KERAS|\b(?:keras\s*[=~]=\s*[0-2]\.|tensorflow(?:-\w+)?\s*[=~]=\s*(?:[01]\.|2\.(?:\d|1[0-5])\b))"
)
_OTHERS = ("lr", "decay")  # of optimizers: the optimization rules speak


def meant_for_keras2(program: Program) -> bool:
    """True when the file says that it runs on Keras 2: it pins a version, or imports `tf_keras`."""
    document = program.document
    if mentions(_PINNED, document.original or document.text):
        return True
    return any(item.module.split(".")[0] == "tf_keras" for item in program.imports)


def old_arguments(program: Program, era: str) -> Iterator[tuple[Call, Argument, Renaming]]:
    """Arguments by a name of the past, of that era ("keras1" or "keras2")."""
    if meant_for_keras2(program):
        return
    for call in program.calls:
        for argument in call.extra:
            renaming = renamed(call.name, argument.name)
            if renaming is None or renaming.era != era:
                continue
            if not (call.name.startswith("keras.optimizers.") and argument.name in _OTHERS):
                yield call, argument, renaming


def rename(call: Call, argument: Argument, renaming: Renaming) -> list[Fix]:
    """The fix that passes the same value under the present name, unless that is given too."""
    if argument.keyword is None or not renaming.same:
        return []
    present = call.given(renaming.replacement)
    if present is not None and present.span != argument.span:
        return []
    edit = Edit(argument.keyword, renaming.replacement)
    return [Fix(f"Rename to `{renaming.replacement}`", (edit,), Safety.SAFE)]
