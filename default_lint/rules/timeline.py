"""Questions about the order of events on a model, for rules of several families."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from default_lint.program.types import Argument, Call, Compile, Event, Fit, Model, Program
from default_lint.program.values import Unknown, is_number
from default_lint.text import Document, Span

_CLOSING = re.compile(r"\s*,?\s*\)")
_NUMBER = re.compile(r"[-+]?[\d_.]+([eE][-+]?\d+)?")
_RATE_SET = re.compile(
    r"(?i)(opt\w*|adam\w*|sgd|rmsprop)\.(learning_rate|lr)\s*([-+*/]?=(?!=)|\.assign)"
    r"|\bsetattr\([^\n]*[\"'](learning_rate|lr)[\"']|\bset_value\("
)


@lru_cache(maxsize=16)
def mentions(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the pattern occurs in the text; searched once for all readings and rules."""
    return pattern.search(text) is not None


def compile_before(model: Model, event: Event) -> Compile | None:
    """The compile in force when `event` happens."""
    earlier = [compiled for compiled in model.compiles if compiled.order < event.order]
    return max(earlier, key=lambda compiled: compiled.order, default=None)


def fits_with_model(program: Program) -> Iterator[tuple[Model, Fit]]:
    """Every fit with the model that it trains."""
    for model in program.models:
        for fit in model.fits:
            yield model, fit


def after(model: Model, event: Event, *kinds: str) -> list[Event]:
    """What is done to the model after `event`, of the kinds given."""
    return [other for other in model.events if other.order > event.order and other.kind in kinds]


def is_pretrained(model: Model) -> bool:
    """True when the model may hold weights that were trained elsewhere, or before."""
    if model.kind not in ("sequential", "functional", "subclass") or not model.complete:
        return True
    if any(event.kind == "load_weights" for event in model.events):
        return True
    return any(
        layer.kind.startswith(("keras.applications.", "custom.", "unknown"))
        or (layer.nested is not None and is_pretrained(layer.nested))
        for layer in model.layers
    )


def changes_rate(program: Program) -> bool:
    """True when something sets the learning rate later: a scheduler callback, or an assignment."""
    if any(program.calls_of("keras.callbacks.LearningRateScheduler", "keras.backend.set_value")):
        return True
    return mentions(_RATE_SET, program.document.text)


def has_validation(fit: Fit) -> bool | None:
    """Whether a fit validates; None when that cannot be told."""
    call = fit.call
    if call is None or call.spread:
        return None
    validation = fit.validation
    if isinstance(validation, Unknown):
        return True if call.given("validation_data") else None
    if validation is not None:
        return True
    split = call["validation_split"] if "validation_split" in call.arguments else 0.0
    if isinstance(split, Unknown):
        return None
    return is_number(split) and split > 0


def is_number_literal(document: Document, span: Span) -> bool:
    """True when the text at `span` is a plain number, so that an edit changes this place alone."""
    return _NUMBER.fullmatch(document[span]) is not None


def keyword_argument_span(document: Document, argument: Argument) -> Span | None:
    """From the keyword to the end of the value with the parentheses around it; None when there is no keyword."""
    if argument.keyword is None:
        return None
    opened = document.text[argument.keyword.end : argument.span.start].count("(")
    end = argument.span.end
    for _ in range(opened):
        closing = _CLOSING.match(document.text, end)
        if closing is None:
            return None
        end = closing.end()
    return Span(argument.keyword.start, end)


def callbacks_of(fit: Fit, *names: str) -> list[Call]:
    """The callbacks of a fit that are of these Keras classes."""
    return [call for call in fit.callbacks or () if call.name.removeprefix("keras.callbacks.") in names]
