"""Programs as text, and what the views say of them."""

from __future__ import annotations

import json
from textwrap import dedent

from default_lint.notebooks import read
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis, analyze
from default_lsp.hints import hints
from default_lsp.hover import hover


def script(source: str, path: str = "train.py") -> Analysis:
    """The analysis of a script; common indentation is taken off."""
    return analyze(Document(path, dedent(source).lstrip("\n")), Settings(audience="curious"))


def notebook(*cells: str) -> Analysis:
    """The analysis of a notebook of code cells."""
    code = [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": dedent(cell).strip().splitlines(keepends=True),
        }
        for cell in cells
    ]
    content = json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    document = read("book.ipynb", content)
    assert isinstance(document, Document)
    return analyze(document, Settings(audience="curious"))


def everything(analysis: Analysis) -> Span:
    """The span of the whole text."""
    return Span(0, len(analysis.document.text))


def hinted(analysis: Analysis) -> dict[str, str]:
    """The label of each hint by the line of source that it stands on, cut where it stands."""
    text = analysis.document.text
    found: dict[str, str] = {}
    for hint in hints(analysis, everything(analysis)):
        start = text.rfind("\n", 0, hint.offset) + 1
        found[text[start : hint.offset].strip()] = hint.label
    return found


def said(analysis: Analysis, word: str, number: int = 0) -> str:
    """What a hover on the start of a word says; "" for nothing."""
    text = analysis.document.text
    offset = -1
    for _ in range(number + 1):
        offset = text.index(word, offset + 1)
    found = hover(analysis, offset)
    return found.markdown if found is not None else ""


def row(markdown: str, name: str) -> list[str]:
    """The cells of the row of a table that begins with `name` as code."""
    line = next(line for line in markdown.splitlines() if line.startswith(f"| `{name}` |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]
