"""The path of several documents and a run: settings hold for each, and nothing that failed is lost."""

from __future__ import annotations

import pytest

from default_lint.engine import diagnose
from default_lint.settings import Settings
from default_lint.text import Document
from default_lint.trial import observations
from default_lint.trial.observations.base import Observation, Seen, Sight
from tests.trial.observations.runs import DIGITS, sight, stuck

BROKEN = Document("helper.py", "import keras\nmodel = keras.Sequential(\n")


@pytest.mark.parametrize("ignored", [False, True])
def test_a_second_document_that_cannot_be_parsed(ignored: bool) -> None:
    settings = Settings(ignore=("syntax-error",) if ignored else ())
    made = sight(DIGITS, epochs=stuck())
    diagnosis = diagnose((Document("train.py", DIGITS), BROKEN), settings, made.trace)
    found = [finding.rule for finding in diagnosis.reports[1].findings]
    assert found == ([] if ignored else ["syntax-error"])


class Failing(Observation):
    """Fails."""

    name = "loss-not-decreasing"
    code = "TRN000"
    family = "training"

    def check(self, sight: Sight) -> list[Seen]:  # type: ignore[override]
        raise RuntimeError("broken")


@pytest.mark.parametrize("first", [BROKEN, Document("train.py", DIGITS)])
def test_trouble_of_an_observation_is_told_whatever_was_read(first: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observations, "OBSERVATIONS", (Failing,))
    made = sight(DIGITS, epochs=stuck())
    diagnosis = diagnose((first, BROKEN), Settings(), made.trace)
    assert [report.trouble for report in diagnosis.reports] == [
        ("internal error: observation `loss-not-decreasing`: RuntimeError: broken",),
        (),
    ]
