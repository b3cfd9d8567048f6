"""What every mutation operator stands on: the program as it was read, the places in it, and the record of a change."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import random
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import libcst as cst
from libcst.codemod import Codemod, CodemodContext

from default_lint.findings import Edit
from default_lint.program.catalog import signature
from default_lint.program.read import SyntaxTrouble, read
from default_lint.program.tree import Tree
from default_lint.program.types import Call, Compile, Fit, Layer, Model, Optimizer, Program
from default_lint.program.values import Unknown, is_number
from default_lint.text import Document, Span

FAMILIES = ("hyperparameter", "layer", "loss", "optimization", "activation", "weights", "regularization", "data")
"""What an operator may belong to: the seven families of DEFault, and data (labels, inputs, validation)."""


class NotApplicable(Exception):
    """An operator finds nothing to change in a program; the message completes "cannot be seeded here: "."""


@dataclass(frozen=True)
class Change:
    """One way to plant a fault: the edits of the original, in order and apart from each other.

    `site` is the call or statement that a person would have to look at (the layer, `compile`, `fit`); it may be larger
    than the edits or, when the value stands in a constant, elsewhere. `values` tell what became what.
    """

    edits: tuple[Edit, ...]
    site: Span
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Planted:
    """One fault in a mutant: spans are code-point offsets, `before` in the original and `after` in the mutant.

    An empty span in `after` is where something was deleted. `site` is in the mutant.
    """

    operator: str
    family: str
    cause: str
    seed: int
    values: Mapping[str, object]
    before: tuple[Span, ...]
    after: tuple[Span, ...]
    site: Span

    def record(self, original: Document, mutant: Document) -> dict[str, Any]:
        """As JSON: offsets with lines and columns from 1."""
        return {
            "operator": self.operator,
            "family": self.family,
            "cause": self.cause,
            "seed": self.seed,
            "values": {name: _plain(value) for name, value in self.values.items()},
            "before": [_place(original, span) for span in self.before],
            "after": [_place(mutant, span) for span in self.after],
            "site": _place(mutant, self.site),
        }


@dataclass(frozen=True)
class Mutant:
    """A program with one or more faults planted in it."""

    name: str
    original: str = field(repr=False)
    source: str = field(repr=False)
    faults: tuple[Planted, ...]

    @property
    def id(self) -> str:
        """The same for the same text of the same program."""
        return hashlib.sha256(f"{self.name}\0{self.source}".encode()).hexdigest()[:16]

    @property
    def operators(self) -> tuple[str, ...]:
        """The codes of the operators, in the order in which they were applied."""
        return tuple(fault.operator for fault in self.faults)

    def record(self) -> dict[str, Any]:
        """As JSON, without the texts."""
        original, mutant = Document(self.name, self.original), Document(self.name, self.source)
        return {
            "id": self.id,
            "program": self.name,
            "operators": list(self.operators),
            "families": list(dict.fromkeys(fault.family for fault in self.faults)),
            "faults": [fault.record(original, mutant) for fault in self.faults],
        }


class Subject:
    """A program that faults can be planted in: its text, what it means, and where things stand in it.

    Raises NotApplicable when it is not Python or has no model that is trained by `fit`.
    """

    def __init__(self, source: str, name: str = "train.py") -> None:
        self.document = Document(name, source)
        try:
            self.program: Program = read(self.document)
        except SyntaxTrouble as trouble:
            raise NotApplicable(f"the program is not Python: {trouble.args[0]}") from trouble
        if self.program.skipped:
            raise NotApplicable(f"the program is not read: {self.program.skipped}")
        self.tree = Tree(source)
        self.text = self.tree.text

    # What is in it

    @cached_property
    def meaning(self) -> object:
        """What the program means, to be compared with that of a mutant."""
        return meaning(self.program)

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """The models that are compiled and trained. Raises NotApplicable when there is none."""
        found = tuple(model for model in self.program.models if model.compiles and model.fits)
        if not found:
            raise NotApplicable("no model is compiled and trained by `fit`")
        return found

    def layers(self, *names: str) -> list[tuple[Model, Layer]]:
        """The layers of trained models by the last part of their name (any when none is given), each call once.

        Layers that stand inside a wrapper (`Bidirectional(LSTM(...))`) are not found here: see `wrapped`.
        """
        found: dict[Span, tuple[Model, Layer]] = {}
        for model in self.models:
            for layer in _all_layers(model):
                if (not names or layer.short in names) and layer.call.span not in found:
                    found[layer.call.span] = (model, layer)
        return [found[span] for span in sorted(found)]

    def wrapped(self, layer: Layer) -> Call | None:
        """The call of the layer inside a wrapper such as Bidirectional or TimeDistributed."""
        if layer.short not in ("Bidirectional", "TimeDistributed"):
            return None
        inside = layer.call["layer"]
        return inside if isinstance(inside, Call) else getattr(inside, "call", None)

    def layer_calls(self, *names: str) -> list[tuple[Layer, Call]]:
        """As `layers`, with the call that makes the layer; one inside a wrapper counts for itself, not its wrapper."""
        found: dict[Span, tuple[Layer, Call]] = {}
        for _, layer in self.layers():
            call = self.wrapped(layer) or layer.call
            if not names or call.short in names:
                found.setdefault(call.span, (layer, call))
        return [found[span] for span in sorted(found)]

    def quoted(self, text: str, like: Span | None = None) -> str:
        """A string literal with the quotes of another, or with those that the program uses most."""
        literal = self.code(like) if like is not None else ""
        mark = (
            literal[-1:] if literal[-1:] in ("'", '"') else "'" if self.text.count("'") > self.text.count('"') else '"'
        )
        return f"{mark}{text}{mark}"

    @property
    def compiles(self) -> list[Compile]:
        """Every `compile` of a trained model, each once."""
        return list({event.span: event for model in self.models for event in model.compiles}.values())

    @property
    def fits(self) -> list[Fit]:
        """Every `fit` of a trained model, each once."""
        return list({event.span: event for model in self.models for event in model.fits}.values())

    def optimizers(self) -> Iterator[tuple[Compile, Optimizer]]:
        """The optimizer of every `compile`. Raises NotApplicable at one that is not known."""
        for compile_ in self.compiles:
            yield compile_, known(compile_)

    def learning_rate(self, optimizer: Optimizer) -> float:
        """The rate that an optimizer starts with. Raises NotApplicable when the source does not tell it."""
        rate = optimizer.learning_rate
        if isinstance(rate, Call):
            rate = rate["initial_learning_rate"]
        if optimizer.call is None:
            told = signature(f"keras.optimizers.{optimizer.name}")
            parameter = told.parameter("learning_rate") if told else None
            rate = parameter.default if parameter else rate
        if not is_number(rate):
            raise NotApplicable("the learning rate is not a number in the source")
        return float(rate)

    # Where it stands

    def code(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    def node(self, span: Span, kind: type[cst.CSTNode] = cst.CSTNode) -> cst.CSTNode | None:
        """The outermost syntax node of a kind that covers exactly this span."""
        return next((node for node in self._nodes.get(span, ()) if isinstance(node, kind)), None)

    @cached_property
    def _nodes(self) -> Mapping[Span, list[cst.CSTNode]]:
        nodes: dict[Span, list[cst.CSTNode]] = {}
        waiting: list[cst.CSTNode] = [self.tree.module]
        while waiting:
            node = waiting.pop()
            if id(node) in self.tree._spans:
                nodes.setdefault(self.tree.span(node), []).append(node)
            waiting.extend(reversed(node.children))
        return nodes

    def statement(self, inside: Span) -> Span:
        """The simple statement around a span, or the header's compound statement when it stands in one."""
        around = [
            span
            for span, nodes in self._nodes.items()
            if span.contains(inside)
            and any(isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement) for node in nodes)
        ]
        if not around:
            raise NotApplicable("the statement is not found")
        return min(around, key=lambda span: span.end - span.start)

    def before(self, inside: Span, *lines: str) -> Edit:
        """The edit that puts lines in front of the statement around a span, as deep as it stands."""
        statement = self.statement(inside)
        start = self.text.rfind("\n", 0, statement.start) + 1
        indent = self.text[start : statement.start]
        if indent.strip():
            raise NotApplicable("another statement stands on the same line")
        return Edit(Span(start, start), "".join(f"{indent}{line}\n" for line in lines))

    def after(self, inside: Span, *lines: str) -> Edit:
        """The edit that puts lines behind the simple statement around a span, as deep as it stands."""
        statement = self.statement(inside)
        start = self.text.rfind("\n", 0, statement.start) + 1
        indent = self.text[start : statement.start]
        if indent.strip():
            raise NotApplicable("another statement stands on the same line")
        end = self.text.find("\n", statement.end)
        place = len(self.text) if end == -1 else end + 1
        return Edit(Span(place, place), ("\n" if end == -1 else "") + "".join(f"{indent}{line}\n" for line in lines))

    def name_of(self, span: Span) -> str:
        """The expression of a span when it is a plain name. Raises NotApplicable when it is not."""
        if not self.code(span).isidentifier():
            raise NotApplicable(f"`{self.code(span)[:40]}` is not a variable")
        return self.code(span)

    def constant(self, span: Span) -> Span:
        """Where the value of an expression is written.

        For a name that the file binds once, by `NAME = literal`, and uses once, that is the literal; else the
        expression itself.
        """
        text = self.code(span)
        bound = self._constants.get(text)
        return bound if bound is not None and self._uses.get(text) == 1 else span

    @cached_property
    def _names(self) -> tuple[dict[str, list[Span]], dict[str, int]]:
        literals: dict[str, list[Span]] = {}
        seen: dict[str, int] = {}
        for span, nodes in self._nodes.items():
            for node in nodes:
                if isinstance(node, cst.Name):
                    seen[node.value] = seen.get(node.value, 0) + 1
                elif isinstance(node, cst.Assign) and len(node.targets) == 1:
                    target = node.targets[0].target
                    if isinstance(target, cst.Name):
                        simple = isinstance(node.value, cst.BaseNumber | cst.SimpleString | cst.UnaryOperation)
                        literals.setdefault(target.value, []).append(self.tree.span(node.value) if simple else span)
                        if not simple:
                            literals[target.value] *= 2
        return literals, seen

    @cached_property
    def _constants(self) -> Mapping[str, Span]:
        return {name: spans[0] for name, spans in self._names[0].items() if len(spans) == 1}

    @cached_property
    def _uses(self) -> Mapping[str, int]:
        return {name: count - 1 for name, count in self._names[1].items() if name in self._constants}

    # How it is changed

    def set(self, call: Call, name: str, value: str) -> Edit:
        """The edit that gives an argument another value (source text), where the value is written.

        Raises NotApplicable when the call takes `*args` or `**kwargs` of unknown content.
        """
        argument = call.given(name)
        if argument is not None:
            return Edit(self.constant(argument.span), value)
        if call.spread:
            raise NotApplicable(f"`{call.short}` is called with `*` or `**`")
        return call.add_argument(f"{name}={value}")

    def replace(self, span: Span, text: str) -> Edit:
        """The edit that writes another expression where this one's value is written."""
        return Edit(self.constant(span), text)

    def drop(self, call: Call, name: str) -> Edit:
        """The edit that takes an argument away; a positional one before others becomes the default's text."""
        argument = call.given(name)
        if argument is None or argument.removal is None:
            raise NotApplicable(f"`{call.short}` is not given `{name}`")
        later = [
            other
            for other in call.arguments.values()
            if other.given and not other.keyword and other.span > argument.span
        ]
        if argument.keyword is None and later:
            raise NotApplicable(f"`{name}` is followed by positional arguments")
        return Edit(argument.removal, "")

    def spell(self, name: str) -> tuple[str, tuple[Edit, ...]]:
        """How a canonical name ("keras.optimizers.SGD") is written here, and the import that it needs, if any."""
        parts = name.split(".")
        candidates: list[str] = []
        for item in self.program.imports:
            depth = item.canonical.count(".") + 1
            alias = item.alias or item.canonical
            if parts[:depth] == item.canonical.split(".") and not item.guarded:
                candidates.append(".".join([alias, *parts[depth:]]))
            elif item.canonical == "tensorflow" and item.alias and parts[0] == "keras":
                candidates.append(".".join([item.alias, *parts]))
        if candidates:
            return min(candidates, key=lambda text: (text.count("."), len(text))), ()
        statements = [item.statement for item in self.program.imports if self._is_top(item.statement)]
        if not statements:
            raise NotApplicable(f"no import is found to which `{name}` could be added")
        style = (
            "tensorflow.keras"
            if any(item.module.startswith("tensorflow") for item in self.program.imports)
            else "keras"
        )
        module = ".".join([style, *parts[1:-1]]) if parts[0] == "keras" else ".".join(parts[:-1])
        return parts[-1], (self.after(max(statements), f"from {module} import {parts[-1]}"),)

    def _is_top(self, statement: Span) -> bool:
        return statement.start == 0 or self.text[statement.start - 1] == "\n"

    def numpy(self) -> tuple[str, tuple[Edit, ...]]:
        """What numpy is called in this file, and the import that it needs, if any."""
        for item in self.program.imports:
            if item.canonical == "numpy":
                return item.alias or "numpy", ()
        statements = [item.statement for item in self.program.imports if self._is_top(item.statement)]
        if not statements:
            raise NotApplicable("no import is found to which numpy could be added")
        return "np", (self.after(max(statements), "import numpy as np"),)


