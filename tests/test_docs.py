"""docs/rules is what tools/make_docs.py writes."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_rule_pages_are_those_of_the_docstrings() -> None:
    wanted = runpy.run_path(str(ROOT / "tools" / "make_docs.py"))["pages"]()
    there = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert there == wanted, "run `python tools/make_docs.py`"
