"""Ignore comments: what they cover, what they do not, and what is said about those that do nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint import suppression
from default_lint.files import apply_edits, from_bytes
from default_lint.findings import Confidence, Finding, Fix, Note, Safety, Severity, Suppression
from default_lint.settings import SYNTAX_ERROR, UNKNOWN_SUPPRESSION, UNUSED_SUPPRESSION, RuleName, Settings
from default_lint.suppression import suppress
from default_lint.text import Cell, Document, Span

SOFTMAX = RuleName("softmax-on-one-unit", "ACT101", "activation")
LOSS = RuleName("accuracy-for-regression", "LOS127", "loss")


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (SOFTMAX, LOSS, SYNTAX_ERROR, UNUSED_SUPPRESSION, UNKNOWN_SUPPRESSION)
    monkeypatch.setattr(suppression, "rule_names", lambda: rules)


def finding(span: Span, rule: RuleName = SOFTMAX, note: Span | None = None) -> Finding:
    notes = (Note("the other half", note),) if note is not None else ()
    return Finding(rule.name, rule.code, span, "a fact", Severity.ERROR, Confidence.HIGH, rule.family, notes=notes)


def run(
    text: str, rule: RuleName = SOFTMAX, settings: Settings | None = None
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Suppression, ...]]:
    """Suppress a finding at each `BAD` in the text."""
    document = Document("x.py", text)
    found, position = [], text.find("BAD")
    while position != -1:
        found.append(finding(Span(position, position + 3), rule))
        position = text.find("BAD", position + 1)
    return suppress(found, document, settings or Settings())


def kept(text: str, **options: Settings) -> list[str]:
    return [entry.rule for entry in run(text, **options)[0]]


IGNORE = "# default-lint: ignore[softmax-on-one-unit]"

HELD = {
    "end of line": f"x = BAD  {IGNORE}\n",
    "by code": "x = BAD  # default-lint: ignore[ACT101]\n",
    "several names": "x = BAD  # default-lint: ignore[ softmax-on-one-unit , LOS127] because\n",
    "without spaces": "x = BAD#default-lint:ignore[ACT101]\n",
    "after another comment": f"x = BAD  # type: ignore  {IGNORE}\n",
    "first line of a statement": f"model.compile(  {IGNORE}\n    loss=1,\n    metrics=BAD,\n)\n",
    "last line of a statement": f"model.compile(\n    loss=1,\n    metrics=BAD,\n)  {IGNORE}\n",
    "last line of a call in a statement": f"m = M([\n    Dense(\n        BAD\n    ),  {IGNORE}\n    Dense(2),\n])\n",
    "first line of a call in a statement": f"m = Sequential([\n    Dense(  {IGNORE}\n        BAD\n    ),\n])\n",
    "own line above": f"{IGNORE}\nx = BAD\n",
    "own line above, some lines higher": f"{IGNORE}\n\n# prose\nx = (\n    BAD\n)\n",
    "own line above a definition": f"{IGNORE}\n@wrap\ndef build():\n    x = 1\n    return BAD\n",
    "own line above two statements on one line": f"{IGNORE}\ny = 1; x = (\n    BAD\n)\n",
    "own line within a bracket": f"m = Sequential([\n    {IGNORE}\n    Dense(\n        BAD,\n    ),\n])\n",
    "own line as first in a body": f"def build():\n    {IGNORE}\n    x = (\n        BAD\n    )\n",
    "header of a compound statement": f"for i in (\n    BAD,\n):  {IGNORE}\n    pass\n",
    "line in the middle": f"x = [\n    1,\n    BAD,  {IGNORE}\n    2,\n]\n",
    "after a triple-quoted string": f'"""# text"""\nx = BAD  {IGNORE}\n',
    "file": "# default-lint: file-ignore[ACT101] generated\n" + "x = BAD\n" * 3,
    "file, at the end": "x = BAD\n# default-lint: file-ignore[ACT101]\n",
    "noqa": "x = BAD  # noqa: ACT101\n",
    "noqa among others": "x = BAD  # noqa: E501,ACT101, W291\n",
    "noqa in small letters": "x = BAD  # NoQA:act101\n",
    "carriage returns": f"x = 1\r\nx = BAD  {IGNORE}\r\n",
    "wide characters": f"s = '𝄞é'; x = BAD  {IGNORE}\n",
    "code that does not parse": f"x = (\ny = BAD  {IGNORE}\n",
    "own line in code that does not parse": f"x = (\n{IGNORE}\n# more\ny = BAD\n",
}

