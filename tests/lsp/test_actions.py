"""Code actions as edits: fixing all does what `--fix` does, and each offer can be taken."""

from __future__ import annotations

import ast
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from default_lint import files, fixing, notebooks
from default_lint.cli import main
from default_lint.engine import check
from default_lint.files import apply_edits
from default_lint.findings import Edit, Finding, Fix, Safety
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lsp.actions import EXPLAIN, FIX, FIX_RULE, IGNORE, Offer, fix_all, offered
from default_lsp.analysis import Analysis, analyze
from tests.output.making import finding

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*ROOT.glob("examples/*/*.py"), *ROOT.glob("tests/programs/faulty/*.py")])
NOTEBOOKS = sorted([*ROOT.glob("examples/*/*.ipynb"), *ROOT.glob("tests/programs/*/*.ipynb")])
CURIOUS = Settings(audience="curious")


def analysis(document: Document | str, settings: Settings = CURIOUS) -> Analysis:
    return analyze(files.from_text("x.py", document) if isinstance(document, str) else document, settings)


def loaded(path: Path) -> Document:
    document = files.load(str(path), explicit=True)
    assert isinstance(document, Document)
    return document


def assert_small(document: Document, edits: tuple[Edit, ...]) -> None:
    """Edits in order that neither overlap nor reach beyond a cell, and change something."""
    for one, other in pairwise(edits):
        assert one.span.end < other.span.start
    for edit in edits:
        assert document[edit.span] != edit.text
        cell = document.cell_at(edit.span.start)
        assert cell is None or edit.span.end <= cell.end


def by_command(path: Path, *options: str) -> str:
    main(["check", "--fix", "--quiet", "--no-cache", "--audience", "curious", *options, str(path)])
    return path.read_bytes().decode()


class TestFixAll:
    @pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
    @pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
    def test_a_script_becomes_what_the_command_line_makes_of_it(self, path: Path, unsafe: bool, tmp_path: Path) -> None:
        copy = tmp_path / path.name
        shutil.copy(path, copy)
        document = loaded(copy)
        edits = fix_all(analysis(document), unsafe)
        assert_small(document, edits)
        assert apply_edits(document.text, edits) == by_command(copy, *(["--unsafe-fixes"] if unsafe else []))

    @pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
    @pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
    def test_a_notebook_becomes_what_the_command_line_makes_of_it(
        self, path: Path, unsafe: bool, tmp_path: Path
    ) -> None:
        copy = tmp_path / path.name
        shutil.copy(path, copy)
        before = notebooks.sources(copy.read_text(encoding="utf-8"))
        document = notebooks.joined(str(copy), before)
        assert isinstance(document, Document)
        edits = fix_all(analysis(document), unsafe)
        assert_small(document, edits)
        after = notebooks.sources(by_command(copy, *(["--unsafe-fixes"] if unsafe else [])))
        assert in_cells(document, before, edits) == after

    def test_there_is_something_to_fix(self) -> None:
        """Else the two above show nothing."""
        for paths in (SCRIPTS, NOTEBOOKS):
            assert any(fix_all(analysis(loaded(path)), True) for path in paths)

    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_line_endings_and_byte_order_mark(self, mark: str, tmp_path: Path) -> None:
        text = mark + OLD.replace("\n", "\r\n")
        path = tmp_path / "x.py"
        path.write_bytes(text.encode())
        document = loaded(path)
        edits = fix_all(analysis(document))
        assert edits
        assert mark + apply_edits(document.text, edits) == by_command(path)

    def test_magics_are_in_no_edit(self) -> None:
        cells = [None, "%matplotlib inline\nimport keras\n", "!ls\n" + OLD + "!ls\n%cd x\n", None, "%time " + OLD]
        document = notebooks.joined("n.ipynb", cells)
        assert isinstance(document, Document)
        edits = fix_all(analysis(document))
        assert_small(document, edits)
        assert len({document.cell_at(edit.span.start) for edit in edits}) == 2
        after = in_cells(document, cells, edits)
        assert after == [cell and cell.replace("lr=", "learning_rate=") for cell in cells]
        assert all(edit.text == "learning_rate" for edit in edits)

    def test_fixes_that_need_more_than_one_round(self) -> None:
        document = Document("x.py", "abcdef\n")
        rounds = [
            [Edit(Span(1, 2), "XY"), Edit(Span(4, 4), "!")],  # aXYcd!ef
            [Edit(Span(2, 5), "z"), Edit(Span(5, 6), "")],  # aXzef
            [Edit(Span(5, 5), "?")],
        ]
        text = document.text
        for edits in rounds:
            text = apply_edits(text, edits)
        whole = fixing.composed(document.text, rounds)
        assert apply_edits(document.text, whole) == text
        assert whole == (Edit(Span(1, 4), "Xz"), Edit(Span(6, 6), "?"))

    def test_nothing_when_the_text_does_not_parse_or_is_not_read(self) -> None:
        assert fix_all(analysis(OLD + "x = (\n")) == ()
        assert fix_all(analysis("import torch\n")) == ()

    def test_settings_say_what_may_be_fixed(self) -> None:
        assert fix_all(analysis(OLD))
        assert fix_all(analysis(OLD, Settings(audience="curious", unfixable=("ALL",)))) == ()


