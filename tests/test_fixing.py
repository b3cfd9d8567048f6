from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from default_lint import files, fixing
from default_lint.findings import Edit, Finding, Fix, Report, Safety
from default_lint.text import Document, Span
from tests.output.making import finding, notebook

Maker = Callable[[re.Match[str]], Fix]


def rule(pattern: str, fix: Maker, name: str = "a-rule") -> Callable[[Document], list[Finding]]:
    """A rule that finds a pattern and fixes it."""
    return lambda document: [
        finding(Span(*match.span()), rule=name, fixes=[fix(match)]) for match in re.finditer(pattern, document.text)
    ]


def replace(new: str, safety: Safety = Safety.SAFE) -> Maker:
    return lambda match: Fix(f"write {new}", (Edit(Span(*match.span()), new),), safety)


def checker(*rules: Callable[[Document], list[Finding]]) -> fixing.Check:
    return lambda document: Report(document, tuple(found for rule in rules for found in rule(document)))


def fixed(text: str | Document, *rules: Callable[[Document], list[Finding]], unsafe: bool = False) -> fixing.Fixed:
    check = checker(*rules)
    document = Document("x.py", text) if isinstance(text, str) else text
    return fixing.fix(check(document), check, unsafe=unsafe)


def test_all_safe_fixes_are_applied_and_counted():
    result = fixed("a = 1\nb = 1\n", rule("1", replace("2")))
    assert result.text == "a = 2\nb = 2\n"
    assert len(result.applied) == 2
    assert result.remaining.findings == ()
    assert result.problem is None


def test_unsafe_fixes_only_when_asked_and_shown_ones_never():
    for safety, unsafe, expected in (
        (Safety.UNSAFE, False, "a = 1\n"),
        (Safety.UNSAFE, True, "a = 2\n"),
        (Safety.SHOWN, True, "a = 1\n"),
    ):
        assert fixed("a = 1\n", rule("1", replace("2", safety)), unsafe=unsafe).text == expected


def test_the_first_fix_that_may_be_applied_is_taken():
    place = Span(4, 5)
    fixes = [Fix("s", (), Safety.SHOWN), Fix("u", (Edit(place, "2"),)), Fix("f", (Edit(place, "3"),), Safety.SAFE)]
    one = finding(place, fixes=fixes)
    assert fixing.applicable(one, unsafe=False) is fixes[2]
    assert fixing.applicable(one, unsafe=True) is fixes[1]


def test_fixing_goes_on_until_nothing_is_left():
    result = fixed("a = 1\n", rule("1", replace("2")), rule("2", replace("3")), rule("3", replace("4")))
    assert result.text == "a = 4\n"
    assert len(result.applied) == 3


def test_overlapping_and_touching_edits_wait_for_the_next_round():
    document = Document("x.py", "abcdef\n")
    pairs = [
        (finding(Span(start, end)), Fix("f", (Edit(Span(start, end), "x"),), Safety.SAFE))
        for start, end in ((0, 3), (2, 4), (3, 3), (3, 5), (6, 6))
    ]
    assert [tuple(found.span) for found, _ in fixing.choose(document, pairs)] == [(0, 3), (6, 6)]


def test_two_insertions_at_one_place_are_not_both_applied_at_once():
    document = Document("x.py", "f(a)\n")
    pairs = [
        (finding(Span(2, 3), rule=name), Fix("f", (Edit(Span(3, 3), f", {name}=1"),), Safety.SAFE)) for name in "xy"
    ]
    assert len(fixing.choose(document, pairs)) == 1


def test_an_edit_that_two_findings_share_is_applied_once():
    def both(document: Document) -> list[Finding]:
        if "import os" in document.text:
            return []
        shared = Edit(Span(0, 0), "import os\n")
        return [finding(Span(0, 1), rule=name, fixes=[Fix("f", (shared,), Safety.SAFE)]) for name in ("one", "two")]

    result = fixed("a = 1\n", both)
    assert result.text == "import os\na = 1\n"
    assert len(result.applied) == 2


def test_a_fix_that_breaks_the_syntax_is_undone_and_told_and_the_others_stay():
    result = fixed("a = 1\nb = 5\n", rule("1", replace("("), "breaker"), rule("5", replace("6")))
    assert result.text == "a = 1\nb = 6\n"
    assert result.problem == "a fix of breaker would break the syntax; it was not applied"
    assert [found.rule for found in result.remaining.findings] == ["breaker"]


