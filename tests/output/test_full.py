from __future__ import annotations

import re
from io import StringIO

import pytest

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Report, Safety, Severity
from default_lint.output import View, full
from default_lint.output.summary import Tally, closing
from default_lint.text import Document, Span
from tests.output.making import MODEL, finding, notebook, report, softmax, span


def shown(*reports: Report, view: View | None = None) -> str:
    out = StringIO()
    full.write(reports, out, view or View())
    return out.getvalue()


def under(text: str, where: Span, *notes: Note, width: int = 0) -> list[str]:
    """The rows of the frame of one finding."""
    drawn = shown(report(finding(where, "m", notes=notes), text=text), view=View(width=width))
    return drawn.rstrip("\n").split("\n")[2:]


def test_a_finding_is_shown_with_its_code_its_notes_and_its_fixes():
    assert (
        shown(report(softmax()))
        == """\
error[softmax-on-one-unit]: softmax over 1 unit always outputs 1.0
  --> train.py:6:32
   |
 4 | model = keras.Sequential([
 5 |     layers.Dense(64, activation="relu"),
 6 |     layers.Dense(1, activation="softmax"),
   |                                ^^^^^^^^^
 7 | ])
 8 |
 9 | model.compile("adam", loss="binary_crossentropy")
   |                            --------------------- the loss reads it as a probability
   |
   = note: Keras is silent
   = help: replace softmax by sigmoid [safe fix]
   = or: give the layer 2 units [suggestion]
   |
 6 -     layers.Dense(1, activation="softmax"),
 6 +     layers.Dense(1, activation="sigmoid"),

"""
    )


def test_a_finding_that_is_not_sure_says_so():
    one = finding(span(MODEL, "epochs=5"), "few", severity=Severity.WARNING, confidence=Confidence.MEDIUM)
    assert "  --> train.py:10:17  (medium confidence)\n" in shown(report(one))


def test_distant_notes_share_the_frame_with_a_gap():
    text = "a = 1\n" + "\n" * 10 + "b = 2\n"
    assert under(text, span(text, "1"), Note("far", span(text, "2"))) == [
        "   |",
        " 1 | a = 1",
        "   |     ^",
        "...",
        "12 | b = 2",
        "   |     - far",
    ]


def test_a_single_line_between_two_places_is_shown():
    text = "a = 1\nx\ny\nz\nb = 2\n"
    rows = under(text, span(text, "1"), Note("near", span(text, "2")))
    assert [row for row in rows if row.startswith(("1", "2", "3", "4", "5"))] == [
        "1 | a = 1", "2 | x", "3 | y", "4 | z", "5 | b = 2",
    ]  # fmt: skip


def test_labels_on_one_line_hang_below_each_other():
    text = "f(alpha=1, beta=2, gamma=3)\n"
    rows = under(text, span(text, "beta=2"), Note("first", span(text, "alpha=1")), Note("last", span(text, "gamma=3")))
    assert rows == [
        "  |",
        "1 | f(alpha=1, beta=2, gamma=3)",
        "  |   -------  ^^^^^^  ------- last",
        "  |   |",
        "  |   first",
    ]


def test_tabs_and_wide_characters_keep_the_carets_in_place():
    text = '\tf("日本", x)\n'
    assert under(text, span(text, "x")) == ["  |", '1 |     f("日本", x)', "  |               ^"]
    text = "e\u0301 = f(x)\n"
    assert under(text, span(text, "x")) == ["  |", "1 | e\u0301 = f(x)", "  |       ^"]


def test_an_empty_place_gets_one_caret():
    text = "f()\n"
    assert under(text, Span(2, 2)) == ["  |", "1 | f()", "  |   ^"]


def test_the_end_of_the_text_can_be_pointed_at():
    assert under("f(", Span(2, 2)) == ["  |", "1 | f(", "  |   ^"]
    assert under("", Span(0, 0)) == ["  |", "1 |", "  | ^"]


def test_several_lines_are_bracketed():
    text = "a\nfit(\n    x,\n    epochs=5,\n)\nb\n"
    where = span(text, "fit(\n    x,\n    epochs=5,\n)")
    assert under(text, where, Note("here", span(text, "5"))) == [
        "  |",
        "1 |   a",
        "2 | / fit(",
        "3 | |     x,",
        "4 | |     epochs=5,",
        "  | |            - here",
        "5 | | )",
        "  | |_^",
        "6 |   b",
    ]


def test_several_lines_that_begin_within_a_line_are_led_to():
    text = "model = Sequential([\n    a,\n])\n"
    assert under(text, span(text, "Sequential([\n    a,\n])")) == [
        "  |",
        "1 |   model = Sequential([",
        "  |  _________^",
        "2 | |     a,",
        "3 | | ])",
        "  | |__^",
    ]


def test_the_middle_of_many_lines_is_left_out():
    text = "f(\n" + "".join(f"    a{number},\n" for number in range(20)) + ")\n"
    rows = under(text, Span(0, len(text) - 1))
    assert rows[4:8] == [" 4 | |     a2,", "...  |", "21 | |     a19,", "22 | | )"]