OLD = 'import keras; opt = keras.optimizers.Adam(lr=0.001); m = keras.Sequential(); m.compile(opt, "mse")\n'


def in_cells(document: Document, cells: list[str | None], edits: tuple[Edit, ...]) -> list[str | None]:
    """The cells' own texts after edits of the joined one."""
    after = list(cells)
    for cell in document.cells:
        mine = [edit for edit in edits if cell.start <= edit.span.start <= cell.end]
        local = [Edit(Span(edit.span.start - cell.start, edit.span.end - cell.start), edit.text) for edit in mine]
        after[cell.number - 1] = apply_edits(cells[cell.number - 1] or "", local)
    return after


TEXT = """\
import keras
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile(optimizer=keras.optimizers.Adam(lr=0.001), loss="binary_crossentropy")
other = keras.optimizers.SGD(lr=0.01)
third = keras.optimizers.SGD(lr=0.02)
"""


def at(text: str, part: str) -> Span:
    return Span(text.index(part), text.index(part))


def offers(text: str, part: str, settings: Settings = CURIOUS) -> list[Offer]:
    result = analysis(text, settings)
    return offered(result, result.report.findings, at(text, part))


class TestOffered:
    def test_a_safe_fix_comes_first_and_is_preferred(self) -> None:
        found = offers(TEXT, "lr=0.01")
        assert [(offer.title, offer.kind, offer.preferred) for offer in found] == [
            ("Rename to `learning_rate`", FIX, True),
            ("Fix all `legacy-lr-argument` in this file", FIX_RULE, False),
            ("Ignore `legacy-lr-argument` here", IGNORE, False),
            ("Explain `legacy-lr-argument`", EXPLAIN, False),
        ]
        assert apply_edits(TEXT, found[0].edits) == TEXT.replace("lr=0.01)", "learning_rate=0.01)")
        assert apply_edits(TEXT, found[1].edits) == TEXT.replace("lr=0.0", "learning_rate=0.0")
        ignored = apply_edits(TEXT, found[2].edits)
        assert ignored == TEXT.replace("lr=0.01)", "lr=0.01)  # default-lint: ignore[legacy-lr-argument]")
        assert found[3].edits == ()

    def test_unsafe_fixes_are_offered_and_not_preferred(self) -> None:
        found = [offer for offer in offers(TEXT, '"softmax"') if offer.kind == FIX]
        assert found
        assert all(offer.safety is Safety.UNSAFE and not offer.preferred for offer in found)
        for offer in found:
            ast.parse(apply_edits(TEXT, offer.edits))

    def test_the_cursor_may_be_at_either_end(self) -> None:
        result = analysis(TEXT)
        (place,) = {item.span for item in result.report.findings if item.rule == "softmax-on-one-unit"}
        for offset, met in ((place.start - 1, False), (place.start, True), (place.end, True), (place.end + 1, False)):
            found = offered(result, result.report.findings, Span(offset, offset))
            assert any(offer.finding.rule == "softmax-on-one-unit" for offer in found) is met

    def test_one_finding_is_no_reason_to_fix_all(self) -> None:
        text = TEXT.replace("lr=0.02", "learning_rate=0.02").replace("Adam(lr", "Adam(learning_rate")
        assert FIX_RULE not in [offer.kind for offer in offers(text, "lr=0.01")]

    def test_settings_say_what_is_offered(self) -> None:
        found = offers(TEXT, "lr=0.01", Settings(unfixable=("legacy-lr-argument",)))
        assert [offer.kind for offer in found] == [IGNORE, EXPLAIN]

    def test_what_is_only_shown_is_not_offered(self) -> None:
        place = Span(0, 6)
        fixes = [Fix("s", (Edit(place, "x"),), Safety.SHOWN), Fix("t", (), Safety.SAFE)]
        outside = Fix("o", (Edit(Span(0, 10_000), "x"),), Safety.SAFE)
        told = finding(place, fixes=[*fixes, outside])
        assert [offer.kind for offer in offered(analysis(TEXT), [told], place)] == [IGNORE, EXPLAIN]

    def test_titles_are_told_apart(self) -> None:
        def fix(text: str) -> Fix:
            return Fix("Do it", (Edit(Span(0, 0), text),), Safety.SAFE)

        findings = [
            finding(Span(0, 6), rule="one", fixes=[fix("a")]),
            finding(Span(0, 6), rule="two", fixes=[fix("b")]),
            finding(Span(0, 12), rule="two", fixes=[fix("b")]),
            finding(Span(7, 12), rule="three", fixes=[fix("c")]),
            finding(Span(13, 17), rule="three", fixes=[fix("d")]),
        ]
        found = offered(analysis(TEXT), findings, Span(0, 20))
        titles = [offer.title for offer in found]
        assert len(set(titles)) == len(titles)
        assert titles[:4] == [
            "Do it (`one`)",
            "Do it (`two`)",
            "Do it (line 1, column 8)",
            "Do it (line 2, column 1)",
        ]
        assert titles.count("Explain `two`") == titles.count("Ignore `two` here") == 1

    def test_what_does_not_parse_is_explained_only(self) -> None:
        assert [offer.title for offer in offers("import keras\nx = (\n", "(")] == ["Explain `syntax-error`"]

    @pytest.mark.parametrize("path", [*SCRIPTS, *NOTEBOOKS], ids=lambda path: path.stem)
    def test_every_offer_can_be_taken(self, path: Path) -> None:
        document = loaded(path)
        result = analysis(document)
        for told in result.report.findings:
            found = offered(result, result.report.findings, told.span)
            titles = [offer.title for offer in found]
            assert len(set(titles)) == len(titles)
            assert f"Explain `{told.rule}`" in titles
            assert f"Ignore `{told.rule}` here" in "".join(titles)
            for offer in found:
                assert fixing.parses(apply_edits(document.text, offer.edits)), offer.title
                if offer.preferred:
                    assert gone(document, offer)


def gone(document: Document, offer: Offer) -> bool:
    """Whether a rule finds less after its fix."""
    again = files.reread(document, files.rebuild(document, offer.edits))
    assert isinstance(again, Document)

    def count(findings: tuple[Finding, ...]) -> int:
        return sum(item.rule == offer.finding.rule for item in findings)

    return count(check(again, CURIOUS).findings) < count(check(document, CURIOUS).findings)


def test_the_notebook_of_an_editor_is_the_one_of_the_file() -> None:
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        document, mine = loaded(path), notebooks.joined(str(path), notebooks.sources(text))
        assert isinstance(mine, Document)
        assert (mine.text, mine.cells) == (document.text, document.cells)
        assert notebooks.sources(json.dumps(json.loads(mine.original or ""))) == notebooks.sources(text)