class Operator(Codemod):
    """A mutation operator: a libcst codemod that plants one fault at a place drawn by its `seed`.

    A subclass has a docstring that says what it does, the class attributes below, and `changes`.

    code         of DEFault's table for the 34, our own four letters or less else
    family       one of FAMILIES;  cause: the root cause in kebab-case, the label of the third level
    published    True for the 34
    on_data      the fault is in the data: two programs that differ in it may read alike
    """

    code: ClassVar[str]
    family: ClassVar[str]
    cause: ClassVar[str]
    published: ClassVar[bool] = False
    on_data: ClassVar[bool] = False

    def __init__(self, context: CodemodContext | None = None, seed: int = 0) -> None:
        super().__init__(context or CodemodContext())
        self.seed = seed

    @abstractmethod
    def changes(self, subject: Subject, draw: random.Random) -> Iterable[Change]:
        """One change for every place of the program that can be changed, its value drawn.

        Raises NotApplicable, with the reason, when there is none. It must depend on nothing but its arguments.
        """

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    @classmethod
    def candidates(cls, subject: Subject, seed: int = 0) -> list[Change]:
        """Every change that this seed offers; never empty: raises NotApplicable."""
        found: list[Change] = []
        reason = ""
        try:
            for change in cls(seed=seed).changes(subject, random.Random(f"{cls.code}:{subject.document.path}:{seed}")):
                if change.edits and change not in found:
                    found.append(change)
        except NotApplicable as stop:
            reason = str(stop)
        if not found:
            raise NotApplicable(reason or f"nothing in it can be changed by {cls.code}")
        return found

    @classmethod
    def mutate(cls, subject: Subject, seed: int = 0) -> Mutant:
        """The mutant of a seed. Raises NotApplicable when every change leaves the program what it was."""
        found = cls.candidates(subject, seed)
        random.Random(f"{cls.code}:{subject.document.path}:{seed}:place").shuffle(found)
        for change in found:
            mutant = cls.apply(subject, change, seed)
            if mutant is not None:
                return mutant
        raise NotApplicable("every change would leave the program what it is")

    @classmethod
    def apply(cls, subject: Subject, change: Change, seed: int = 0) -> Mutant | None:
        """The mutant of one change; None when it means what the original means, or Keras would refuse its shapes."""
        edits = tuple(sorted(change.edits, key=lambda edit: edit.span))
        source, after = applied(subject.text, edits)
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):  # the one statement of a block was taken out
            return None
        if ast.dump(tree) == ast.dump(ast.parse(subject.text)):
            return None
        program = read(Document("", source))
        if not cls.on_data and meaning(program) == subject.meaning:
            return None
        if _refused(program) and not _refused(subject.program):
            return None
        before = tuple(edit.span for edit in edits)
        site = shown(source, moved(change.site, edits))
        planted = Planted(cls.code, cls.family, cls.cause, seed, dict(change.values), before, after, site)
        return Mutant(subject.document.path, subject.text, source, (planted,))

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """The codemod's own face: the module with the fault of `self.seed`, unchanged when it cannot be seeded."""
        try:
            mutant = self.mutate(Subject(tree.code, self.context.filename or "train.py"), self.seed)
        except NotApplicable as stop:
            self.warn(f"{self.code} cannot be seeded here: {stop}")
            return tree
        return cst.parse_module(mutant.source)


