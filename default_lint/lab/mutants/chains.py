"""Putting layers into models and taking them out, in every way of writing them."""

from __future__ import annotations

import libcst as cst

from default_lint.findings import Edit
from default_lint.lab.mutants.base import NotApplicable, Subject
from default_lint.program.types import Layer, Model
from default_lint.text import Span

_INSIDE = ("", " ", ")", "]", "}")
_STATELESS = ("Activation(", "Flatten(", "Global", "ReLU(")


def removal(subject: Subject, model: Model, layer: Layer) -> Edit:
    """The edit that takes a layer out: from a Sequential, or from functional code, where its input passes through."""
    if model.kind == "sequential" and layer.statement is not None:
        return Edit(layer.statement, "")
    applied = subject.node(layer.site, cst.Call)
    if isinstance(applied, cst.Call) and applied.args and layer.site != layer.call.span:
        first = applied.args[0]
        if first.keyword is None and not first.star:
            return _without(subject, layer.site, subject.tree.code(first.value))
    raise NotApplicable(f"`{layer.short}` cannot be taken out where it stands")


def insertion(subject: Subject, model: Model, layer: Layer, text: str) -> Edit:
    """The edit that puts a layer (the text of its call) behind another."""
    if _in_call(subject, layer.site) and not text.rpartition(".")[2].startswith(_STATELESS):
        raise NotApplicable("a layer cannot be made in `call`")
    if model.kind == "sequential" and layer.statement is not None:
        if _is_element(subject, layer):
            return Edit(Span(layer.site.end, layer.site.end), _separator(subject, layer.site) + text)
        statement = subject.statement(layer.site)
        written = subject.code(statement).partition("(")[0]
        return subject.after(layer.site, f"{written}({text})")
    statement = subject.statement(layer.site)
    for line in (subject.node(statement, cst.SimpleStatementLine),):
        body = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
        if isinstance(body, cst.Assign) and len(body.targets) == 1 and isinstance(body.targets[0].target, cst.Name):
            name = body.targets[0].target.value
            if subject.tree.span(body.value) == layer.site and layer.site != layer.call.span:
                return subject.after(layer.site, f"{name} = {text}({name})")
    raise NotApplicable(f"nothing can be put behind `{layer.short}` where it stands")


def _without(subject: Subject, site: Span, inner: str) -> Edit:
    """`f(x)` becomes `x`; `x = f(x)` is deleted where it does not stand alone."""
    statement = subject.statement(site)
    if subject.code(statement).partition("#")[0].strip() == f"{inner} = {subject.code(site)}":
        line = whole_line(subject, statement)
        if line is not None:
            return Edit(line, "")
    return Edit(site, inner)


def whole_line(subject: Subject, statement: Span) -> Span | None:
    """The lines of a statement when they can be deleted: nothing else stands there, nor is the block left empty."""
    text = subject.text
    start, end = text.rfind("\n", 0, statement.start) + 1, text.find("\n", statement.end)
    indent = text[start : statement.start]
    if indent.strip() or end == -1:
        return None
    above = text[:start].rstrip().rpartition("\n")[2]
    below = text[end:].lstrip("\n").partition("\n")[0]
    neighbours = [line for line in (above, below) if line.startswith(indent) and line[len(indent) :][:1] not in _INSIDE]
    return Span(start, end + 1) if neighbours or not indent else None


def _in_call(subject: Subject, site: Span) -> bool:
    """True inside the `call` of a class, where layers with variables cannot be made."""
    around = (nodes for span, nodes in subject._nodes.items() if span.contains(site))
    return any(isinstance(node, cst.FunctionDef) and node.name.value == "call" for nodes in around for node in nodes)


def _is_element(subject: Subject, layer: Layer) -> bool:
    """True when a layer of a Sequential stands in a list, and not in `add`."""
    assert layer.statement is not None
    return layer.statement.contains(layer.site) and "(" not in subject.text[layer.statement.start : layer.site.start]


def _separator(subject: Subject, site: Span) -> str:
    start = subject.text.rfind("\n", 0, site.start) + 1
    indent = subject.text[start : site.start]
    return f",\n{indent}" if not indent.strip() else ", "