KEPT = {
    "another line": f"y = 1  {IGNORE}\nx = BAD\n",
    "another rule": "x = BAD  # default-lint: ignore[LOS127]\n",
    "a family": "x = BAD  # default-lint: ignore[activation]\n",
    "no brackets": "x = BAD  # default-lint: ignore\n",
    "blanket noqa": "x = BAD  # noqa\n",
    "noqa of others": "x = BAD  # noqa: E501\n",
    "in a string": f"x = BAD; s = '{IGNORE}'\n",
    "in a docstring": f'def f():\n    """Text.\n\n    {IGNORE}\n    """\n    return BAD\n',
    "a line in the middle of a statement": f"f(\n    a=1,  {IGNORE}\n    b=BAD,\n)\n",
    "the body of a compound statement": f"if x:  {IGNORE}\n    y = BAD\n",
    "the statement before": f"x = BAD\n{IGNORE}\ny = 1\n",
    "the second statement below": f"{IGNORE}\ny = 1\nx = BAD\n",
    "unknown form": "x = BAD  # default-lint: disable[ACT101]\n",
}


@pytest.mark.parametrize("text", HELD.values(), ids=HELD)
def test_held_back(text: str) -> None:
    left, held, _ = run(text)
    assert [entry.rule for entry in left if entry.rule == SOFTMAX.name] == []
    assert held


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_kept(text: str) -> None:
    left, held, _ = run(text)
    assert [entry.rule for entry in left if entry.rule == SOFTMAX.name] == [SOFTMAX.name]
    assert held == ()


def test_the_line_of_a_note_counts() -> None:
    text = f"a = 1  {IGNORE}\nb = 2\n"
    start = text.index("b")
    document = Document("x.py", text)
    left, held, unused = suppress([finding(Span(start, start + 1), note=Span(0, 1))], document, Settings())
    assert (left, len(held), unused) == ((), 1, ())


def test_in_a_notebook_a_comment_ends_with_its_cell() -> None:
    first = f"x = 1\n{IGNORE}\n"
    text = f"{first}\nBAD"
    cells = (Cell(1, 0, len(first)), Cell(2, len(first) + 1, len(text)))
    left, held, unused = suppress(
        [finding(Span(len(text) - 3, len(text)))], Document("n.ipynb", text, cells), Settings()
    )
    assert held == ()
    assert len(unused) == 1
    assert {entry.rule for entry in left} == {SOFTMAX.name, "unused-suppression"}


def fixed(text: str, found: Finding) -> str:
    return apply_edits(text, found.fixes[0].edits)