def test_a_long_line_is_shown_around_the_place():
    text = "x = [" + ", ".join(map(str, range(300))) + "]\n"
    where = span(text, " 150,")
    source, marks = under(text, where, width=80)[1:3]
    assert len(source) <= 80
    assert source[marks.index("^") :].startswith(" 150,")
    assert source[4] == "…"
    assert source[-1] == "…"


def test_a_label_that_does_not_fit_is_wrapped_below():
    text = "x = " + "f(" * 20 + "y" + ")" * 20 + "\n"
    note = Note("a long note that has no room beside its place and so it is put below it", span(text, "x"))
    rows = under(text, span(text, "y"), note, width=60)
    assert max(map(len, rows)) <= 60
    assert rows[3] == "  | |"


def test_control_characters_never_reach_the_terminal():
    text = 'x = "\x1b[31m\u202e"\n'
    drawn = shown(report(finding(span(text, "x"), "bad \x1b[2J name"), text=text, path="a\x1bb.py"))
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn
    assert "␛" in drawn


def test_the_frames_of_other_cells_follow_with_their_own_place():
    document = notebook("import keras\n", "model = Dense(1)\n", "\n\nmodel.fit(x, y)\n")
    one = finding(span(document.text, "1"), "m", notes=[Note("trained here", span(document.text, "fit"))])
    assert shown(Report(document, (one,))).split("\n")[1:-2] == [
        " --> book.ipynb:cell 3:1:15",
        "  |",
        "1 | model = Dense(1)",
        "  |               ^",
        " ::: book.ipynb:cell 5:3:7",
        "  |",
        "3 | model.fit(x, y)",
        "  |       --- trained here",
    ]


def test_color_and_links_only_when_wanted():
    drawn = shown(report(softmax()), view=View(color=True, links=True, width=100))
    assert "\x1b[1;31m^^^^^^^^^\x1b[0m" in drawn
    assert "\x1b]8;;https://default-lint.readthedocs.io/rules/softmax-on-one-unit\x1b\\softmax-on-one-unit" in drawn
    assert "\x1b" not in shown(report(softmax()))


def deletion() -> Fix:
    return Fix("drop it", (Edit(span(MODEL, '    layers.Dense(1, activation="softmax"),\n'), ""),))


def insertion() -> Fix:
    at = MODEL.index("model.fit")
    return Fix("add one", (Edit(Span(at, at), "model.summary()\n"),))


@pytest.mark.parametrize(
    ("fix", "lines"),
    [
        (deletion(), ['6 -     layers.Dense(1, activation="softmax"),']),
        (insertion(), ["10 + model.summary()"]),
        (
            Fix("two", (*deletion().edits, *insertion().edits)),
            ['6 -     layers.Dense(1, activation="softmax"),', "9 + model.summary()"],
        ),
        (Fix("long", (Edit(Span(0, len(MODEL)), ""),)), []),
    ],
)  # fmt: skip
def test_a_short_fix_is_shown_as_a_change(fix: Fix, lines: list[str]):
    drawn = shown(report(finding(span(MODEL, '"softmax"'), fixes=[fix])))
    assert [row.strip() for row in drawn.split("\n") if re.match(r" *\d+ [-+] ", row)] == lines


def closed(*findings: Finding, unsafe: bool = False) -> list[str]:
    tally = Tally()
    tally.add(report(*findings))
    return closing(tally, View(unsafe=unsafe))


def test_the_closing_lines_count():
    safe, place = softmax(), span(MODEL, "epochs=5")
    unsafe = finding(place, severity=Severity.WARNING, fixes=[Fix("more", (Edit(place, "epochs=50"),), Safety.UNSAFE)])
    info = finding(place, severity=Severity.INFO)
    assert closed(safe) == ["Found 1 error in 1 file.", "[*] 1 fixable with `--fix`."]
    assert closed(info, info) == ["Found 2 info in 1 file."]
    assert closed(safe, unsafe, unsafe) == [
        "Found 1 error and 2 warnings in 1 file.",
        "[*] 1 fixable with `--fix` (2 more with `--unsafe-fixes`).",
    ]
    assert closed(unsafe, info) == [
        "Found 1 warning and 1 info in 1 file.",
        "1 finding fixable with `--fix --unsafe-fixes`.",
    ]
    assert closed(safe, unsafe, unsafe=True)[1] == "[*] 2 fixable with `--fix --unsafe-fixes`."


def test_every_place_of_a_text_can_be_drawn():
    text = "a\r\n\tb = 'é日'\r\n\r\nc(\n1)\rd"
    document = Document("x.py", text)
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 1):
            one = finding(Span(start, end), notes=[Note("n", Span(end, len(text))), Note("o", Span(0, start))])
            assert "^" in shown(Report(document, (one,)), view=View(width=40))