def applied(text: str, edits: Sequence[Edit]) -> tuple[str, tuple[Span, ...]]:
    """The text after edits that are in order and apart, and where what they put stands. Raises ValueError when not."""
    parts: list[str] = []
    after: list[Span] = []
    end = length = 0
    for edit in edits:
        if edit.span.start < end:
            raise ValueError("edits overlap")
        parts += [text[end : edit.span.start], edit.text]
        length += edit.span.start - end
        after.append(Span(length, length + len(edit.text)))
        length += len(edit.text)
        end = edit.span.end
    return "".join([*parts, text[end:]]), tuple(after)


def moved(span: Span, edits: Sequence[Edit]) -> Span:
    """Where a span of the original stands after edits; what replaces a part of it belongs to it."""

    def at(offset: int, is_end: bool) -> int:
        shift = 0
        for edit in edits:
            grown = len(edit.text) - (edit.span.end - edit.span.start)
            if edit.span.end < offset or (edit.span.end == offset and (edit.span.start < offset or not is_end)):
                shift += grown
            elif edit.span.start < offset < edit.span.end:
                return edit.span.start + shift + (len(edit.text) if is_end else 0)
        return offset + shift

    start = at(span.start, False)
    return Span(start, max(start, at(span.end, True)))


def shown(text: str, site: Span) -> Span:
    """A site, or the line that stands where it stood when nothing of it is left."""
    if text[site.start : site.end].strip():
        return site
    start = site.start
    while start < len(text) and text[start].isspace():
        start += 1
    if start == len(text):
        start = len(text.rstrip()) - 1
    start = text.rfind("\n", 0, start + 1) + 1
    end = text.find("\n", start)
    line = text[start : end if end != -1 else len(text)]
    return Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))


