"""Source text to a libcst tree with the offsets of every node, in one parse and one walk.

libcst's own position providers copy the tree first and cost three times the parse; recording offsets while the tree
prints itself costs a fifth of it.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar, cast

import libcst as cst
from libcst._nodes.internal import CodegenState

from default_lint.text import Span

_Node = TypeVar("_Node", bound=cst.CSTNode)
_Fact = TypeVar("_Fact")


class _OffsetState(CodegenState):
    """Prints the tree and notes at which code-point offset each node starts and ends."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.offset = 0
        self.spans: dict[int, Span] = {}
        self.calls: list[cst.Call] = []
        self._starts: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        # Half of all nodes are blanks, whose places nobody asks for.
        if type(node) is not cst.SimpleWhitespace and id(node) not in self.spans:
            self.spans[id(node)] = Span(start, self.offset)
        if type(node) is cst.Call:
            self.calls.append(node)

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


class _Recording:
    """Notes the offsets of a node around the `with` block that prints it; twice as quick as a generator."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self, state: _OffsetState, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.state = state
        self.node = node
        self.start_node = start_node
        self.end_node = end_node
        self.start = state.offset

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        spans = self.state.spans
        first = spans[id(self.start_node)].start if self.start_node is not None else self.start
        last = spans[id(self.end_node)].end if self.end_node is not None else self.state.offset
        spans[id(self.node)] = Span(first, last)


class WrittenArgument(NamedTuple):
    """One argument of a call as it stands in the source."""

    value: cst.BaseExpression
    star: str
    keyword: str | None
    span: Span
    keyword_span: Span | None
    removal: Span


class CallPlace(NamedTuple):
    """Where a call stands, how its callee is written, and where one more argument goes, after which separator."""

    span: Span
    callee: Span
    spelled: str
    insertion: int
    separator: str


class Tree:
    """A parsed module: the libcst tree, and `span(node)` for any node of it."""

    def __init__(self, text: str) -> None:
        # A lone carriage return ends a line for Python, but libcst does not print it back.
        self.text = re.sub("\r(?!\n)", "\n", text) if "\r" in text else text
        if "\f" in text:  # libcst takes a form feed before the first token of a line for indentation
            self.text = re.sub(r"(?<!\\\n)(?<!\\\r\n)^\f(?=[^\r\n])", "\n", self.text, flags=re.MULTILINE)
        self.module = cst.parse_module(self.text)
        state = _OffsetState(self.module)
        self.module._codegen(state)
        self._spans = state.spans
        self._calls = sorted(state.calls, key=self.span)
        self._literals: dict[int, object] = {}
        self._arguments: dict[int, tuple[WrittenArgument, ...]] = {}
        self._places: dict[int, CallPlace] = {}
        self._remembered: dict[tuple[int, Callable[..., object]], object] = {}
        if "".join(state.tokens).rstrip("\r\n") != self.text.rstrip("\r\n"):
            raise ValueError("the tree does not print back the text")

    def span(self, node: cst.CSTNode) -> Span:
        """Offsets of a node without the whitespace around it."""
        return self._spans[id(node)]

    def code(self, node: cst.CSTNode) -> str:
        """The node's text as written."""
        span = self.span(node)
        return self.text[span.start : span.end]

    def once(self, compute: Callable[[_Node], _Fact], node: _Node) -> _Fact:
        """`compute(node)`, worked out once for all readings."""
        key = (id(node), compute)
        if key not in self._remembered:
            self._remembered[key] = compute(node)
        return cast("_Fact", self._remembered[key])

    def literal(self, node: cst.Integer | cst.Float | cst.Imaginary | cst.SimpleString) -> object:
        """The value of a number or string."""
        key = id(node)
        if key not in self._literals:
            if node.value.isdecimal() and (node.value[0] != "0" or node.value == "0"):
                self._literals[key] = int(node.value)
            else:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._literals[key] = ast.literal_eval(node.value)
        return self._literals[key]

    def arguments(self, node: cst.Call) -> tuple[WrittenArgument, ...]:
        """The arguments of a call with their places."""
        known = self._arguments.get(id(node))
        if known is None:
            known = tuple(
                WrittenArgument(
                    item.value,
                    item.star,
                    item.keyword.value if item.keyword is not None else None,
                    self.span(item.value),
                    self.span(item.keyword) if item.keyword is not None else None,
                    self.removal(node.args, position),
                )
                for position, item in enumerate(node.args)
            )
            self._arguments[id(node)] = known
        return known

    def place(self, node: cst.Call) -> CallPlace:
        """Where a call stands."""
        known = self._places.get(id(node))
        if known is None:
            span = self.span(node)
            callee = self.span(node.func.attr if isinstance(node.func, cst.Attribute) else node.func)
            if node.args:
                insertion, separator = self.span(node.args[-1]).end, ", "
            else:
                insertion, separator = span.start + len(self.text[span.start : span.end - 1].rstrip()), ""
            known = self._places[id(node)] = CallPlace(span, callee, self.code(node.func), insertion, separator)
        return known

    def calls_in(self, node: cst.CSTNode) -> list[cst.Call]:
        """All calls written inside a node."""
        span = self.span(node)
        first = bisect_left(self._calls, span.start, key=self._start)
        end = bisect_left(self._calls, span.end, first, key=self._start)
        return self._calls[first:end]

    def _start(self, node: cst.CSTNode) -> int:
        return self._spans[id(node)].start

    def removal(self, nodes: Sequence[cst.CSTNode], index: int) -> Span:
        """What to delete to drop one item of a comma-separated list, its comma included."""
        own = self.span(nodes[index])
        if index + 1 < len(nodes):
            return Span(own.start, self.span(nodes[index + 1]).start)
        if index > 0:
            return Span(self.span(nodes[index - 1]).end, own.end)
        end = own.end
        following = re.match(r"\s*,", self.text[end:])
        return Span(own.start, end + (following.end() if following else 0))

    def line_removal(self, node: cst.CSTNode) -> Span:
        """What to delete to drop a whole simple statement line, its indentation and line ending included."""
        own = self.span(node)
        start = max(self.text.rfind("\n", 0, own.start) + 1, 0)
        end = self.text.find("\n", own.end)
        return Span(start, len(self.text) if end == -1 else end + 1)
