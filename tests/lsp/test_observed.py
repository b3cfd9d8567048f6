"""What a run showed while its source is edited: it moves, fades, comes back, and goes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from default_lint import notebooks
from default_lint.engine import check, diagnose
from default_lint.findings import Finding, Observed, Severity
from default_lint.settings import Settings
from default_lint.text import Document
from default_lint.trial.trace import Trace
from default_lsp.observed import RECALLED, STALE, Observations
from default_lsp.runs import Runs
from tests.output import tracing

# The code of `tests.output.tracing.SCRIPT` on the same lines, with more of it behind.
SCRIPT = tracing.SCRIPT + "\n" + "".join(f"print({number})\n" for number in range(6))
TRACE = tracing.trace(tests=tracing.TESTS)
# The same run of a model without a fault that rules find: what is seen stands alone.
PLAIN = SCRIPT.replace('1, activation="softmax"', '1, activation="sigmoid"').replace("Adam(5.0)", "Adam(rate())")
USUAL = Settings()


def after(text: str = SCRIPT, settings: Settings = USUAL, trace: Trace = TRACE) -> Observations:
    """What is known after a run of this text."""
    return Observations(diagnose((Document("train.py", text),), settings, trace), trace, settings)


def shown(known: Observations, text: str, settings: Settings = USUAL, path: str = "train.py") -> tuple[Finding, ...]:
    """The findings of the present text."""
    return known.merge(check(Document(path, text), settings), settings)


def told(findings: Sequence[Finding], text: str) -> list[tuple[str, str, str]]:
    """The rule, the severity and the words that each finding is about."""
    return [(finding.rule, finding.severity.label, text[slice(*finding.span)]) for finding in findings]


def seen(finding: Finding) -> bool:
    return any(isinstance(piece, Observed) for piece in finding.evidence)


FRESH = [("softmax-on-one-unit", "error", '"softmax"'), ("learning-rate-out-of-range", "warning", "5.0")]


def test_the_text_that_ran_has_the_findings_of_the_diagnosis() -> None:
    findings = shown(after(), SCRIPT)
    assert findings == diagnose((Document("train.py", SCRIPT),), USUAL, TRACE).reports[0].findings
    assert told(findings, SCRIPT) == FRESH
    assert all(map(seen, findings))


def test_a_document_that_took_no_part_is_as_it_was() -> None:
    report = check(Document("other.py", SCRIPT), USUAL)
    assert after().merge(report, USUAL) == report.findings


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n\n" + SCRIPT,
        "import os\n" + SCRIPT,
        SCRIPT + "print(7)\n",
        SCRIPT.replace("model.compile(", "\n\n# here\nmodel.compile("),
        SCRIPT.replace('metrics=["accuracy"])', 'metrics=["accuracy"])  # noqa'),
    ],
)
def test_an_edit_elsewhere_and_comments_only_move_what_was_seen(text: str) -> None:
    known = after()
    before = shown(known, SCRIPT)
    findings = shown(known, text)
    assert told(findings, text) == FRESH
    assert [finding.message for finding in findings] == [finding.message for finding in before]
    assert [finding.evidence for finding in findings] == [finding.evidence for finding in before]
    for old, new in zip(before, findings, strict=True):
        assert [note.text for note in old.notes] == [note.text for note in new.notes]
        for mine, other in zip(old.notes, new.notes, strict=True):
            assert (mine.span is None) == (other.span is None)
            assert mine.span is None or SCRIPT[slice(*mine.span)] == text[slice(*(other.span or (0, 0)))]
        for fix, moved in zip(old.fixes, new.fixes, strict=True):
            for edit, now in zip(fix.edits, moved.edits, strict=True):
                assert SCRIPT[slice(*edit.span)] == text[slice(*now.span)]


@pytest.mark.parametrize("rate", ["0.05", "5e-3", "1e-3 * 5.0", "rate", "rate(5.0)"])
def test_an_observation_fades_where_it_is_edited(rate: str) -> None:
    text = SCRIPT.replace("Adam(5.0)", f"Adam({rate})")
    (hint,) = [finding for finding in shown(after(), text) if finding.severity is Severity.HINT]
    assert hint.rule == "learning-rate-off"
    assert hint.message == "learning rate 5 is above the range that learned: 0.0001 to 0.01"
    assert text[slice(*hint.span)] == ("5.0" if rate.endswith("* 5.0") else rate)  # the same words still stand there
    assert hint.notes[0].text == STALE
    assert hint.fixes == ()
    assert all(isinstance(piece, Observed) for piece in hint.evidence)


def test_the_place_of_words_that_are_gone_is_their_line() -> None:
    text = SCRIPT.replace("Adam(5.0)", "Adam()")
    (hint,) = [finding for finding in shown(after(), text) if finding.severity is Severity.HINT]
    assert text[slice(*hint.span)].startswith("model.compile(keras.optimizers.Adam(), ")


def test_a_line_that_was_written_anew_is_the_place() -> None:
    text = SCRIPT.replace(next(line for line in SCRIPT.splitlines() if "compile" in line), "model.set_up(0.5)")
    (hint,) = [finding for finding in shown(after(), text) if finding.severity is Severity.HINT]
    assert text[slice(*hint.span)] == "model.set_up(0.5)"


def test_what_was_seen_of_a_line_that_is_gone_is_gone() -> None:
    text = "".join(line for line in SCRIPT.splitlines(keepends=True) if "compile" not in line)
    assert not [finding for finding in shown(after(), text) if finding.rule.startswith("learning-rate")]


def test_an_edit_that_is_taken_back_leaves_no_trace() -> None:
    known = after()
    for text in (SCRIPT.replace("5.0", ""), SCRIPT.replace("5.0", "0.5"), "", SCRIPT[:200]):
        assert told(shown(known, text), text) != FRESH
        assert told(shown(known, SCRIPT), SCRIPT) == FRESH


def test_a_rule_that_still_holds_recalls_what_was_seen() -> None:
    """The present rule speaks with the present number; it is one finding, not two."""
    text = SCRIPT.replace("5.0", "50.0")
    findings = shown(after(), text)
    assert told(findings, text) == [FRESH[0], ("learning-rate-out-of-range", "warning", "50.0")]
    assert findings[1].message == "learning rate 50, usual 1e-4 to 1e-2 for `Adam`"
    recalled = f"{RECALLED}: learning rate 5 is above the range that learned: 0.0001 to 0.01"
    assert findings[1].notes[-1].text == recalled
    assert not any(map(seen, findings))


def test_a_rule_that_holds_no_more_leaves_what_was_seen() -> None:
    text = SCRIPT.replace("softmax", "sigmoid")
    (hint,) = [finding for finding in shown(after(), text) if finding.severity is Severity.HINT]
    assert (hint.rule, text[slice(*hint.span)]) == ("accuracy-at-chance", '"sigmoid"')
    assert "softmax" not in " ".join([hint.message, *(note.text for note in hint.notes)])


def test_an_edit_far_away_that_takes_a_rule_its_reason_fades_the_finding() -> None:
    """Nothing changed where the finding stands, but what the rule said is true no more."""
    source = SCRIPT.replace("Adam(5.0)", "Adam(RATE)").replace("import layers", "import layers; RATE = 5.0")
    known = after(source)
    (finding,) = [finding for finding in shown(known, source) if finding.rule == "learning-rate-out-of-range"]
    assert seen(finding)
    text = source.replace("RATE = 5.0", "RATE = 1e-3")
    rates = [finding for finding in shown(known, text) if "learning-rate" in finding.rule]
    assert [(rate.rule, rate.severity) for rate in rates] == [("learning-rate-off", Severity.HINT)]


def test_what_was_seen_alone_fades_and_comes_back() -> None:
    known = after(PLAIN)
    (fresh,) = shown(known, PLAIN)
    assert (fresh.rule, PLAIN[slice(*fresh.span)]) == ("learning-rate-off", "rate()")
    text = PLAIN.replace("rate()", "rate(2)")
    (hint,) = shown(known, text)
    assert (hint.rule, hint.severity, text[slice(*hint.span)]) == ("learning-rate-off", Severity.HINT, "rate(2)")
    assert [note.text for note in hint.notes] == [STALE, *(note.text for note in fresh.notes)]
    near = PLAIN.replace("epochs=20", "epochs=30")
    assert [finding.severity for finding in shown(known, near)] == [Severity.HINT]
    assert shown(known, PLAIN) == (fresh,)


def test_while_the_text_does_not_parse_the_run_still_speaks() -> None:
    known = after()
    text = SCRIPT + "print((\n"
    assert told(shown(known, text), text)[:2] == FRESH
    assert [finding.rule for finding in shown(known, text)][2:] == ["syntax-error"]


@pytest.mark.parametrize("name", ["learning-rate-off", "OPT238"])
def test_an_ignore_comment_holds(name: str) -> None:
    known = after(PLAIN)
    assert shown(known, PLAIN.replace("epochs=20", f"epochs=30  # default-lint: ignore[{name}]")) != ()
    line = next(line for line in PLAIN.splitlines() if "compile" in line)
    assert shown(known, PLAIN.replace(line, f"{line}  # default-lint: ignore[{name}] meant")) == ()
    text = f"# default-lint: file-ignore[{name}] meant\n" + PLAIN
    assert shown(known, text) == ()


def test_an_ignore_comment_that_was_there_when_it_ran_holds() -> None:
    line = next(line for line in SCRIPT.splitlines() if "compile" in line)
    text = SCRIPT.replace(line, f"{line}  # default-lint: ignore[learning-rate-out-of-range, learning-rate-off]")
    known = after(text)
    assert told(shown(known, text), text) == FRESH[:1]
    moved = "import os\n" + text
    assert told(shown(known, moved), moved) == FRESH[:1]


def test_an_unused_ignore_comment_is_told_once() -> None:
    text = "import os  # default-lint: ignore[softmax-on-one-unit]\n" + SCRIPT
    assert [finding.rule for finding in shown(after(), text)].count("unused-suppression") == 1


@pytest.mark.parametrize("text", [SCRIPT, "import os\n" + SCRIPT])
def test_settings_that_changed_hold(text: str) -> None:
    known = after()
    assert told(shown(known, text, Settings(ignore=("softmax-on-one-unit",))), text)[-1] == FRESH[1]
    without = shown(known, text, Settings(ignore=("learning-rate-out-of-range",)))
    assert [finding.rule for finding in without] == ["softmax-on-one-unit", "learning-rate-off"]
    assert shown(known, text, Settings(ignore=("ALL",))) == ()
    assert told(shown(known, text), text) == FRESH
    more = shown(known, text, Settings(audience="curious"))
    assert len(more) >= 2
    assert len({(finding.rule, finding.span) for finding in more}) == len(more)


def test_settings_of_the_run_need_not_be_known() -> None:
    known = Observations(diagnose((Document("train.py", SCRIPT),), USUAL, TRACE), TRACE)
    assert told(shown(known, SCRIPT), SCRIPT) == FRESH


def test_every_text_on_the_way_has_sound_findings() -> None:
    """Typing a script from its first to its last character, and back, never doubles or misplaces anything."""
    known = after()
    known.prepare(USUAL)
    for size in range(0, len(SCRIPT), 7):
        for text in (SCRIPT[:size], SCRIPT[:size] + SCRIPT[size + 7 :]):
            findings = shown(known, text)
            assert all(0 <= finding.span.start <= finding.span.end <= len(text) for finding in findings)
            assert len({(finding.rule, finding.span) for finding in findings}) == len(findings)
            edits = [edit for finding in findings for fix in finding.fixes for edit in fix.edits]
            assert all(edit.span.end <= len(text) for edit in edits)


# notebooks


def book(*cells: str) -> Document:
    rows = [{"cell_type": "code", "source": text, "metadata": {}} for text in cells]
    document = notebooks.read("book.ipynb", json.dumps({"cells": rows, "metadata": {}, "nbformat": 4}))
    assert isinstance(document, Document)
    return document


def places(known: Observations, document: Document) -> list[tuple[str, str, int | None, int]]:
    found = known.merge(check(document, USUAL), USUAL)
    rows = [(finding, document.locate(finding.span.start)) for finding in found]
    for finding in found:
        assert document.cell_at(finding.span.start) == document.cell_at(finding.span.end)
    return [(finding.rule, finding.severity.label, place.cell, place.line) for finding, place in rows]


def test_findings_follow_their_cells() -> None:
    lines = tracing.SCRIPT.splitlines(keepends=True)
    first, second = "".join(lines[:10]).removesuffix("\n"), "".join(lines[10:])
    trace = Trace.read(json.loads(json.dumps(tracing.events(tests=tracing.TESTS)).replace("train.py", "book.ipynb")))
    ran = book(first, second)
    known = Observations(diagnose((ran,), USUAL, trace), trace, USUAL)
    rate = ("learning-rate-out-of-range", "warning")
    assert places(known, ran) == [("softmax-on-one-unit", "error", 1, 8), (*rate, 2, 1)]
    assert places(known, book("# new", first, second))[1:] == [(*rate, 3, 1)]
    split = book(first, *second.splitlines())
    assert places(known, split)[1:] == [(*rate, 2, 1)]
    edited = book(first, second.replace("5.0", "0.05"))
    assert places(known, edited)[1:] == [("learning-rate-off", "hint", 2, 1)]
    assert not [row for row in places(known, book(first, "print(1)")) if row[1] == "warning"]


# many runs


def test_a_later_run_replaces_the_earlier_one(tmp_path: Path) -> None:
    runs = Runs()
    train, nets = Document(str(tmp_path / "train.py"), SCRIPT), Document(str(tmp_path / "nets.py"), "import keras\n")
    first = Observations(diagnose((train, nets), USUAL, TRACE), TRACE, USUAL)
    runs.keep(first)
    assert runs.get(nets.path) is first
    assert (train.path in runs, "other.py" in runs) == (True, False)
    second = Observations(diagnose((train,), USUAL, TRACE), TRACE, USUAL)
    runs.keep(second)
    assert runs.get(train.path) is second
    assert runs.get(nets.path) is None


def test_runs_of_a_folder_are_forgotten(tmp_path: Path) -> None:
    runs = Runs()
    for name in ("one", "one more"):
        document = Document(str(tmp_path / name / "train.py"), SCRIPT)
        runs.keep(Observations(diagnose((document,), USUAL, TRACE), TRACE, USUAL))
    assert len(list(runs)) == 2
    runs.clear(str(tmp_path / "one"))
    assert list(runs) == [str(tmp_path / "one more" / "train.py")]
