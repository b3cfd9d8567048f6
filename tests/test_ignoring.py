"""`suppression.ignore`: the comment that it writes holds back the finding, and changes nothing else."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from default_lint import files, notebooks
from default_lint.engine import check
from default_lint.files import apply_edits
from default_lint.findings import Confidence, Edit, Finding, Report, Severity
from default_lint.settings import Settings
from default_lint.suppression import ignore, suppress
from default_lint.text import Cell, Document, Span
from tests.rules.markdown import blocks

ROOT = Path(__file__).parents[1]
ALL = Settings(audience="curious")
NOTEBOOKS = sorted(ROOT.glob("examples/**/*.ipynb"))
SCRIPTS = sorted(ROOT.glob("examples/**/*.py"))
OWN = ("unused-suppression", "unknown-suppression")


def loaded(path: Path) -> Document:
    document = files.load(str(path), explicit=True)
    assert isinstance(document, Document)
    return document


def after(document: Document, edit: Edit) -> Document:
    """The document with the edit in its file."""
    again = files.reread(document, files.rebuild(document, [edit]))
    assert isinstance(again, Document)
    return again


def moved(place: int, edit: Edit) -> int:
    return place + (len(edit.text) if edit.span.start <= place else 0)


def names(report: Report, edit: Edit | None = None) -> list[tuple[str, int, str]]:
    place = (lambda start: start) if edit is None else (lambda start: moved(start, edit))
    return [(item.rule, place(item.span.start), item.message) for item in (*report.findings, *report.suppressed)]


def assert_held(before: Report, finding: Finding) -> None:
    """The edit suppresses the finding, with others of the rule at most, and leaves the meaning alone."""
    document = before.document
    edit = ignore(document, finding)
    assert edit is not None, document[finding.span]
    assert edit.span.start == edit.span.end
    text = apply_edits(document.text, [edit])
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(document.text))
    changed = after(document, edit)
    assert changed.text == text
    report = check(changed, ALL)
    wanted = (finding.rule, moved(finding.span.start, edit), finding.message)
    assert wanted in [(item.rule, item.span.start, item.message) for item in report.suppressed]
    assert wanted not in [(item.rule, item.span.start, item.message) for item in report.findings]
    assert report.unused == before.unused == ()
    assert not {item.rule for item in report.findings} & set(OWN)
    assert sorted(names(report)) == sorted(names(before, edit))
    gone = len(before.findings) - len(report.findings)
    assert gone <= sum(item.rule == finding.rule for item in before.findings)


def assert_all_held(document: Document) -> int:
    before = check(document, ALL)
    for finding in before.findings:
        if finding.rule != "syntax-error":
            assert_held(before, finding)
    return len(before.findings)


@pytest.mark.parametrize("path", [*SCRIPTS, *NOTEBOOKS], ids=lambda path: path.stem)
def test_every_finding_of_the_examples(path: Path) -> None:
    assert_all_held(loaded(path))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_finding_of_the_examples_with_carriage_returns(path: Path) -> None:
    document = loaded(path)
    assert_all_held(Document(document.path, document.text.replace("\n", "\r\n").removesuffix("\r\n")))


BLOCKS = [block for block in blocks() if "default-lint:" not in block.text]


@pytest.mark.parametrize("family", sorted({block.path.parent.name for block in BLOCKS}))
def test_every_finding_of_the_rules(family: str) -> None:
    texts = [block.text for block in BLOCKS if block.path.parent.name == family]
    assert sum(assert_all_held(Document("program.py", text)) for text in texts) > 10


HEAD = "import keras\nfrom keras import layers\n"
NAME = "softmax-on-one-unit"
OUR = f"# default-lint: ignore[{NAME}]"


def ignored(code: str, head: str = HEAD) -> str | None:
    """The code after the softmax in it is ignored; None when that cannot be."""
    document = Document("x.py", head + code)
    report = check(document, ALL)
    found = [item for item in report.findings if item.rule == NAME]
    assert found
    edit = ignore(document, found[0])
    if edit is None:
        return None
    text = apply_edits(document.text, [edit])
    again = check(Document("x.py", text), ALL)
    assert len([item for item in again.suppressed if item.rule == NAME]) >= 1
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(document.text))
    return text.removeprefix(head)


LAYER = 'layers.Dense(1, activation="softmax")'


def model(before: str = "", behind: str = "", layer: str = LAYER) -> str:
    return f"m = keras.Sequential([\n    keras.Input((4,)),\n{before}    {layer},{behind}\n])\n"


PLACES = {
    "end of the line": (model(), model(behind=f"  {OUR}")),
    "no final newline": (model()[:-1], model(behind=f"  {OUR}")[:-1]),
    "behind spaces": (model(behind="   "), model(behind=f"   {OUR}")),
    "behind a tab": (model(behind="\t"), model(behind=f"\t {OUR}")),
    "behind words": (model(behind="  # the last"), model(behind=f"  # the last  {OUR}")),
    "behind noqa": (model(behind="  # noqa: E501"), model(behind=f"  # noqa: E501  {OUR}")),
    "behind blanket noqa": (model(behind="  # noqa"), model(behind=f"  # noqa  {OUR}")),
    "behind type": (model(behind="  # type: ignore[x]"), model(behind=f"  # type: ignore[x]  {OUR}")),
    "into the brackets": (
        model(behind="  # default-lint: ignore[dead-layer] why"),
        model(behind=f"  # default-lint: ignore[dead-layer, {NAME}] why"),
    ),
    "into empty brackets": (model(behind="  # default-lint: ignore[]"), model(behind=f"  {OUR}")),
    "behind a form without brackets": (
        model(behind="  # default-lint: ignore"),
        model(behind=f"  # default-lint: ignore  {OUR}"),
    ),
    "not into file-ignore": (
        model(behind="  # default-lint: file-ignore[dead-layer]"),
        model(behind=f"  # default-lint: file-ignore[dead-layer]  {OUR}"),
    ),
    "below brackets that stay open": (
        model(behind="  # default-lint: ignore[dead-layer"),
        model(before=f"    {OUR}\n", behind="  # default-lint: ignore[dead-layer"),
    ),
    "line that ends in a string": (
        model(layer='layers.Dense(1, activation="softmax", name="""a\nb""")'),
        model(layer='layers.Dense(1, activation="softmax", name="""a\nb""")', behind=f"  {OUR}"),
    ),
    "line that ends with a backslash": (
        f"x = keras.Input((4,))\ny = \\\n    {LAYER} \\\n    (x)\n",
        f"x = keras.Input((4,))\ny = \\\n    {LAYER} \\\n    (x)  {OUR}\n",
    ),
    "strings at both ends": (
        f's = """\n"""; m = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
        None,
    ),
    "string at the end only": (
        f'm = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
        f'{OUR}\nm = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
    ),
    "indented with tabs": (
        f'if True:\n\tm = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
        f'if True:\n\t{OUR}\n\tm = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
    ),
    "form feed": (
        f'\x0cm = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
        f'{OUR}\n\x0cm = keras.Sequential([keras.Input((4,)), {LAYER}]); t = """\n"""\n',
    ),
    "wide characters": (
        model(before='    layers.Dense(2, name="日本𝄞"),\n', behind="  # é𝄞"),
        model(before='    layers.Dense(2, name="日本𝄞"),\n', behind=f"  # é𝄞  {OUR}"),
    ),
}


@pytest.mark.parametrize(("code", "expected"), PLACES.values(), ids=PLACES)
def test_the_place(code: str, expected: str | None) -> None:
    assert ignored(code) == expected


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_a_line_above_ends_like_its_neighbors(ending: str) -> None:
    code, expected = (text.replace("\n", ending) for text in PLACES["indented with tabs"] if text is not None)
    assert ignored(code, HEAD.replace("\n", ending)) == expected


def test_comments_of_our_own_can_be_held_back() -> None:
    for code in (
        "x = 1  # default-lint: ignore[dead-layer]\n",
        "# default-lint: ignore[dead-layer]\nx = 1\n",
        "# default-lint: file-ignore[dead-layer]\nx = 1\n",
        "x = 1  # default-lint: ignore[banana]\n",
        "# default-lint: ignore[banana]\nx = 1\n",
        "# default-lint: ingore\nx = 1\n",
    ):
        document = Document("x.py", HEAD + "keras.Sequential()\n" + code)
        (finding,) = (item for item in check(document, ALL).findings if item.rule in OWN)
        edit = ignore(document, finding)
        assert edit is not None
        report = check(after(document, edit), ALL)
        assert [item.rule for item in report.findings if item.rule in OWN] == []


def test_what_does_not_parse_is_left_alone() -> None:
    document = Document("x.py", "import keras\nx = (\n")
    (finding,) = check(document, ALL).findings
    assert ignore(document, finding) is None
    other = Finding(NAME, "ACT101", Span(0, 1), "a fact", Severity.ERROR, Confidence.HIGH, "activation")
    assert ignore(document, other) is None


def opened(*cells: str) -> Document:
    document = notebooks.joined("n.ipynb", cells)
    assert isinstance(document, Document)
    return document


MAGIC = [
    "%matplotlib inline\n" + HEAD,
    f"%time m = keras.Sequential([keras.Input((4,)), {LAYER}])",
    f"%%time\n!ls\nm = keras.Sequential([keras.Input((4,)), {LAYER}])",
    f'!ls\nm = keras.Sequential([keras.Input((4,)), {LAYER}]); s = """\n"""\n',
]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(1, f"{OUR}\n{MAGIC[1]}"), (2, f"{MAGIC[2]}  {OUR}"), (3, MAGIC[3].replace("m =", f"{OUR}\nm ="))],
)
def test_in_a_notebook_the_comment_stays_in_its_cell_and_magics_as_they_are(cell: int, expected: str) -> None:
    document = opened(*MAGIC)
    found = [item for item in check(document, ALL).findings if item.rule == NAME]
    edit = ignore(document, found[cell - 1])
    assert edit is not None
    changed = [*MAGIC]
    changed[cell] = expected
    text = files.rebuild(document, [edit])
    assert notebooks.sources(text) == changed
    again = files.reread(document, text)
    assert isinstance(again, Document)
    assert len([item for item in check(again, ALL).findings if item.rule == NAME]) == 2
    assert json.loads(text)["nbformat"] == 4


CHUNKS = [
    "x = BAD",
    "f(\n    BAD,\n)",
    "f(1,\n  BAD,  # why\n  g(BAD,\n    2))",
    "if x:\n    y = BAD; z = 1",
    "if (x,\n    BAD): y = BAD",
    "if x:\n\tf(BAD)\n\tg(1,\n\t  BAD)",
    "def f(a=BAD):\n    return g(BAD,\n    )",
    "@wrap(BAD)\nclass C(BAD):\n    # why\n    y = BAD",
    's = """BAD\nBAD"""; t = BAD',
    's = """\n"""; f(BAD); t = """\n"""',
    's = """\n"""; f("""\n""", BAD, """\n"""); t = """\n"""',
    "u = BAD + \\\n    BAD",
    "x = BAD  # noqa: E501",
    "x = BAD \t ",
    "x = BAD  # default-lint: ignore[dead-layer]",
    "x = BAD  # default-lint: ignore[ dead-layer , ] why # noqa",
    "# default-lint: ignore[dead-layer",
    "x = BAD  # default-lint: ignore[dead-layer",
    "# why \\",
    "v = 'é#' + f'{BAD}'",
    "0    ;w = BAD",
    "\x0cx = BAD",
    "",
]


@settings(max_examples=600)
@given(
    st.lists(st.sampled_from(CHUNKS), max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(0, 4),
)
def test_whatever_the_text_the_comment_is_read_as_meant(chunks: list[str], ending: str, last: bool, split: int) -> None:
    lines = [chunk.replace("\n", ending) for chunk in chunks]
    text = ending.join(lines) + (ending if last else "")
    document = Document("x.py", text)
    if 0 < split < len(lines):
        at = len(ending.join(lines[:split]))
        text = text[:at] + "\n" + text[at + len(ending) :]
        document = Document("x.ipynb", text, (Cell(1, 0, at), Cell(2, at + 1, len(text))))
    for match in re.finditer("BAD", text):
        finding = Finding("dead-unit", "X", Span(*match.span()), "a fact", Severity.ERROR, Confidence.HIGH, "layer")
        edit = ignore(document, finding)
        if edit is None:
            continue
        changed = apply_edits(text, [edit])
        assert ast.dump(ast.parse(changed)) == ast.dump(ast.parse(text))
        shift = [cell for cell in document.cells if cell.start > edit.span.start]
        grown = [cell for cell in document.cells if cell.start <= edit.span.start <= cell.end]
        size = len(edit.text)
        cells = {cell: (cell.start + size, cell.end + size) for cell in shift}
        cells |= {cell: (cell.start, cell.end + size) for cell in grown[:1]}
        now = tuple(Cell(cell.number, *cells.get(cell, (cell.start, cell.end))) for cell in document.cells)
        place = moved(match.start(), edit)
        told = replace(finding, span=Span(place, place + 3))
        assert suppress([told], Document("x.py", changed, now), ALL)[1] == (told,)
