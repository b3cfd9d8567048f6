"""Markdown pages: a model as a table, a rule's page, and a rule in short."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any, NamedTuple

from default_lint.output import catalogue, links
from default_lint.output.program import compile_facts, fit_facts, text
from default_lint.program.types import Compile, Event, Fit, Layer, Loop, Model
from default_lint.program.values import Unknown
from default_lint.rules.base import code_block
from default_lint.settings import observation_names
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis
from default_lsp.lens import summary
from default_lsp.markdown import block, code, link, paragraphs, plain, prose, table
from default_lsp.outline import Built, Outline, kind_of, made_up, outline, shown, size

LONGEST_CHANGE = 12  # lines of code that a rule in short shows
MOST_LAYERS = 40  # layers of a model in a hover


class Page(NamedTuple):
    """A page to show: a title for people, a name for a file (without suffix), the Markdown, and all that in a line."""

    title: str
    name: str
    markdown: str
    summary: str = ""


# Rules


@cache
def find(word: str) -> Any:
    """The rule, suspicion, observation or finding of the engine itself with this name or code; None for none."""
    from default_lint.diagnosis.catalogue import SUSPICIONS
    from default_lint.rules import RULES

    found = catalogue.find((*RULES, *SUSPICIONS), word)
    if found is None and any(word in (known.name, known.code) for known in observation_names()):
        from default_lint.trial.observations import OBSERVATIONS  # slow to load, and seldom asked for

        found = catalogue.find(OBSERVATIONS, word)
    return found


def rule(word: str) -> Page | None:
    """The page of the rule with this name or code; None when there is none."""
    found = find(word)
    if found is None:
        return None
    address = links.page_of(found.name)
    markdown = f"{catalogue.page(found)}\n{link('This page on the web', address)}\n"
    return Page(found.name, found.name, markdown, f"{found.name}: {found.summary()} ({address})")


@cache
def in_short(name: str) -> str:
    """Why a rule matters and what to write instead; "" for a rule that is not known."""
    found = find(name)
    if found is None:
        return ""
    page = found.page()
    why = section(page, "Why it matters")
    instead = _instead(page)
    return paragraphs((why and f"**Why it matters.** {why}", instead, link("More", links.page_of(found.name))))


def section(page: str, title: str) -> str:
    """The text of a section of a rule's page, without its code."""
    _, found, rest = f"\n{page}".partition(f"\n## {title}\n")
    if not found:
        return ""
    body = rest.partition("\n## ")[0]
    body = re.sub(r"```.*?(?:```|\Z)", "", body, flags=re.DOTALL).strip()
    body = re.sub(r"(?<=\S)\n(?=[^\s|#*-])(?!\d+\. )", " ", body)  # some editors show each end of a line
    return re.sub(r"\n{3,}", "\n\n", body)


def _instead(page: str) -> str:
    """What to write instead: the lines that change, or what the page says."""
    old, new = code_block(page, "Example"), code_block(page, "Use instead")
    if new:
        lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[:1] in "+-"]
        if 0 < len(lines) <= LONGEST_CHANGE:
            return f"**Use instead**, in the page's example:\n\n{block(chr(10).join(_flush(lines)), 'diff')}"
        return ""
    for title in ("Use instead", "What to do"):
        said = section(page, title)
        if said:
            return f"**{title}.** {said}"
    return ""


def _flush(lines: list[str]) -> list[str]:
    """Lines of a difference without the indentation that all of them have."""
    margin = min((len(line[2:]) - len(line[2:].lstrip()) for line in lines if line[2:].strip()), default=0)
    return [f"{line[0]} {line[2 + margin :]}".rstrip() for line in lines]


# Models


def model(analysis: Analysis, index: int) -> Page | None:
    """The model of a code lens by its number (`outline(analysis).models`); None when there is none."""
    found = outline(analysis)
    if not 0 <= index < len(found.models):
        return None
    built = found.models[index]
    name = built.title
    slug = re.sub(r"[^\w-]+", "-", name).strip("-") or "model"
    file = PurePath(analysis.document.path).name
    title = f"{name} · {file}" if file else name
    told = ", ".join(filter(None, (built.title, summary(built))))
    return Page(title, slug, f"{model_text(found, index, whole=True)}\n", told)


def model_text(found: Outline, index: int, whole: bool = False) -> str:
    """What is built at one place, each different reading once; `whole` tells of the training as well."""
    built = found.models[index]
    told: dict[str, list[int]] = {}
    for number, model in built.variants:
        told.setdefault(_model(found, model, whole, built.loops), []).append(number)
    parts: list[str] = []
    for body, numbers in told.items():
        when = _when(found, numbers[0]) if len(told) > 1 else ""
        parts += [when, body]
    return paragraphs((_heading(found, built, whole), *parts))


