"""What classifiers say, in the editor: as findings, in hovers, beside what a run showed, and for the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from default_lint.diagnosis import bundle as module
from default_lint.engine import check, diagnose
from default_lint.findings import Finding, Learned, Observed
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lsp.analysis import analyze
from default_lsp.diagnosing import summary
from default_lsp.hover import hover
from default_lsp.observed import Observations
from tests.diagnosis.bundles import LEVELS, SITES, bundle
from tests.output import tracing

CURIOUS = Settings(audience="curious")
SCRIPT = tracing.SCRIPT.replace("Adam(5.0)", "SGD(learning_rate=0.5)").replace('"softmax"', '"sigmoid"')
TRACE = tracing.trace()


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = bundle(tmp_path / "models", {**SITES, **LEVELS})
    monkeypatch.setattr(module, "load", lambda: made)


def learned(finding: Finding) -> bool:
    return any(isinstance(piece, Learned) for piece in finding.evidence)


@pytest.mark.parametrize("beside", [False, True])
def test_a_hover_shows_the_contributions_as_bars(beside: bool) -> None:
    analysis = analyze(Document("train.py", SCRIPT), CURIOUS)
    found = hover(analysis, SCRIPT.index("0.5"), beside=beside)
    assert found is not None
    lines = found.markdown.splitlines()
    start = lines.index("```text")
    assert lines[start + 1] == "█████▋   +0.28  learning rate 0.5, working programs 1e-4 to 0.01"
    assert lines[lines.index("```", start)] == "```"
    assert "| classifier | unlike working programs |  | 0.92 (usual 0.52) |" in lines
    assert "**Why it matters.** Too high or too low a learning rate" in found.markdown
    assert "What to do" in found.markdown
    assert ("is unlike that of working programs" in found.markdown) is not beside


def test_without_a_run_the_editor_has_the_findings_of_the_command_line() -> None:
    analysis = analyze(Document("train.py", SCRIPT), CURIOUS)
    assert analysis.report.findings == check(Document("train.py", SCRIPT), CURIOUS).findings
    assert "unusual-optimizer" in [finding.rule for finding in analysis.report.findings]
    assert not any(map(learned, analyze(Document("train.py", SCRIPT), Settings()).report.findings))


def test_what_a_run_showed_at_a_suspicious_place_is_told_once_while_the_source_is_edited() -> None:
    trace = tracing.trace(tests=tracing.TESTS)
    settings = Settings(audience="curious", ignore=("learning-rate-out-of-range",))
    known = Observations(diagnose((Document("train.py", tracing.SCRIPT),), settings, trace), trace, settings)
    text = "# new\n" + tracing.SCRIPT
    present = check(Document("train.py", text), settings)
    found = known.merge(present, settings)
    at = Span(text.index("5.0"), text.index("5.0") + 3)
    assert [finding.rule for finding in present.findings if finding.span.overlaps(at)] == ["unusual-optimizer"]
    here = [finding for finding in found if finding.span.overlaps(at)]
    (one,) = here
    assert learned(one) and any(isinstance(piece, Observed) for piece in one.evidence)


def test_the_panel_gets_the_levels_with_the_places_of_their_reasons() -> None:
    class Session:
        def place(self, document: Document, span: Span, key: str) -> dict[str, Any]:
            return {"uri": key, "range": document[span]}

    class Server:
        session = Session()

    found = summary(diagnose((Document("train.py", SCRIPT),), Settings(), TRACE), "file:///train.py", Server())  # type: ignore[arg-type]
    said = found["learned"]
    assert said["chain"].startswith("faulty 0.96 -> hyperparameter 0.88")
    first = said["levels"][0]
    assert (first["title"], first["width"], first["height"]) == ("faulty 0.96", 240, 22)
    rate = next(step for step in first["steps"] if step["text"].startswith("learning rate 0.5"))
    assert (rate["uri"], rate["range"], rate["style"]) == ("file:///train.py", "0.5", "for")
    assert [step["style"] for step in first["steps"]][::3] == ["base", "result"]
    assert "uri" not in first["steps"][0]


def test_without_classifiers_the_panel_gets_what_it_got(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty = bundle(tmp_path / "none", {})
    monkeypatch.setattr(module, "load", lambda: empty)
    found = summary(diagnose((Document("train.py", "import keras\n"),), Settings(), tracing.trace(0)), "x", None)  # type: ignore[arg-type]
    assert sorted(found) == ["findings", "verdict"]
