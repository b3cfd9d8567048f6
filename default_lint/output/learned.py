"""What the classifiers say about a run: the three levels in one line, their reasons, as data, and as waterfalls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from default_lint.findings import Level, Reason
from default_lint.output.charts import Waterfall, waterfall
from default_lint.output.evidence import data as evidence_data
from default_lint.output.evidence import plain, signed
from default_lint.output.row import where
from default_lint.output.style import plural
from default_lint.text import Document, Span

LONGEST = 40  # characters of the user's words
_KEYWORD = re.compile(r"\b(\w+)\s*=\s*\Z")
TOLD = 3  # reasons of a level on the terminal


def chain(levels: Sequence[Level]) -> str:
    """The levels in one line: "faulty 0.97 -> loss 0.88, activation 0.61 -> `mse` at train.py:41".

    A cause that is too uncertain is left out; so is everything after a detection that says "not faulty".
    """
    parts = [_told(level) for level in levels if level.stage == "detection"]
    for stage in ("categorization", "cause"):
        told = [_told(level) for level in telling(levels) if level.stage == stage]
        parts += [", ".join(told)] if told else []
    return " -> ".join(parts)


def _told(level: Level) -> str:
    if level.stage == "detection":
        return f"{'' if level.holds else 'not '}{level.label} ({_share(level)})" if not level.holds else _named(level)
    if level.stage == "cause" and level.place is not None:
        return f"{words(*level.place)} at {at(*level.place)}"
    return _named(level)


def _named(level: Level) -> str:
    return f"{level.label.replace('-', ' ')} {_share(level)}"


def _share(level: Level) -> str:
    return f"{level.learned.probability:.2f}"


def title(level: Level) -> str:
    """A level as a heading: "faulty 0.97", "loss 0.88", "learning rate 0.74 (hyperparameter)"."""
    return f"{_named(level)} ({level.family})" if level.family else _named(level)


def telling(levels: Sequence[Level]) -> list[Level]:
    """The levels whose reasons are worth a look: those that hold; none after a detection that says "not faulty"."""
    if any(level.stage == "detection" and not level.holds for level in levels):
        return []
    return [level for level in levels if level.holds]


def words(document: Document, span: Span) -> str:
    """What stands at a place, in one line; an argument with its keyword."""
    before = document.text[document.line_span(span.start).start : span.start]
    keyword = _KEYWORD.search(before)
    text = " ".join(document[span].split())
    text = text if keyword is None else f"{keyword[1]}={text}"
    return f"`{text if len(text) <= LONGEST else f'{text[: LONGEST - 3]}...'}`"


def at(document: Document, span: Span) -> str:
    """A place as people write it, without the column."""
    place = document.locate(span.start)
    cell = "" if place.cell is None else f"cell {place.cell}:"
    return f"{document.path}:{cell}{place.line}"


def places(reason: Reason, most: int = 1) -> str:
    """Where a reason was read from."""
    return ", ".join(dict.fromkeys(at(document, span) for document, span in reason.spans[:most]))


def data(level: Level) -> dict[str, Any]:
    """A level for strict JSON: the keys that tools may rely on."""
    return {
        "stage": level.stage,
        "label": level.label,
        "family": level.family or None,
        "holds": level.holds,
        "threshold": plain(level.threshold),
        **{key: value for key, value in evidence_data(level.learned).items() if key not in ("kind", "reasons")},
        "place": None if level.place is None else _place(*level.place),
        "reasons": [_reason(reason) for reason in level.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "feature": reason.feature,
        "message": reason.text,
        "value": plain(reason.value),
        "contribution": plain(reason.contribution),
        "usual": None if reason.usual is None else [plain(value) for value in reason.usual],
        "places": [_place(*place) for place in reason.spans],
    }


def _place(document: Document, span: Span) -> dict[str, Any]:
    return {"file": document.path, **where(document, span)}


def picture(level: Level) -> Waterfall:
    """A level as a waterfall of its reasons; the features that are not among them are one row, with their number."""
    from default_lint.diagnosis.explain import feature_of, grouped

    learned = level.learned
    told = {feature_of(reason.feature) for reason in level.reasons}
    others = sum(group.feature not in told for group in grouped(learned.contributions))
    named = [
        (reason.text.removesuffix(f" ({signed(reason.contribution)})"), reason.contribution) for reason in level.reasons
    ]
    rest = plural(others, "other feature") if others else "everything else"
    return waterfall(learned.base, named, learned.probability, level.threshold, rest)


__all__ = ["TOLD", "at", "chain", "data", "picture", "places", "telling", "title", "words"]
