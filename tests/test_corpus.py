"""A sample of the sources of Keras and scikit-learn is checked without trouble; `benchmarks/robustness.py` does all."""

from __future__ import annotations

import pytest

from benchmarks.robustness import check_tree, installed


@pytest.mark.parametrize("package", ["keras", "sklearn"])
def test_sources_of_a_library_are_checked_without_trouble(package: str) -> None:
    roots = list(installed([package]))
    if not roots:
        pytest.skip(f"{package} is not installed")
    outcomes = list(check_tree(roots[0], sample=12, jobs=1))
    assert len(outcomes) > 40
    trouble = [(item.path, text) for item in outcomes if item.report is not None for text in item.report.trouble]
    assert trouble == []
    for report in (item.report for item in outcomes if item.report is not None):
        length = len(report.document.text)
        assert all(0 <= finding.span.start <= finding.span.end <= length for finding in report.findings)