_PLACES = frozenset(("span", "callee", "removal", "keyword", "given", "spelled", "insertion", "separator", "order"))
_PLACES_OF_LAYERS = frozenset(("site", "statement", "variable", "name_span", "document"))


def meaning(program: Program) -> object:
    """What a program builds, compiles and trains, without where and how it is written: equal for equal programs."""
    seen: dict[int, int] = {}

    def plain(value: object) -> object:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            if id(value) in seen:
                return ("seen", seen[id(value)])
            seen[id(value)] = len(seen)
            hidden = _PLACES | _PLACES_OF_LAYERS
            return (
                type(value).__name__,
                *(
                    (item.name, plain(getattr(value, item.name)))
                    for item in dataclasses.fields(value)
                    if item.name not in hidden
                ),
            )
        if isinstance(value, Unknown):
            return "unknown"
        if isinstance(value, Span):
            return "span"
        if isinstance(value, Mapping):
            return (
                "mapping",
                *((str(key), plain(item)) for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))),
            )
        if isinstance(value, list | tuple | set | frozenset):
            return (type(value).__name__, *map(plain, value))
        if type(value).__repr__ is object.__repr__:  # it has nothing but its identity
            return (type(value).__name__, seen.setdefault(id(value), len(seen)))
        return (type(value).__name__, repr(value))

    return plain((program.models, program.loops, program.subclasses, program.alternatives))


def known(compile_: Compile) -> Optimizer:
    """The optimizer of a `compile`. Raises NotApplicable when it is not known."""
    if compile_.optimizer is None or not compile_.optimizer.name:
        raise NotApplicable("the optimizer is not known")
    return compile_.optimizer


def _refused(program: Program) -> bool:
    """True when Keras would raise while it builds the models."""
    return any(layer.problem is not None for model in program.models for layer in _all_layers(model))


def _all_layers(model: Model) -> Iterator[Layer]:
    for layer in model.layers:
        yield layer
        if layer.nested is not None:
            yield from _all_layers(layer.nested)


def _place(document: Document, span: Span) -> dict[str, int]:
    start, end = document.locate(span.start), document.locate(span.end)
    return {
        "start": span.start,
        "end": span.end,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


__all__ = [
    "FAMILIES",
    "Change",
    "Mutant",
    "NotApplicable",
    "Operator",
    "Planted",
    "Subject",
    "applied",
    "known",
    "meaning",
    "moved",
]
