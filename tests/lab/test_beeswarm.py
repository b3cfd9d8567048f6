"""The beeswarms of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from default_lint.lab import beeswarm, evaluate
from default_lint.lab.evaluation_schema import LEVELS
from tests.lab.test_learning import made


def test_an_image_for_each_level(tmp_path: Path) -> None:
    pytest.importorskip("shap")
    study = evaluate.Study(made(), evaluate.quicker(evaluate.RECIPES, 3), jobs=1)
    drawn = beeswarm.draw(study, tmp_path / "images")
    assert list(drawn) == list(LEVELS)
    for level, path in drawn.items():
        content = Path(path).read_bytes()
        assert Path(path).name == f"shap_{level}.png" and content.startswith(b"\x89PNG") and len(content) > 10_000
    again = beeswarm.draw(study, tmp_path / "again")
    assert Path(again["static"]).read_bytes() == Path(drawn["static"]).read_bytes()
