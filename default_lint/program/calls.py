"""Bind the arguments of a call to the parameters of the catalog; tell what became of old arguments and imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from default_lint.frozen import dataclass
from default_lint.program import catalog
from default_lint.program.catalog import Renaming, Signature, renamed
from default_lint.program.names import canonical
from default_lint.program.types import Argument, Call
from default_lint.program.values import UNKNOWN, Value, is_integer
from default_lint.text import Span

__all__ = ["Given", "RemovedImport", "Renaming", "bind", "removed_import", "renamed"]

_FRONTS = ("tensorflow.keras", "keras")


@dataclass(frozen=True)
class Given:
    """One argument as written: `keyword` is None for a positional one."""

    keyword: str | None
    value: Value
    span: Span
    keyword_span: Span | None = None
    removal: Span | None = None

    def bound(self, name: str) -> Argument:
        """The argument under the name of a parameter."""
        return Argument(name, self.value, self.span, True, self.keyword_span, self.removal)


@dataclass(frozen=True)
class RemovedImport:
    """What became of an import: the absolute dotted name that replaces it ("" for none), a note, and since when.

    `member` is False when the whole module is gone: then `replacement` is that of the module, or of the member in it.
    """

    replacement: str
    note: str = ""
    since: str = ""
    member: bool = False


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


@cache
def removed_import(module: str, name: str = "") -> RemovedImport | None:
    """What became of `from module import name` (`import module` without a name); None when it is still there.

    Keras 3 and a TensorFlow that brings it (2.16 on) are what "there" means; both as the user spells them.
    """
    dotted = f"{module}.{name}" if name else module
    for prefix in _prefixes(dotted):
        if prefix in _removed("fronts"):
            return _below(_removed("fronts")[prefix], dotted[len(prefix) + 1 :])
        if prefix in _removed("absolute"):
            return _removed("absolute")[prefix]
    front = next((front for front in _FRONTS if module == front or module.startswith(front + ".")), "")
    if not front:
        return None
    return _removed_below(front, module[len(front) + 1 :], name)


def _below(found: RemovedImport, path: str) -> RemovedImport:
    """The removal of a whole front, for what is `path` below it."""
    here = f"{found.replacement}.{path}" if path else found.replacement
    module, _, name = here.rpartition(".")
    deeper = removed_import(module, name)
    return replace(found, replacement=deeper.replacement if deeper is not None else here)


def _removed_below(front: str, path: str, name: str) -> RemovedImport | None:
    modules = dict(_removed("modules"))
    if front == "keras":
        modules.update(_removed("keras_modules"))
    for prefix in _prefixes(path):
        found = modules.get(prefix) or _removed("unusable").get(prefix)
        if found is not None:
            return replace(found, replacement=_member(front, found.replacement, path, name))
    if not name:
        return None
    full = f"{path}.{name}" if path else name
    if full in modules or full in _removed("unusable"):
        found = modules.get(full) or _removed("unusable")[full]
        return replace(found, replacement=_absolute(front, found.replacement))
    found = _removed("members").get(full)
    if found is not None:
        return replace(found, replacement=_absolute(front, found.replacement), member=True)
    return _other_front(front, full)


def _other_front(front: str, path: str) -> RemovedImport | None:
    """A member that only the other of `keras` and `tensorflow.keras` exports."""
    if exported(f"keras.{path}", front) or not any(exported(f"keras.{path}", other) for other in _FRONTS):
        return None
    name = f"keras.{path}"
    meaning = canonical(name)
    operation = "keras.ops." + name.rpartition(".")[2]
    same = [alias for alias, target in catalog.aliases().items() if target == meaning]
    package = name.rpartition(".")[0]
    candidates = [meaning, *(alias for alias in same if alias.rpartition(".")[0] == package)]
    if path.startswith("backend."):
        candidates.append(operation)
    for candidate in candidates:
        if exported(candidate, front):
            return RemovedImport(_absolute(front, candidate.partition(".")[2]), since="3", member=True)
    other = next(other for other in _FRONTS if other != front)
    return RemovedImport(f"{other}.{path}", f"only in {other}", "3", True)


def exported(name: str, front: str) -> bool:
    """True when `front` ("keras" or "tensorflow.keras") publicly has the member `name` (written below `keras`)."""
    other = "tensorflow" if front == "keras" else "keras"
    if name in _exclusive(other):
        return False
    return name in _exclusive("keras" if front == "keras" else "tensorflow") or name in _public()


@cache
def _exclusive(key: str) -> frozenset[str]:
    return frozenset(catalog.lines("fronts", key))


@cache
def _public() -> frozenset[str]:
    named = (line.partition("(")[0] for line in catalog.lines("generated", "keras"))
    return frozenset(named) | {line.split()[0] for line in catalog.lines("generated", "keras_aliases")}


def _member(front: str, module: str, path: str, name: str) -> str:
    """Where a member of a removed module is now, as an absolute name; the module's replacement without a member."""
    if not name:
        return _absolute(front, module)
    if module:
        home = _absolute(front, module)
        if module.startswith("tensorflow."):
            return f"{home}.{name}"
        if exported(f"keras.{module}.{name}", front):
            return f"{home}.{name}"
        deeper = removed_import(home, name)
        if deeper is not None:
            return deeper.replacement
    meaning = canonical(f"keras.{path}.{name}")
    return _absolute(front, meaning.partition(".")[2]) if exported(meaning, front) else ""


def _absolute(front: str, path: str) -> str:
    return path if not path or path.startswith("tensorflow.") else f"{front}.{path}"


def _prefixes(dotted: str) -> list[str]:
    """The dotted name and its parents, longest first."""
    parts = dotted.split(".")
    return [".".join(parts[:size]) for size in range(len(parts), 0, -1)]


@cache
def _removed(key: str) -> dict[str, RemovedImport]:
    found = {}
    for line in catalog.lines("removed_imports", key):
        path, _, rest = line.partition(" -> ")
        replacement, since, note = [part.strip() for part in f"{rest} | | ".split("|")][:3]
        found[path] = RemovedImport(replacement, note, since)
    return found
