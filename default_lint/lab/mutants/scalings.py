"""Where a program scales its inputs: `(x - mean) / std`, `x / 255.0`, `scaler.transform(x)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from default_lint.findings import Edit
from default_lint.lab.mutants.base import NotApplicable, Subject
from default_lint.lab.mutants.chains import whole_line
from default_lint.lab.mutants.training import Training
from default_lint.program.data_values import Dataset, parts
from default_lint.text import Span

_TARGETS = re.compile(r"(?:y|targets?|labels?)(?:_\w*)?\s*(?:,|=(?!=)|/=)")


@dataclass(frozen=True)
class Scaling:
    """One expression that scales an array, and what it is without that.

    `key` is the same for those that belong together: the names of mean and deviation, or that of the scaler.
    """

    span: Span
    plain: str
    key: tuple[str, ...]
    statement: Span


def scalings(subject: Subject, training: Training) -> list[list[Scaling]]:
    """What scales the inputs of a `fit`, with what scales other arrays in the same way, in groups."""
    value = training.fit.x
    arrays = parts(value.elements) if isinstance(value, Dataset) else parts(value)
    known = {step.span for array in arrays for step in array.steps}
    bases = {name[0] for span in training.inputs if (name := re.search(r"[^\W\d]\w*", subject.code(span)))}
    groups: dict[tuple[str, ...], list[Scaling]] = {}
    wanted: set[tuple[str, ...]] = set()
    for scaling in sorted(_all(subject), key=lambda found: found.span):
        if _TARGETS.match(subject.code(scaling.statement)):
            continue
        groups.setdefault(scaling.key, []).append(scaling)
        named = scaling.key[0] != "divide" and bool(bases & _words_of(subject.code(scaling.statement)))
        if scaling.span in known or named:
            wanted.add(scaling.key)
    return [found for key, found in groups.items() if key in wanted]


def _words_of(statement: str) -> set[str]:
    """The names that a statement binds, and those that a comprehension in it runs over."""
    left = re.split(r"(?<![=!<>])=(?!=)", statement, maxsplit=1)
    if len(left) < 2:
        return set()
    over = re.findall(r"\bin\s+[(\[]([^)\]]*)[)\]]", left[1])
    return set(re.findall(r"[^\W\d]\w*", " ".join([left[0], *over])))


def _all(subject: Subject) -> Iterator[Scaling]:
    for span, nodes in subject._nodes.items():
        for node in nodes:
            try:
                found = _scaling(subject, span, node)
                if found is not None:
                    yield Scaling(span, *found, subject.statement(span))
            except NotApplicable:
                continue


def _scaling(subject: Subject, span: Span, node: cst.CSTNode) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
        left, right = node.left, subject.tree.span(node.right)
        divisor = subject.tree.code(node.right)
        if isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.Subtract):
            mean = subject.tree.code(left.right)
            if "mean" in mean or _is_statistic(subject, mean):
                return subject.tree.code(left.left), ("standardize", mean, divisor)
            return None
        head = subject.text[span.start : right.start].rstrip(" (\n")
        if not head.endswith("/") or re.fullmatch(r"[01]?\.?\d?", divisor):
            return None
        return head[:-1].rstrip(), ("divide", *_alike(divisor, span))
    if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.DivideAssign):
        return "", ("divide", *_alike(subject.tree.code(node.value), span))
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.args:
        receiver = subject.tree.code(node.func.value)
        if node.func.attr.value in ("transform", "fit_transform") and receiver.isidentifier():
            made = re.search(rf"\b{receiver}\s*=\s*[\w.]*(\w+Scaler)\(", subject.text)
            if made is None or re.search(rf"\b{receiver}\.inverse_transform", subject.text):
                return None
            return subject.tree.code(node.args[0].value), ("transform", receiver)
    return None


def _alike(divisor: str, span: Span) -> tuple[str, ...]:
    """Divisions by one variable or by one large number belong together."""
    large = re.fullmatch(r"\d+\.?\d*", divisor) is not None and float(divisor) >= 10
    return (divisor,) if large or divisor.isidentifier() else (divisor, str(span.start))


def _is_statistic(subject: Subject, name: str) -> bool:
    """Whether a name is bound to a mean, a least value and the like."""
    if not name.isidentifier():
        return False
    bound = re.findall(rf"^[ \t]*[\w, ]*\b{name}\b[\w, ]*=[ \t]*(.+)$", subject.text, re.MULTILINE)
    return any(re.search(r"\b(?:mean|average|median|min)\b", right) for right in bound)


def unscaled(subject: Subject, group: Sequence[Scaling]) -> tuple[tuple[Edit, ...], Span | None]:
    """The edits that take scalings away, and the first statement that is left of those they stand in.

    A statement that would do nothing then is taken out. Raises NotApplicable where it cannot be.
    """
    edits: list[Edit] = []
    left: list[Span] = []
    for statement in dict.fromkeys(scaling.statement for scaling in group):
        inside = [scaling for scaling in group if scaling.statement == statement]
        own = [_plain(subject, scaling) for scaling in inside]
        text, end = "", statement.start
        for edit in own:
            text += subject.text[end : edit.span.start] + edit.text
            end = edit.span.end
        text += subject.text[end : statement.end]
        if all(scaling.plain for scaling in inside) and not _does_nothing(text):
            edits += own
            left.append(statement)
            continue
        line = whole_line(subject, statement)
        if line is None:
            raise NotApplicable("the statement that scales the inputs cannot be taken out")
        edits.append(Edit(line, ""))
    return tuple(edits), left[0] if left else None


def _plain(subject: Subject, scaling: Scaling) -> Edit:
    span, text = scaling.span, subject.text
    around = text[span.start - 1 : span.start] + text[span.end : span.end + 1]
    if around == "()" and re.fullmatch(r"[\w.]+", scaling.plain) and not re.match(r"[\w)\]]", text[span.start - 2]):
        span = Span(span.start - 1, span.end + 1)
    return Edit(span, scaling.plain)


def _does_nothing(statement: str) -> bool:
    """Whether a statement gives variables what they are: `a, b = a, b`, `a, b = [v for v in (a, b)]`."""
    left, equals, right = re.sub(r"\s", "", statement.partition("#")[0]).partition("=")
    same = re.fullmatch(r"[(\[](\w+)for\1in[(\[](.*)[)\]][)\]]", right)
    return bool(equals) and (left == right or (same is not None and same[2] == left))


__all__ = ["Scaling", "scalings", "unscaled"]
