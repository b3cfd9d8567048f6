"""What the client has open: its units, lines and edits, and the document that scripts and notebooks make."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from default_lint.text import Span
from default_lsp import source as sources
from default_lsp.source import Buffer, Units
from tests.lsp.client import Held, line_starts, units

ENCODINGS = ("utf-8", "utf-16", "utf-32")
LETTERS = "ab \t#\n\r\x0c\x0b\x1c\u2028\u2029\x85é漢\U0001f600\U0001d54f\ufeff\ud800\udc00\x00"
texts = st.text(alphabet=LETTERS, max_size=30)
encodings = st.sampled_from(ENCODINGS)
LIMIT = 1_000_000


def pos(line: int, character: int) -> lsp.Position:
    return lsp.Position(line, character)


# Units


@given(texts, encodings)
def test_units_are_counted_as_the_protocol_says(text: str, encoding: str) -> None:
    assert Units(encoding).count(text) == units(text, encoding)


@given(texts, encodings, st.integers(-3, 80))
def test_an_index_is_the_last_character_that_begins_within_so_many_units(text: str, encoding: str, count: int) -> None:
    mine = Units(encoding)
    index = mine.index(text, count)
    assert 0 <= index <= len(text)
    assert mine.count(text[:index]) <= max(count, 0)
    if index < len(text):
        assert mine.count(text[: index + 1]) > count


@pytest.mark.parametrize(
    ("encoding", "within"), [("utf-8", (1, 2, 3)), ("utf-16", (1,)), ("utf-32", ())], ids=ENCODINGS
)
def test_a_position_within_a_character_is_the_one_before_it(encoding: str, within: tuple[int, ...]) -> None:
    for count in within:
        assert Units(encoding).index("\U0001f600x", count) == 0


def test_the_names_of_encodings_may_be_those_of_lsprotocol() -> None:
    assert Units(lsp.PositionEncodingKind.Utf8).encoding == "utf-8"  # type: ignore[arg-type]


# Lines


@given(texts, encodings)
def test_every_offset_has_its_position_and_back(text: str, encoding: str) -> None:
    mine = Units(encoding)
    buffer, held = Buffer("file:///a.py", text), Held("file:///a.py", text, 1, encoding=encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue  # between the two there is no place
        place = held.position(offset)
        assert buffer.position(offset, mine) == place
        back = buffer.offset(place, mine)
        assert back == offset or text[min(back, offset) : max(back, offset)].strip("\r\n") == ""


def test_only_the_ends_of_lines_of_the_protocol_end_a_line() -> None:
    text = "a\x0cb\x0bc\u2028d\u2029e\x85f\x1cg\nh\r\ni\rj"
    assert len(line_starts(text)) == 4
    assert Buffer("file:///a.py", text).position(len(text), Units("utf-32")) == pos(3, 1)
    assert Buffer("file:///a.py", text).offset(pos(1, 0), Units()) == text.index("h")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_positions_out_of_range_are_clipped(encoding: str) -> None:
    mine = Units(encoding)
    buffer = Buffer("file:///a.py", "one\r\n\U0001f600two\n")
    assert buffer.offset(pos(0, 99), mine) == 3
    assert buffer.offset(pos(1, 99), mine) == 9
    assert buffer.offset(pos(2, 5), mine) == 10
    assert buffer.offset(pos(99, 0), mine) == 10
    assert buffer.position(-4, mine) == pos(0, 0)
    assert buffer.position(99, mine) == pos(2, 0)


# Edits


@given(st.integers(0, 10_000), encodings)
def test_edits_one_after_the_other_give_the_text_that_the_editor_has(seed: int, encoding: str) -> None:
    draw = random.Random(seed)
    held = Held("file:///a.py", "a\U0001f600b\r\nc\n", 1, encoding=encoding)
    buffer = Buffer(held.uri, held.text, 1)
    changes: list[lsp.TextDocumentContentChangeEvent] = []
    for _ in range(draw.randint(1, 6)):
        bounds = [offset for offset in range(len(held.text) + 1) if held.text[offset - 1 : offset + 1] != "\r\n"]
        start, end = sorted((draw.choice(bounds), draw.choice(bounds)))
        # an end just behind a lone `\r` lies on the next line, as the editor's own positions have it
        new = "".join(draw.choice("xy\U0001f600é\n") for _ in range(draw.randint(0, 4)))
        changes.append(lsp.TextDocumentContentChangePartial(held.range(start, end), new))
        held.text = held.text[:start] + new + held.text[end:]
    after = buffer.changed(changes, 2, Units(encoding))
    assert (after.text, after.version, after.uri, after.language) == (held.text, 2, held.uri, "python")
    assert buffer.version == 1


def test_a_change_of_the_whole_text_and_no_change() -> None:
    buffer = Buffer("file:///a.py", "a", 1)
    changed = buffer.changed([lsp.TextDocumentContentChangeWholeDocument("b\n")], 2, Units())
    assert (changed.text, changed.version) == ("b\n", 2)
    same = changed.changed([], 3, Units())
    assert (same.text, same.version) == ("b\n", 3)


def test_a_range_that_ends_before_it_begins_is_an_insertion() -> None:
    buffer = Buffer("file:///a.py", "abc", 1)
    change = lsp.TextDocumentContentChangePartial(lsp.Range(pos(0, 2), pos(0, 1)), "X")
    assert buffer.changed([change], 2, Units()).text == "abXc"


# Scripts


def test_a_script_without_keras_is_not_looked_at() -> None:
    source = sources.script(Buffer("file:///a.py", "import numpy\n", 3), "/a.py", Units(), LIMIT)
    assert source.document is None
    assert source.trouble == ""
    assert source.versions == {"file:///a.py": 3}


def test_a_script_that_is_too_large_says_so() -> None:
    source = sources.script(Buffer("file:///a.py", "import keras\n" + "#" * 2000), "/a.py", Units(), 1000)
    assert source.document is None
    assert "max-file-size" in source.trouble


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_byte_order_mark_counts_on_the_first_line(encoding: str) -> None:
    text = "\ufeffimport keras\nx = 1\n"
    held = Held("file:///a.py", text, 1, encoding=encoding)
    source = sources.script(Buffer(held.uri, text), "/a.py", Units(encoding), LIMIT)
    assert source.document is not None and source.document.text == text[1:]
    start = source.document.text.index("keras")
    assert source.location(Span(start, start + 5)).range == held.at("keras")
    assert source.offset(held.uri, held.at("keras").start) == start
    assert source.offset(held.uri, held.at("x = 1").start) == source.document.text.index("x")
    assert source.offset(held.uri, pos(0, 0)) == 0
    assert source.offset("file:///other.py", pos(0, 0)) is None
    assert source.span("file:///other.py", held.at("x")) is None


# Notebooks

NOTEBOOK = "file:///n.ipynb"


def cell(number: int, text: str, version: int = 1) -> Buffer:
    return Buffer(f"cell:{number}", text, version)


def test_all_cells_are_one_document_and_a_span_stays_in_its_cell() -> None:
    cells = [cell(1, "import keras\n"), None, cell(3, "%matplotlib\nx = '\U0001f600'; y"), cell(4, "")]
    source = sources.notebook(NOTEBOOK, "/n.ipynb", 7, cells, Units(), LIMIT)
    document = source.document
    assert document is not None
    assert [item.number for item in document.cells] == [1, 3, 4]
    assert source.versions == {"cell:1": 1, "cell:3": 1, "cell:4": 1}
    start = document.text.index("y")
    place = source.location(Span(start, len(document.text)))
    assert (place.uri, place.range) == ("cell:3", lsp.Range(pos(1, 10), pos(1, 11)))
    assert source.offset("cell:3", pos(1, 10)) == start
    whole = source.location(Span(0, len(document.text)))
    assert (whole.uri, whole.range) == ("cell:1", lsp.Range(pos(0, 0), pos(1, 0)))
    assert source.offset("cell:9", pos(0, 0)) is None


@given(st.lists(st.one_of(st.none(), texts), min_size=1, max_size=5), encodings)
def test_every_place_of_every_cell_is_found_again(rows: list[str | None], encoding: str) -> None:
    cells = [cell(number, f"keras{text}") if text is not None else None for number, text in enumerate(rows)]
    mine = Units(encoding)
    source = sources.notebook(NOTEBOOK, "/n.ipynb", 1, cells, mine, LIMIT)
    for part in source.parts:
        for offset in range(part.start, part.end):
            place = source.location(Span(offset, offset + 1))
            assert place.uri == part.buffer.uri
            assert part.buffer.offset(place.range.start, mine) - part.lead <= offset - part.start


def test_a_notebook_without_keras_still_has_its_cells_end_to_end() -> None:
    source = sources.notebook(NOTEBOOK, "/n.ipynb", 1, [cell(1, "a = 1"), None, cell(3, "b")], Units(), LIMIT)
    assert source.document is None
    assert [part.start for part in source.parts] == [0, 6]
    assert source.offset("cell:3", pos(0, 1)) == 7


def test_a_notebook_with_too_much_code_says_so() -> None:
    cells = [cell(1, "import keras\n" + "#" * 600), cell(2, "#" * 600)]
    source = sources.notebook(NOTEBOOK, "/n.ipynb", 1, cells, Units(), 1000)
    assert source.document is None
    assert "max-file-size" in source.trouble


def test_an_empty_notebook_is_nothing() -> None:
    source = sources.notebook(NOTEBOOK, "/n.ipynb", 1, [], Units(), LIMIT)
    assert source.document is None
    assert source.parts == ()
