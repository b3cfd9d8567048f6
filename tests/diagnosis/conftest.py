"""Classifiers made by hand in the place of those of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from default_lint.diagnosis import bundle as module
from default_lint.diagnosis.bundle import Bundle
from tests.diagnosis.bundles import LEVELS, SITES, Made, bundle

Use = Callable[[Mapping[str, Made]], Bundle]


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Use:
    """Let the product have these classifiers only."""

    def put(models: Mapping[str, Made]) -> Bundle:
        made = bundle(tmp_path / "models", models)
        monkeypatch.setattr(module, "load", lambda: made)
        return made

    return put


@pytest.fixture
def learned(use: Use) -> Bundle:
    """The classifiers of `bundles`."""
    return use({**SITES, **LEVELS})