def _heading(found: Outline, built: Built, whole: bool) -> str:
    title = f"{built.variants[0][1].kind.capitalize()} model {code(built.title)}"
    place = _place(found.document, built.span)
    return f"# {title}\n\n{place[0].upper()}{place[1:]}" if whole else f"**{title}**"


def _place(document: Document, span: Span) -> str:
    place = document.locate(span.start)
    return f"line {place.line}" if place.cell is None else f"cell {place.cell}, line {place.line}"


def _when(found: Outline, number: int) -> str:
    tests = [f"{code(test.text)} is {test.outcome}" for test in found.readings[number].conditions]
    return f"When {' and '.join(tests)}:" if tests else "Or:"


def _model(found: Outline, model: Model, whole: bool, loops: tuple[Loop, ...]) -> str:
    inputs = ", ".join(code(shown(shape)) for shape in model.inputs if not isinstance(shape, Unknown))
    rows = [_row(found, model, layer) for layer in model.layers if not made_up(layer)]
    left = "" if whole or len(rows) <= MOST_LAYERS else f"{len(rows) - MOST_LAYERS} layers more"
    rows = rows[: None if whole else MOST_LAYERS]
    columns = [column for column in range(len(_HEADER)) if column not in _SPARSE or any(row[column] for row in rows)]
    header = [_HEADER[column] for column in columns]
    layers = table(header, ([row[column] for column in columns] for row in rows), right=[0, header.index("Parameters")])
    missing = "" if model.complete else "Part of this model could not be read: it may have more layers."
    parts = [f"Input {inputs}" if inputs else "", layers if rows else "", left, _totals(model), missing]
    if whole:
        parts += _training(found.document, model, loops)
    return paragraphs(parts)


_HEADER = ("", "Layer", "Kind", "Activation", "Output shape", "Parameters", "")
_SPARSE = (1, 3, 6)
NARROW = "\u00a0"  # a shape stays on one line in a narrow preview


def _row(found: Outline, model: Model, layer: Layer) -> tuple[str, ...]:
    activation = layer.activation if isinstance(layer.activation, str) else ""
    quiet = activation in ("", "linear") and "activation" not in layer.call.arguments
    notes = (
        "in a loop" if layer.uncertain else "",
        f"shared {layer.shared} times" if layer.shared > 1 else "",
        "frozen" if layer.trainable is False else "",
    )
    shape = (
        plain(f"cannot be: {layer.problem.message}") if layer.problem else code(shown(layer.shape)).replace(" ", NARROW)
    )
    return (
        str(layer.index + 1),
        code(found.name_of(layer, model)),
        code(kind_of(layer)),
        "" if quiet else code(activation),
        shape,
        "?" if isinstance(layer.parameters, Unknown) else f"{layer.parameters:,}",
        ", ".join(filter(None, notes)),
    )


def _totals(model: Model) -> str:
    total = model.parameters
    if isinstance(total, Unknown):
        return "Parameters: not known" if model.layers else ""
    frozen = sum(
        layer.parameters
        for layer in {id(layer.call): layer for layer in model.layers}.values()
        if layer.trainable is False and not isinstance(layer.parameters, Unknown)
    )
    about = f" ({size(total)})" if total >= 10**6 else ""
    return f"Parameters: {total:,}{about}{f', of which {frozen:,} frozen' if frozen else ''}"


def _training(document: Document, model: Model, loops: tuple[Loop, ...]) -> Iterator[str]:
    """What is done with a model, in order."""
    for event in model.events:
        if event.call is None or event.kind not in ("compile", "fit", "evaluate", "predict", "train_on_batch"):
            continue
        title = f"## {plain(_verb(event))}, {_place(document, event.span)}{' in a loop' if event.loop else ''}"
        facts: Mapping[str, str] = {}
        if isinstance(event, Compile):
            facts = compile_facts(event)
        elif isinstance(event, Fit):
            facts = fit_facts(event)
        yield paragraphs((title, "\n".join(f"- {key}: {prose(value)}" for key, value in facts.items())))
    for loop in loops:
        facts = {"loss": text(loop.loss), "optimizer": text(loop.optimizer)}
        title = f"## training loop, {_place(document, loop.span)}"
        yield paragraphs((title, "\n".join(f"- {key}: {prose(value)}" for key, value in facts.items())))


def _verb(event: Event) -> str:
    return event.method or event.kind if isinstance(event, Fit) else event.kind
