"""What holds for any text and any place in it."""

from __future__ import annotations

import json
import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from default_lint import engine, files
from default_lint.findings import Edit, Fix, Note, Report
from default_lint.output import FORMATS, View, full, load
from default_lint.output.row import where
from default_lint.settings import Settings
from default_lint.text import Document, Span
from tests.output.making import finding

LETTERS = st.text(st.sampled_from("ab (=\t'é日😀\u0301\x1b\x00\u202e\r\n\u2028"), max_size=60)
EXAMPLES = sorted(
    path for path in (Path(__file__).parents[2] / "examples").rglob("*") if path.suffix in (".py", ".ipynb")
)


def spans(size: int) -> st.SearchStrategy[Span]:
    places = st.integers(0, size)
    return st.tuples(places, places).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    text = draw(LETTERS)
    place = spans(len(text))
    notes = draw(st.lists(st.builds(Note, LETTERS, st.none() | place), max_size=3))
    fixes = draw(
        st.lists(st.builds(Fix, LETTERS, st.lists(st.builds(Edit, place, LETTERS), max_size=2).map(tuple)), max_size=2)
    )
    return Report(Document("x.py", text), (finding(draw(place), draw(LETTERS), notes=notes, fixes=fixes),))


@settings(max_examples=150, deadline=None)
@given(reports(), st.sampled_from(FORMATS), st.integers(0, 90))
def test_every_format_takes_everything(report: Report, name: str, width: int):
    out = StringIO()
    load(name).write([report], out, View(width=width))
    if name in ("json", "sarif"):
        json.loads(out.getvalue())
    if name in ("full", "concise"):
        assert not {"\x1b", "\x00", "\u202e", "\r"} & set(out.getvalue())


def cells(text: str) -> int:
    """Width on the screen, told independently: tabs are four cells, wide characters two, marks none."""
    return sum(
        4 if one == "\t" else 0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_carets_stand_under_their_place(data: st.DataObject):
    line = data.draw(st.text(st.sampled_from("ab (=\té日😀"), min_size=1, max_size=30)) + "x"
    place = data.draw(spans(len(line)))
    shown = full.render(Document("x.py", line), finding(place, "m"), View())
    gutter = "  | "
    marks = next(row for row in shown if "^" in row)
    assert marks.index("^") == len(gutter) + cells(line[: place.start])
    assert marks.count("^") == max(cells(line[place.start : place.end]), 1)


@settings(max_examples=100, deadline=None)
@given(LETTERS, st.data())
def test_lines_and_columns_lead_back_to_the_place(text: str, data: st.DataObject):
    document = Document("x.py", text)
    place = data.draw(spans(len(text)))
    row = where(document, place)
    assert row["line"] and row["column"] and row["end_line"] and row["end_column"]
    assert document.offset(row["line"], row["column"]) == place.start
    assert document.offset(row["end_line"], row["end_column"]) == place.end


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_is_found_in_the_examples_can_be_shown_in_every_format(path: Path):
    document = files.load(str(path), explicit=True)
    assert isinstance(document, Document)
    report = engine.check(document, Settings(audience="curious"))
    for name in FORMATS:
        out = StringIO()
        load(name).write([report], out, View(color=True, links=True, width=80))
        assert bool(report.findings) <= bool(out.getvalue())
