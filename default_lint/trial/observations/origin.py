"""Where the values of x or y come from: back from `fit` through selections, datasets and the user's own functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from default_lint.text import Document, Span

_STEPS = 40
_PIPELINE = frozenset(("shuffle", "batch", "prefetch", "repeat", "cache", "take", "skip"))
_INDEX = {"x": 0, "y": 1}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class _At(NamedTuple):
    """An expression, which of its elements is meant when it gives several, and the calls that led into functions."""

    node: ast.expr
    path: tuple[int, ...]
    calls: tuple[ast.Call, ...]


def origin(document: Document, span: Span, which: str, *, reordered: bool = False) -> Span | None:
    """The expression that made or last changed what stands at `span`: "x", "y", or "validation" data.

    Slices, `train_test_split`, steps of a dataset and functions of the same file are followed; with `reordered`, only
    to where a name is given rows of itself, as in `y = y[order]`. None when nothing is found.
    """
    try:
        tree = ast.parse(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    start = next((node for node in ast.walk(tree) if span_of(document, node) == span), None)
    if not isinstance(start, ast.expr):
        return None
    found = _Walk(tree, _INDEX.get(which, 0), reordered).follow(start)
    return None if found is start else span_of(document, found)


def offset(document: Document, line: int, column: int) -> int:
    """Offset of a column counted in UTF-8 bytes."""
    if line > len(document.line_starts):
        return len(document.text)
    start = document.line_starts[line - 1]
    end = document.line_starts[line] if line < len(document.line_starts) else len(document.text)
    return start + len(document.text[start:end].encode()[:column].decode(errors="ignore"))


def span_of(document: Document, node: ast.AST) -> Span | None:
    """The span of an expression or statement."""
    if not isinstance(node, (ast.expr, ast.stmt)) or node.end_lineno is None or node.end_col_offset is None:
        return None
    start = offset(document, node.lineno, node.col_offset)
    return Span(start, offset(document, node.end_lineno, node.end_col_offset))


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "tf", "pd", "ops", "keras", "jnp", "torch")


class _Walk:
    """One walk back. `element` is what is meant of a pair: 0 the features, 1 the labels."""

    def __init__(self, tree: ast.Module, element: int, reordered: bool) -> None:
        self.tree = tree
        self.element = element
        self.reordered = reordered
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
        self.functions = {node.name: node for node in functions}

    def follow(self, start: ast.expr) -> ast.AST:
        at = _At(start, (), ())
        for _ in range(_STEPS):
            found = self._step(at)
            if found is None:
                return at.node
            if not isinstance(found, _At):
                return found
            at = found
        return at.node

    def _step(self, at: _At) -> _At | ast.AST | None:
        node = at.node
        if isinstance(node, ast.Name):
            return self._name(node, at)
        if isinstance(node, ast.Subscript):
            return self._worth(at._replace(node=node.value))
        if isinstance(node, ast.Tuple):
            index = at.path[0] if at.path else self.element
            return at._replace(node=node.elts[index], path=at.path[1:]) if index < len(node.elts) else None
        return self._call(node, at) if isinstance(node, ast.Call) else None

    def _worth(self, at: _At) -> _At | None:
        """The step when something is known about where it leads."""
        return at if isinstance(at.node, (ast.Name, ast.Subscript)) and self._step(at) is not None else None

    def _name(self, node: ast.Name, at: _At) -> _At | ast.AST | None:
        """To the last statement before that gives the name a value, or to the argument that came in under it."""
        scope: ast.AST | None = node
        while scope is not None:
            scope = self._scope(scope)
            if scope is None:
                return None
            before = [
                item for item in _stores(scope) if item.lineno < node.lineno and _stored(item, node.id) is not None
            ]
            if before:
                last = max(before, key=lambda item: item.lineno)
                path = _stored(last, node.id)
                if path is None or path == (-1,) or last.value is None:
                    return last
                if self.reordered and any(isinstance(n, ast.Name) and n.id == node.id for n in ast.walk(last.value)):
                    return last.value
                return at._replace(node=last.value, path=path or at.path)
            if isinstance(scope, _Function) and at.calls:
                argument = _argument(scope, at.calls[-1], node.id)
                if argument is not None:
                    return at._replace(node=argument, path=(), calls=at.calls[:-1])
        return None

    def _scope(self, node: ast.AST) -> ast.AST | None:
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            parent = self.parents.get(parent)
        return parent

    def _call(self, node: ast.Call, at: _At) -> _At | None:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "train_test_split" and at.path and at.path[0] // 2 < len(node.args):
            return at._replace(node=node.args[at.path[0] // 2], path=())
        if name == "from_tensor_slices" and node.args and isinstance(node.args[0], ast.Tuple):
            elements = node.args[0].elts
            return self._worth(at._replace(node=elements[self.element], path=())) if len(elements) == 2 else None
        if isinstance(node.func, ast.Attribute) and name in _PIPELINE and not _is_module(node.func.value):
            return None if self.reordered and name == "shuffle" else at._replace(node=node.func.value)
        if name == "zip" and node.args:
            pair = node.args[0].elts if isinstance(node.args[0], (ast.Tuple, ast.List)) else node.args
            return self._worth(at._replace(node=pair[self.element], path=())) if len(pair) == 2 else None
        function = self.functions.get(name)
        given = _given(function) if function is not None and len(at.calls) < 5 else None
        return at._replace(node=given, calls=(*at.calls, node)) if given is not None else None


def _given(function: _Function) -> ast.expr | None:
    """What a function returns or yields, by its last statement that does."""
    found = [
        node.value for node in _own(function) if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None
    ]
    return max(found, key=lambda node: node.lineno) if found else None


def _argument(function: _Function, call: ast.Call, name: str) -> ast.expr | None:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if isinstance(call.func, ast.Attribute) and names[:1] == ["self"]:
        names = names[1:]
    keyword = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    if keyword is not None or name not in names:
        return keyword
    index = names.index(name)
    return call.args[index] if index < len(call.args) else None


def _stores(scope: ast.AST) -> Iterator[ast.Assign | ast.AnnAssign | ast.AugAssign]:
    for node in _own(scope):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            yield node


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield from _own(child)


def _stored(node: ast.Assign | ast.AnnAssign | ast.AugAssign, name: str) -> tuple[int, ...] | None:
    """Where in the targets a name stands: () for the whole value; (-1,) for a store into it; None when nowhere."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        path = _path(target, name)
        if path is not None:
            return path if isinstance(node, ast.Assign) and path != (-1,) else (-1,)
    return None


def _path(target: ast.expr, name: str) -> tuple[int, ...] | None:
    if isinstance(target, ast.Name):
        return () if target.id == name else None
    if isinstance(target, ast.Subscript):
        return (-1,) if isinstance(target.value, ast.Name) and target.value.id == name else None
    if isinstance(target, (ast.Tuple, ast.List)):
        for index, element in enumerate(target.elts):
            inner = _path(element, name)
            if inner is not None:
                return inner if inner == (-1,) else (index, *inner)
    return None
