"""Bind the arguments of a call to the parameters of the catalog; tell what became of old arguments and imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from default_lint.program import catalog
from default_lint.program.catalog import Renaming, Signature, renamed
from default_lint.program.types import Argument, Call
from default_lint.program.values import UNKNOWN, Value, is_integer
from default_lint.text import Span

__all__ = ["Given", "Renaming", "bind", "renamed"]


@dataclass(frozen=True)
class Given:
    """One argument as written: `keyword` is None for a positional one."""

    keyword: str | None
    value: Value
    span: Span
    keyword_span: Span | None = None
    removal: Span | None = None

    def bound(self, name: str) -> Argument:
        """This argument under the name of a parameter."""
        return Argument(name, self.value, self.span, True, self.keyword_span, self.removal)


def bind(
    name: str,
    given: Sequence[Given],
    *,
    span: Span,
    callee: Span,
    spelled: str,
    spread: bool = False,
    insertion: int = 0,
    separator: str = ", ",
) -> Call:
    """The call of the canonical `name` with its arguments bound by keyword or position and its defaults filled in.

    A callable that the catalog does not know has its arguments under their keyword, or "0", "1", ... by position.
    """
    signature = catalog.signature(name)
    arguments: dict[str, Argument] = {}
    extra: list[Argument] = []
    if signature is None:
        position = 0
        for item in given:
            if item.keyword is None:
                arguments[str(position)] = item.bound(str(position))
                position += 1
            else:
                arguments[item.keyword] = item.bound(item.keyword)
    else:
        _bind_positions(signature, [item for item in given if item.keyword is None], arguments, extra, callee)
        for item in given:
            if item.keyword is not None:
                _bind_keyword(signature, item, item.keyword, arguments, extra)
        _read_keras1_kernel(name, spelled, arguments, extra)
        _fill_defaults(signature, arguments, callee, spread)
    return Call(name, span, arguments, spelled, callee, tuple(extra), spread, insertion, separator)


def _bind_positions(
    signature: Signature,
    given: Sequence[Given],
    arguments: dict[str, Argument],
    extra: list[Argument],
    callee: Span,
) -> None:
    names = [parameter.name for parameter in signature.positional]
    for item, parameter in zip(given, names, strict=False):
        arguments[parameter] = item.bound(parameter)
    rest = given[len(names) :]
    if signature.varargs:
        collected = tuple(item.value for item in rest)
        place = Span(rest[0].span.start, rest[-1].span.end) if rest else callee
        arguments[signature.varargs] = Argument(signature.varargs, collected, place, bool(rest))
        for index, item in enumerate(rest):
            element = f"{signature.varargs}[{index}]"
            arguments[element] = item.bound(element)
    else:
        extra.extend(item.bound(f"arg{index}") for index, item in enumerate(rest, len(names)))


def _bind_keyword(
    signature: Signature, item: Given, keyword: str, arguments: dict[str, Argument], extra: list[Argument]
) -> None:
    if signature.parameter(keyword) is not None:
        arguments.setdefault(keyword, item.bound(keyword))
        return
    renaming = renamed(signature.name, keyword)
    if renaming is None and signature.open:
        arguments[keyword] = item.bound(keyword)
        return
    extra.append(item.bound(keyword))
    if renaming is not None and renaming.same and renaming.replacement not in arguments:
        arguments[renaming.replacement] = item.bound(renaming.replacement)


def _read_keras1_kernel(name: str, spelled: str, arguments: dict[str, Argument], extra: list[Argument]) -> None:
    """`Convolution2D(32, 3, 3)` of Keras 1: rows and columns of the kernel, not its size and the strides."""
    if name != "keras.layers.Conv2D":
        return
    rows, columns = arguments.get("kernel_size"), arguments.get("strides")
    if rows is None or columns is None or rows.keyword is not None or columns.keyword is not None:
        return
    if columns.given and is_integer(rows.value) and is_integer(columns.value) and _keras1(name, spelled, extra):
        del arguments["strides"]
        place = Span(rows.span.start, columns.span.end)
        arguments["kernel_size"] = replace(rows, value=(rows.value, columns.value), span=place)
        extra += [replace(rows, name="nb_row"), replace(columns, name="nb_col")]
        strides = next((item for item in extra if item.name == "subsample"), None)
        if strides is not None:
            arguments["strides"] = replace(strides, name="strides")


def _keras1(name: str, spelled: str, extra: Sequence[Argument]) -> bool:
    if spelled.rpartition(".")[2] == "Convolution2D":
        return True
    renamings = (renamed(name, argument.name) for argument in extra)
    return any(renaming is not None and renaming.era == "keras1" for renaming in renamings)


def _fill_defaults(signature: Signature, arguments: dict[str, Argument], callee: Span, spread: bool) -> None:
    for parameter in signature.parameters:
        if parameter.name not in arguments:
            value = UNKNOWN if spread or parameter.required else parameter.default
            arguments[parameter.name] = Argument(parameter.name, value, callee, False)
