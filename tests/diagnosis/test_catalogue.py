"""The pages of suspicions, and that they are part of the catalogue."""

from __future__ import annotations

import pytest

from default_lint.diagnosis.catalogue import SUSPICIONS, Suspicion
from default_lint.findings import Confidence, Severity
from default_lint.rules import RULES
from default_lint.rules.base import Described
from default_lint.settings import FAMILIES, Settings, rule_names
from default_lint.suppression import suppress
from default_lint.text import Document
from default_lint.trial.observations import OBSERVATIONS

SECTIONS = ("Why it matters", "How it was learned", "What to do", "Known limits", "References")


@pytest.mark.parametrize("entry", SUSPICIONS, ids=lambda entry: str(entry.name))
def test_a_suspicion_has_a_page(entry: type[Suspicion]) -> None:
    page = entry.page()
    titles = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert tuple(titles) == SECTIONS
    assert len(entry.summary()) <= 90 and not entry.summary().endswith(".")
    assert f"ignore[{entry.name}]" in page
    assert entry.family in FAMILIES and entry.family in entry.families
    assert (entry.severity, entry.confidence) == (Severity.INFO, Confidence.LOW)


def test_names_and_codes_are_those_of_nothing_else() -> None:
    everything: list[type[Described]] = [*RULES, *OBSERVATIONS, *SUSPICIONS]
    assert len({entry.name for entry in everything}) == len({entry.code for entry in everything}) == len(everything)
    assert [entry.kind for entry in SUSPICIONS] == ["layer", "optimizer", "loss", "fit", "data"]
    known = {entry.name: entry for entry in rule_names()}
    assert all(known[entry.name].code == entry.code for entry in SUSPICIONS)


def test_a_comment_that_ignores_a_suspicion_is_neither_unknown_nor_unused() -> None:
    document = Document("train.py", "import keras  # default-lint: ignore[unusual-layer, LOS903] meant\n")
    assert suppress((), document, Settings()) == ((), (), ())
