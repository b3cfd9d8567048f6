"""What the hyperparameter rules share."""

from __future__ import annotations

import re

from default_lint.program.data_values import Array, Dataset, Generator
from default_lint.program.types import Argument, Fit
from default_lint.program.values import Value
from default_lint.text import Document, Span

_PLAIN = re.compile(r"[\w.]+(\[[^()]*\])?")


def source_argument(fit: Fit) -> Argument | None:
    """The argument that brings the features: `x`, or `generator` of `fit_generator`."""
    if fit.call is None:
        return None
    return fit.call.given("x") or fit.call.given("generator")


def source_span(fit: Fit) -> Span:
    """Where the features are passed; the call when they come by `**kwargs`."""
    argument = source_argument(fit)
    return fit.span if argument is None else argument.span


def is_pipeline(value: Value) -> bool:
    """True for data that bring their own batches: a dataset, or what `ImageDataGenerator.flow*` gives."""
    return isinstance(value, (Dataset, Generator))


def noun(value: Value) -> str:
    """What people call it."""
    return "generator" if isinstance(value, Generator) else "dataset"


def plain_text(document: Document, span: Span) -> str:
    """A name, attribute or slice as written without blanks; "" for an expression that may differ between two uses."""
    text = "".join(document[span].split())
    return text if _PLAIN.fullmatch(text) else ""


def same_rows(one: Value, other: Value) -> bool:
    """True when every example of `one` is certainly an example of `other`."""
    if isinstance(one, (Array, Dataset, Generator)) and isinstance(other, (Array, Dataset, Generator)):
        return one.identity is other.identity or one.rows.within(other.rows)
    return False
