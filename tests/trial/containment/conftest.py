from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.trial.containment.stand_in import Runs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "containment" in item.path.parts and sys.platform != "linux":
            item.add_marker(pytest.mark.skip(reason="looks at /proc"))


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)
