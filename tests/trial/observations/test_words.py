"""One way to write numbers, shares and names."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import default_lint.trial.observations
from default_lint.trial.observations.words import percent, quoted, short, text_of

FOLDER = Path(default_lint.trial.observations.__path__[0])


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (-0.1, "0 %"),
        (0.0002, "under 0.1 %"),
        (0.001, "0.1 %"),
        (0.034, "3.4 %"),
        (0.05, "5 %"),
        (0.0996, "10 %"),
        (0.67, "67 %"),
        (0.9999, "99 %"),
        (1.0, "100 %"),
        (2.5, "250 %"),
        (math.nan, "NaN"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (32, "32"),
        (1000, "1000"),
        (12345, "12,345"),
        (1240000, "1,240,000"),
        (1234567.0, "1,230,000"),
        (1.24e9, "1.24e9"),
        (999_999_999.0, "1e9"),
        (1.797e308, "1.8e308"),
        (2.3456, "2.35"),
        (1234.5, "1230"),
        (0.001, "0.001"),
        (0.00012345, "0.000123"),
        (0.00003, "3e-5"),
        (-0.5, "-0.5"),
        (math.nan, "NaN"),
        (-math.inf, "-infinity"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert text_of(value) == text


def test_numbers_of_two_digits_and_of_one() -> None:
    assert [short(value) for value in (1234.0, 0.0123, 1e-7)] == ["1200", "0.012", "1e-7"]
    assert [text_of(value, 1) for value in (0.00099, 9.6e-6, 3.4)] == ["0.001", "1e-5", "3"]
    assert [text_of(value, 6) for value in (0.9, 0.0001, 0.123456789)] == ["0.9", "0.0001", "0.123457"]


def test_long_names_are_cut() -> None:
    assert quoted("a" * 24) == f"`{'a' * 24}`"
    assert quoted("a" * 25) == f"`{'a' * 21}...`"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_observation_writes_numbers_in_a_way_of_its_own(path: Path) -> None:
    if path.stem != "words":
        assert re.findall(r":(?:\.\d)?[eg%]\}", path.read_text(encoding="utf-8")) == []
