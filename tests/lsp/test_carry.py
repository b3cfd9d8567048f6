"""What is carried from a text to a newer one: spans hold the words they held, whatever was edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint import files, notebooks
from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.types import Argument, Call, Event, Layer, Loop, Model, Program, Subclass
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis, analyze
from default_lsp.carry import Shift, bridged, carried, moved
from tests.output.making import finding

ROOT = Path(__file__).parents[2]
CURIOUS = Settings(audience="curious")
TEXT = """\
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, activation="relu"),
    layers.Dense(1, activation="softmax"),
])
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x, y, epochs=5)
"""


def part(text: str, words: str) -> Span:
    at = text.index(words)
    return Span(at, at + len(words))


def now(old: str, new: str, words: str) -> str | None:
    """What stands at the place of `words` in the new text."""
    span = Shift(old, new).span(part(old, words))
    return None if span is None else new[span.start : span.end]


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


class TestShift:
    def test_an_edit_before_between_and_behind(self) -> None:
        for new in ("# why\n" + TEXT, changed("\nmodel =", "\n\nx = (\nmodel ="), TEXT + "x = ("):
            for words in ("import keras", "layers.Dense(8", '"softmax"', "epochs=5"):
                assert now(TEXT, new, words) == words

    def test_what_was_touched_is_nowhere(self) -> None:
        new = changed('"relu"', '"selu"')
        assert now(TEXT, new, '"relu"') is None
        assert now(TEXT, new, 'layers.Dense(8, activation="relu")') is None
        assert now(TEXT, new, "layers.Dense(8") == "layers.Dense(8"

    def test_a_word_that_grew_was_touched(self) -> None:
        for new in ("epochs=50", "epochs=5.0", "my_epochs=5"):
            words = "epochs=5" if new.startswith("my") else "5"
            text = f"f({words})\n"
            assert now(text, text.replace("5", "50"), "5") is None
        assert now("f(5)\n", "f(5, 6)\n", "5") == "5"
        assert now("f(5)\n", "f(x.5)\n", "5") is None

    def test_a_line_like_its_neighbor(self) -> None:
        line = "    layers.Dense(1, activation="
        new = changed(line, line + '"relu"),\n' + line)
        for words in ('layers.Dense(8, activation="relu")', 'layers.Dense(1, activation="softmax")'):
            assert now(TEXT, new, words) == words

    def test_two_edits_far_from_each_other(self) -> None:
        new = changed("import keras\n", "import keras as k\n").replace("epochs=5", "epochs=50")
        assert now(TEXT, new, 'activation="softmax"') == 'activation="softmax"'

    def test_lines_that_change_places(self) -> None:
        old = "a = 1\nb = 2\nc = 3\nd = 4\n"
        shift = Shift(old, "a = 1\nd = 4\nb = 2\nc = 3\n")
        assert [shift.span(part(old, words)) is not None for words in "abcd"] == [True, True, True, False]

    def test_an_empty_span_is_lost_only_where_something_was_put_in(self) -> None:
        shift = Shift("f(a)\ng(b)\n", "f(a, c)\ng(b)\n")
        assert shift.span(Span(3, 3)) is None
        assert shift.span(Span(8, 8)) == Span(11, 11)
        assert shift.span(Span(0, 0)) == Span(0, 0)
        assert shift.span(Span(10, 10)) == Span(13, 13)

    def test_stretched_over_what_changed(self) -> None:
        new = changed('"relu"', '"re')
        shift = Shift(TEXT, new)
        model = part(TEXT, TEXT[TEXT.index("keras.Seq") : TEXT.index("model.compile") - 1])
        assert shift.span(model) is None
        stretched = shift.stretched(model)
        assert stretched is not None
        assert new[stretched.start : stretched.end] == TEXT[model.start : model.end].replace('"relu"', '"re')
        assert shift.stretched(part(TEXT, '"relu"')) is None

    @pytest.mark.parametrize(
        ("lines", "near"), [(0, [5]), (1, [4, 5, 6]), (2, [3, 4, 5, 6, 7])], ids=["same", "one", "two"]
    )
    def test_near(self, lines: int, near: list[int]) -> None:
        shift = Shift(TEXT, changed('"relu"', '"selu"'))
        starts = Document("x.py", TEXT).line_starts[:-1]
        assert [number for number, start in enumerate(starts) if shift.near(Span(start, start + 1), lines)] == near

    def test_nothing_changed(self) -> None:
        shift = Shift(TEXT, TEXT)
        assert shift.span(Span(0, len(TEXT))) == Span(0, len(TEXT))
        assert not shift.near(Span(0, len(TEXT)))
        assert Shift("", "").span(Span(0, 0)) == Span(0, 0)


words = st.lists(st.sampled_from(["a", "bb", "\n", "\r\n", "x = 1\n", "f(", ")", "é𝄞", " ", "\x0c"]), max_size=30)


@given(words, words, words, words, st.data())
def test_moved_spans_hold_the_same_text(
    head: list[str], one: list[str], other: list[str], tail: list[str], data: st.DataObject
) -> None:
    old, new = "".join(head + one + tail), "".join(head + other + tail)
    shift = Shift(old, new)
    start = data.draw(st.integers(0, len(old)))
    span = Span(start, data.draw(st.integers(start, len(old))))
    found = shift.span(span)
    if found is not None:
        assert new[found.start : found.end] == old[span.start : span.end]
        assert 0 <= found.start <= found.end <= len(new)
    assert shift.near(span, len(old)) is (old != new)
    position = 0
    for change in shift.changes:
        assert position <= change.start <= change.end <= len(old)
        position = change.end
    wide = shift.stretched(span)
    assert wide is None or 0 <= wide.start <= wide.end <= len(new)


@given(st.lists(st.integers(0, 12), max_size=40), st.lists(st.integers(0, 12), max_size=40))
def test_the_order_of_lines_is_kept(old: list[int], new: list[int]) -> None:
    before, after = ("".join(f"line {number}\n" for number in numbers) for numbers in (old, new))
    shift = Shift(before, after)
    starts = Document("x.py", before).line_starts[:-1]
    found = [place for start in starts if (place := shift.span(Span(start, start + 7))) is not None]
    assert all(one.end <= other.start for one, other in pairwise(found))


def carried_one(told: Finding, new: str) -> Finding | None:
    return next(iter(carried([told], Shift(TEXT, new))), None)


class TestCarried:
    TOLD = finding(
        part(TEXT, '"softmax"'),
        notes=[Note("why"), Note("read as", part(TEXT, '"binary_crossentropy"'))],
        fixes=[
            Fix("one", (Edit(part(TEXT, '"softmax"'), '"sigmoid"'),), Safety.SAFE),
            Fix("two", (Edit(part(TEXT, '"softmax"'), "None"), Edit(part(TEXT, '"adam"'), '"sgd"')), Safety.SAFE),
        ],
    )

    def test_all_of_it_moves(self) -> None:
        new = "# why\n" + TEXT + "x = ("
        assert carried_one(self.TOLD, new) == replace(
            self.TOLD,
            span=part(new, '"softmax"'),
            notes=(Note("why"), Note("read as", part(new, '"binary_crossentropy"'))),
            fixes=(
                Fix("one", (Edit(part(new, '"softmax"'), '"sigmoid"'),), Safety.SAFE),
                Fix("two", (Edit(part(new, '"softmax"'), "None"), Edit(part(new, '"adam"'), '"sgd"')), Safety.SAFE),
            ),
        )

    def test_a_touched_note_loses_its_place_and_a_touched_fix_goes(self) -> None:
        told = carried_one(self.TOLD, changed('"adam", loss="binary_', '"adam, loss="mean_'))
        assert told is not None
        assert told.notes == (Note("why"), Note("read as"))
        assert [fix.title for fix in told.fixes] == ["one"]

    def test_a_touched_finding_goes(self) -> None:
        assert carried_one(self.TOLD, changed('"softmax"', '"softma')) is None


def analysis(text: str) -> Analysis:
    return analyze(Document("x.py", text), CURIOUS)


def bridge(old: Analysis, text: str) -> Analysis:
    new = analyze(replace(old.document, text=text), CURIOUS)
    assert new.program is None
    return bridged(old, new.document, new.report)


def things(value: Any, seen: dict[int, Any]) -> Iterator[tuple[Any, str, Span]]:
    """Every span of a program with the thing that has it; defaults, which keep no place, left out."""
    if id(value) in seen or (isinstance(value, Argument) and not value.given):
        return
    seen[id(value)] = value
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from things(item, seen)
    elif isinstance(value, dict):
        yield from things(list(value.values()), seen)
    elif type(value).__module__ == "default_lint.program.types":
        for name, each in list(value.__dict__.items()):
            if isinstance(each, Span):
                yield value, name, each
            elif name not in ("value", "facts", "x", "y", "validation"):
                yield from things(each, seen)


class TestMoved:
    @pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/*.py")), ids=lambda path: path.stem)
    def test_every_span_of_every_example_holds_what_it_held(self, path: Path) -> None:
        document = files.load(str(path), explicit=True)
        assert isinstance(document, Document)
        program = analyze(document, CURIOUS).program
        assert program is not None
        middle = document.line_starts[len(document.line_starts) // 2]
        text = "x = (\n" + document.text[:middle] + "y = [\n" + document.text[middle:] + "("
        new = replace(document, text=text)
        after = moved(program, Shift(document.text, text), new)
        assert after.document is new
        before = list(things(program, {}))
        spans = list(things(after, {}))
        assert [(type(thing), name) for thing, name, _ in spans] == [(type(thing), name) for thing, name, _ in before]
        lost = 0
        for (_, _, old), (thing, name, span) in zip(before, spans, strict=True):
            if span == (0, 0):
                lost += old != (0, 0)
            elif new[span] != document[old]:
                assert name == "span" and isinstance(thing, (Call, Event, Loop, Model, Subclass))
                assert document[old].splitlines()[0] == new[span].splitlines()[0]
        assert lost <= len(before) // 10

    def test_sharing_and_indices_stay(self) -> None:
        old = analysis(TEXT)
        assert old.program is not None
        new = bridge(old, changed('"relu"', '"re'))
        assert new.stale and new.program is not None
        (before,), (model,) = old.program.models, new.program.models
        assert [layer.index for layer in model.layers] == [layer.index for layer in before.layers]
        assert [layer.shape for layer in model.layers] == [layer.shape for layer in before.layers]
        assert model.outputs == before.outputs
        assert model.parameters == before.parameters
        made = [next(call for call in new.program.calls if call.span == each.call.span) for each in model.layers[1:]]
        assert made[-1] is model.layers[-1].call

    def test_a_touched_layer_has_no_place_and_its_model_has(self) -> None:
        old = analysis(TEXT)
        new = bridge(old, changed('"relu"', '"re'))
        model = only(new.program)
        assert new.document[model.span] == "Sequential"
        assert model.call is not None
        assert new.document[model.call.span].startswith("keras.Sequential([")
        assert new.document[model.call.span].endswith("])")
        assert [words(new, layer) for layer in model.layers[-2:]] == ["", 'layers.Dense(1, activation="softmax")']
        assert [new.document[event.span] for event in model.events if event.kind == "fit"] == [
            "model.fit(x, y, epochs=5)"
        ]

    def test_a_call_that_is_being_edited_keeps_its_place(self) -> None:
        new = bridge(analysis(TEXT), changed("epochs=5", "epochs=5, batch_size=(, verbose=0"))
        (fit,) = only(new.program).fits
        assert new.document[fit.span] == "model.fit(x, y, epochs=5, batch_size=(, verbose=0)"
        assert fit.call is not None
        epochs = fit.call.given("epochs")
        assert epochs is not None and new.document[epochs.span] == "5"


def only(program: Program | None) -> Model:
    assert program is not None
    (model,) = program.models
    return model


def words(analysis: Analysis, layer: Layer) -> str:
    return analysis.document[layer.call.span]


class TestBridged:
    def test_the_error_and_what_was_known(self) -> None:
        old = analysis(TEXT)
        rules = [item.rule for item in old.report.findings]
        assert "softmax-on-one-unit" in rules
        new = bridge(old, TEXT + "x = (\n")
        assert sorted(item.rule for item in new.report.findings) == sorted([*rules, "syntax-error"])
        assert [item.place() for item in new.report.findings] == sorted(item.place() for item in new.report.findings)
        assert new.report.document is new.document
        assert new.stale

    def test_held_back_stays_held_back(self) -> None:
        text = changed('"softmax"),', '"softmax"),  # default-lint: ignore[softmax-on-one-unit]')
        new = bridge(analysis(text), "x = (\n" + text)
        assert "softmax-on-one-unit" in [item.rule for item in new.report.suppressed]
        assert "softmax-on-one-unit" not in [item.rule for item in new.report.findings]

    def test_typing_a_line_letter_by_letter(self) -> None:
        """Findings outside of the line never go away, and after each letter they stand at their words."""
        old = analysis(TEXT)
        typed = '    layers.Dense(16, activation="tanh"),\n'
        place = TEXT.index("    layers.Dense(1,")
        for count in range(1, len(typed)):
            text = TEXT[:place] + typed[:count] + "\n" + TEXT[place:]
            document = Document("x.py", text)
            new = analyze(document, CURIOUS)
            if new.program is None:
                new = bridged(old, document, new.report)
            found = [document[item.span] for item in new.report.findings if item.rule == "softmax-on-one-unit"]
            assert found == ['"softmax"'], typed[:count]

    def test_cells_that_were_split(self) -> None:
        line = 'model.add(layers.Dense(1, activation="softmax", name="""a\nb"""))'
        head = "import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((4,))])\n"
        document = notebooks.joined("n.ipynb", [head, line])
        assert isinstance(document, Document)
        old = analyze(document, CURIOUS)
        told = finding(part(document.text, line))
        old = replace(old, report=replace(old.report, findings=(*old.report.findings, told)))
        split = notebooks.joined("n.ipynb", [head, *line.split("\n")])
        assert isinstance(split, Document)
        new = bridged(old, split, analyze(split, CURIOUS).report)
        assert split.text == document.text
        for item in new.report.findings:
            cell = split.cell_at(item.span.start)
            assert cell is not None and item.span.end <= cell.end
        assert len(new.report.findings) >= 1

    @given(st.integers(0, len(TEXT)), st.integers(0, 60), st.sampled_from(["", "(", "\n", "x = '''", "é𝄞", "\n\n)"]))
    def test_no_edit_is_a_crash(self, start: int, size: int, put: str) -> None:
        document = Document("x.py", TEXT[:start] + put + TEXT[start + size :])
        result = analyze(document, CURIOUS)
        result = bridged(GOOD, document, result.report)
        for item in result.report.findings:
            assert 0 <= item.span.start <= item.span.end <= len(document.text)
        for _, _, span in things(result.program, {}):
            assert 0 <= span.start <= span.end <= len(document.text)


GOOD = analysis(TEXT)