def test_of_fixes_that_break_only_together_the_first_is_applied():
    result = fixed("f(x=1, y=2)\n", rule("x", replace("z"), "one"), rule("y", replace("z"), "two"))
    assert result.text == "f(z=1, y=2)\n"
    assert result.problem == "a fix of one, two would break the syntax; it was not applied"


def test_what_does_not_parse_may_be_fixed_all_the_same():
    assert fixed("x = (1\n", rule("1", replace("2"))).text == "x = (2\n"


def test_fixes_that_undo_each_other_end():
    result = fixed("a = 1\n", rule("1", replace("2")), rule("2", replace("1")))
    assert result.problem == "the fixes of a-rule undo each other"
    assert result.text in ("a = 1\n", "a = 2\n")


def test_fixes_without_end_end():
    result = fixed("a = 1\n", rule("1$", replace("11")), rule(r"^a = 1(?=\d)", replace("a = 1")))
    assert result.problem is not None


def test_edits_outside_the_text_or_over_each_other_are_not_taken():
    document = Document("x.py", "a = 1\n")
    for edits in ((Edit(Span(4, 99), "2"),), (Edit(Span(0, 3), "b"), Edit(Span(2, 4), "c"))):
        assert fixing.choose(document, [(finding(Span(0, 1)), Fix("f", edits, Safety.SAFE))]) == []


def test_edits_stay_within_a_cell():
    document = notebook("a = 1\n", "b = 2\n")
    across = Fix("f", (Edit(Span(4, 8), "x"),), Safety.SAFE)
    assert fixing.choose(document, [(finding(Span(4, 5)), across)]) == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_new_lines_end_like_the_old_ones(ending: str):
    text = f"a = 1{ending}b = 2{ending}"
    result = fixed(text, rule("1", replace("3\nc = 4")))
    assert result.text == f"a = 3{ending}c = 4{ending}b = 2{ending}"


def loaded(path: Path) -> Document:
    document = files.load(str(path), explicit=True)
    assert isinstance(document, Document)
    return document


def rewrite(path: Path, old: str, new: str) -> None:
    document = loaded(path)
    result = fixed(document, rule(old, replace(new)))
    assert result.applied
    fixing.write(document, result.text)


@pytest.mark.parametrize(
    "data",
    [
        "import keras\r\nx = 'é'\r\n".encode(),
        b"\xef\xbb\xbfimport keras\nx = 1\n",
        "# coding: latin-1\nimport keras\nx = 'é'\n".encode("latin-1"),
        b"import keras\nx = 1",
        "import keras\nx = '日本'\n".encode(),
    ],
)
def test_writing_keeps_encoding_mark_and_line_endings(tmp_path: Path, data: bytes):
    path = tmp_path / "x.py"
    path.write_bytes(data)
    rewrite(path, "x = ", "why = ")
    assert path.read_bytes() == data.replace(b"x = ", b"why = ")


def test_writing_keeps_the_mode_follows_links_and_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "x.py"
    path.write_text("import keras\nx = 1\n")
    path.chmod(0o751)
    link = tmp_path / "link.py"
    link.symlink_to("x.py")
    rewrite(link, "1", "2")
    assert link.is_symlink()
    assert path.read_text() == "import keras\nx = 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert sorted(os.listdir(tmp_path)) == ["link.py", "x.py"]


def test_a_character_that_the_encoding_lacks_changes_nothing(tmp_path: Path):
    path = tmp_path / "x.py"
    data = "# coding: latin-1\nimport keras\nx = 1\n".encode("latin-1")
    path.write_bytes(data)
    with pytest.raises(UnicodeEncodeError):
        rewrite(path, "1", "'日'")
    assert path.read_bytes() == data
    assert os.listdir(tmp_path) == ["x.py"]


def test_a_notebook_is_fixed_in_its_json(tmp_path: Path):
    path = tmp_path / "x.ipynb"
    before = """{
 "cells": [
  {"cell_type": "code", "execution_count": 3, "id": "a", "metadata": {}, "outputs": [],
   "source": ["%matplotlib inline\\n", "import keras\\n", "x = 1"]}
 ],
 "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5
}
"""
    path.write_text(before)
    rewrite(path, "1", "2")
    assert path.read_text() == before.replace("x = 1", "x = 2")


def test_a_diff_can_be_applied_as_a_patch():
    assert fixing.diff("./src/x.py", "a\nb\nc", "a\nB\nc") == (
        "--- a/src/x.py\n+++ b/src/x.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n\\ No newline at end of file\n"
    )
    assert fixing.diff("x.py", "a\n", "a\n") == ""