class TestUnused:
    @pytest.mark.parametrize(
        ("text", "message", "after"),
        [
            (f"x = 1  {IGNORE} why\n", "suppression of `softmax-on-one-unit` holds back nothing", "x = 1\n"),
            (f"a\n    {IGNORE}\nx = 1\n", "suppression of `softmax-on-one-unit` holds back nothing", "a\nx = 1\n"),
            (f"a\n{IGNORE}", "suppression of `softmax-on-one-unit` holds back nothing", "a\n"),
            (
                "x = BAD  # default-lint: ignore[ACT101, LOS127] why\n",
                "suppression of `LOS127` holds back nothing",
                "x = BAD  # default-lint: ignore[ACT101] why\n",
            ),
            (
                "x = 1  # default-lint: ignore[ACT101, LOS127]\n",
                "suppression of `ACT101`, `LOS127` holds back nothing",
                "x = 1\n",
            ),
            (
                f"x = 1  {IGNORE} why # noqa: E501\n",
                "suppression of `softmax-on-one-unit` holds back nothing",
                "x = 1 # noqa: E501\n",
            ),
            ("# default-lint: file-ignore[ACT101]\nx\n", "suppression of `ACT101` holds back nothing", "x\n"),
        ],
    )
    def test_is_told_and_removed(self, text: str, message: str, after: str) -> None:
        left, _, unused = run(text)
        assert [entry.message for entry in left] == [message]
        assert left[0].fixes[0].safety is Safety.SAFE
        assert (left[0].severity, left[0].confidence) == (Severity.WARNING, Confidence.HIGH)
        assert fixed(text, left[0]) == after
        assert len(unused) == 1
        assert run(after)[2] == ()

    def test_the_reason_is_kept(self) -> None:
        (entry,) = run(f"x = 1  {IGNORE} - we measured it\n")[2]
        assert entry.reason == "we measured it"

    def test_a_rule_that_is_off_proves_nothing(self) -> None:
        assert run(f"x = 1  {IGNORE}\n", settings=Settings(ignore=("ACT101",))) == ((), (), ())

    def test_a_file_that_does_not_parse_proves_nothing(self) -> None:
        text = f"x = (  {IGNORE}\n"
        error = finding(Span(4, 5), SYNTAX_ERROR)
        assert suppress([error], Document("x.py", text), Settings()) == ((error,), (), ())

    def test_it_can_be_turned_off_or_suppressed(self) -> None:
        assert kept(f"x = 1  {IGNORE}\n", settings=Settings(ignore=("unused-suppression",))) == []
        assert kept("x = 1  # default-lint: ignore[ACT101, unused-suppression]\n") == []

    def test_noqa_is_no_business_of_ours(self) -> None:
        assert run("x = 1  # noqa: ACT101\n") == ((), (), ())


class TestUnknown:
    @pytest.mark.parametrize(
        ("comment", "message"),
        [
            (
                "ignore[softmax-on-one-units]",
                "suppression of unknown rule `softmax-on-one-units`, did you mean `softmax",
            ),
            ("ignore[banana]", "suppression of unknown rule `banana`"),
            ("ignore", "`ignore` names no rule, so it suppresses nothing"),
            ("ignore[]", "`ignore` names no rule, so it suppresses nothing"),
            ("file-ignore", "`file-ignore` names no rule, so it suppresses nothing"),
            ("ignore[activation]", "suppression of `activation` instead of single rules"),
            ("ignore[ALL]", "suppression of `ALL` instead of single rules"),
            ("disable[ACT101]", "`disable` is no form of suppression"),
            ("ingore", "`ingore` is no form of suppression, did you mean `ignore`?"),
        ],
    )
    def test_is_told(self, comment: str, message: str) -> None:
        left = run(f"x = 1  # default-lint: {comment}\n")[0]
        assert [entry.rule for entry in left] == ["unknown-suppression"]
        assert left[0].message.startswith(message)

    def test_the_fix_names_the_rule_that_was_meant(self) -> None:
        text = "x = BAD  # default-lint: ignore[softmax-on-1-unit]\n"
        (told,) = (entry for entry in run(text)[0] if entry.rule == "unknown-suppression")
        assert fixed(text, told) == f"x = BAD  {IGNORE}\n"
        assert isinstance(told.fixes[0], Fix)

    def test_prose_is_not_a_suppression(self) -> None:
        assert run("# default-lint: see the documentation of layers\nx = 1\n") == ((), (), ())


def test_without_comments_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "read_comments", None)
    assert len(run("x = BAD\n")[0]) == 1


PIECES = [
    "# default-lint: ignore[ACT101]",
    "# noqa: ACT101",
    "x = BAD",
    "\n",
    "    ",
    "'",
    '"""',
    "(",
    ")",
    "\\",
    "def f():",
    "é",
    "\r",
    "\x0c",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_is_a_crash_and_spans_lie_inside(text: str) -> None:
    left, held, unused = run(text)
    for entry in (*left, *held):
        assert 0 <= entry.span.start <= entry.span.end <= len(text)
        for fix in entry.fixes:
            apply_edits(text, fix.edits)
    for comment in unused:
        assert 0 <= comment.covers.start <= comment.covers.end <= len(text)


def test_a_document_of_files_is_taken_as_it_is() -> None:
    document = from_bytes("x.py", f"import keras\nx = BAD  {IGNORE}\n".encode())
    assert isinstance(document, Document)
    assert suppress([finding(Span(17, 20))], document, Settings())[0] == ()
