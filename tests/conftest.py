"""Settings of all tests: nothing depends on the clock, and hypothesis draws the same examples each time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from default_lint.diagnosis import bundle

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

settings.register_profile("default-lint", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default-lint")


@pytest.fixture
def shipped() -> None:
    """Asked for by tests of the classifiers that are shipped."""


@pytest.fixture(autouse=True)
def without_classifiers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, observations and outputs are tested without classifiers, which change with every corpus.

    Processes of their own have them.
    """
    if "shipped" not in request.fixturenames:
        empty = bundle.Bundle(Path("nowhere"))
        monkeypatch.setattr(bundle, "load", lambda *_: empty)
