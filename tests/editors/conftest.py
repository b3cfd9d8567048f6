"""What tests in several editors start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.editors.examples import FAULTY


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A faulty script in a project."""
    path = tmp_path / "project" / "train.py"
    path.parent.mkdir()
    (path.parent / "default-lint.toml").write_text("")
    path.write_text(FAULTY, encoding="utf-8")
    return path
