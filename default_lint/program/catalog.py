"""The catalog of callables: signatures by canonical name, aliases, old names and what replaced them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from default_lint.frozen import dataclass
from default_lint.program.values import UNKNOWN, Value

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LAYER_KEYWORDS = (
    "**layer",
    ", activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None",
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a signature. `default` is Unknown where the catalog says `...`; see `required`."""

    name: str
    default: Value = UNKNOWN
    required: bool = False
    keyword_only: bool = False


@dataclass(frozen=True)
class Signature:
    """What a callable takes: parameters in order, the name of `*varargs` ("" without), whether `**kwargs` is open."""

    name: str
    parameters: tuple[Parameter, ...]
    varargs: str = ""
    open: bool = False

    @cached_property
    def positional(self) -> tuple[Parameter, ...]:
        """The parameters that can be passed by position."""
        return tuple(parameter for parameter in self.parameters if not parameter.keyword_only)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters}


@dataclass(frozen=True)
class Renaming:
    """What became of an argument: `era` is "keras1" or "keras2", `replacement` is "" when it is gone.

    `same` is True when the old value means the same under the new name.
    """

    era: str
    replacement: str
    same: bool = True


@cache
def tables() -> Mapping[str, Mapping[str, Any]]:
    """The parsed file, table by table."""
    text = (Path(__file__).parent / "catalog.toml").read_text(encoding="utf-8")
    content: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return content


def lines(table: str, key: str) -> Iterator[str]:
    """Non-empty lines of one multi-line entry of the catalog."""
    return (line for line in tables()[table].get(key, "").splitlines() if line)


@cache
def signatures() -> Mapping[str, str]:
    """Canonical name -> the text of its parameters with both parentheses."""
    found: dict[str, str] = {}
    for table in ("legacy", "interfaces", "generated"):
        for key, text in tables()[table].items():
            if key.endswith("aliases"):
                continue
            for line in text.splitlines():
                name, parenthesis, rest = line.partition("(")
                if parenthesis:
                    found[name] = parenthesis + rest
    return found


def known(name: str) -> bool:
    """True when the catalog has a signature for this canonical name."""
    return name in signatures()


@cache
def signature(name: str) -> Signature | None:
    """The signature of a canonical name; None for what the catalog does not know."""
    text = signatures().get(name)
    return None if text is None else parse(name, text)


def parse(name: str, text: str) -> Signature:
    """Read a signature as the catalog writes it."""
    marker, keywords = _LAYER_KEYWORDS
    is_layer = marker in text
    if is_layer:
        text = text.replace(f", {marker}", "").replace(marker, "")
    arguments = _arguments(text)
    parameters = list(_parameters(arguments))
    if is_layer:
        taken = {parameter.name for parameter in parameters}
        shared = _parameters(_arguments(f"(*{keywords})"))
        parameters += [replace(item, keyword_only=True) for item in shared if item.name not in taken]
    varargs = arguments.vararg.arg if arguments.vararg else ""
    return Signature(name, tuple(parameters), varargs, arguments.kwarg is not None)


def _arguments(text: str) -> ast.arguments:
    expression = ast.parse(f"def f{text}: 0").body[0]
    assert isinstance(expression, ast.FunctionDef)
    return expression.args


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        if index < missing:
            yield Parameter(argument.arg, required=True)
        else:
            yield Parameter(argument.arg, _default(arguments.defaults[index - missing]))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            yield Parameter(argument.arg, required=True, keyword_only=True)
        else:
            yield Parameter(argument.arg, _default(default), keyword_only=True)


def _default(node: ast.expr) -> Value:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return UNKNOWN
    return UNKNOWN if value is Ellipsis else value


@cache
def aliases() -> Mapping[str, str]:
    """Names that mean another one: "keras.layers.MaxPool2D" -> "keras.layers.MaxPooling2D"."""
    found = {}
    for table, key in (("generated", "private_aliases"), ("generated", "keras_aliases"), ("names", "keras_aliases")):
        for line in lines(table, key):
            alias, _, name = line.partition(" ")
            found[alias] = name
    return found


@cache
def _renamings() -> Mapping[str, Mapping[str, Renaming]]:
    found: dict[str, dict[str, Renaming]] = {}
    for era in tables().get("renamed_arguments", {}):
        for line in lines("renamed_arguments", era):
            targets, _, changes = line.partition(":")
            for change in changes.split(","):
                old, arrow, new = change.strip().partition("->")
                renaming = Renaming(era, new.removeprefix("~"), bool(arrow and new) and not new.startswith("~"))
                for target in targets.split():
                    found.setdefault(target, {}).setdefault(old, renaming)
    return found


@cache
def renamed(name: str, argument: str) -> Renaming | None:
    """What became of an argument of a callable that once took it; None when it never did or still does."""
    known_signature = signature(name)
    if known_signature is not None and known_signature.parameter(argument) is not None:
        return None
    table = _renamings()
    for target in (name, f"{name.rpartition('.')[0]}.*"):
        renaming = table.get(target, {}).get(argument)
        if renaming is None:
            continue
        replacement = renaming.replacement
        if replacement and known_signature is not None and known_signature.parameter(replacement) is None:
            continue  # a shared table, and this one has no such parameter
        return renaming
    return None
