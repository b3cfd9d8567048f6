"""When a mutant is faulty."""

from __future__ import annotations

import math

import pytest

from default_lint.lab.verdict import BENIGN, CRASH, FAULTY, OPEN, TIMEOUT, judge, worse

ORIGINAL = [0.95, 0.96, 0.94, 0.97, 0.95, 0.96, 0.95, 0.94, 0.96, 0.97]


def test_clearly_worse_is_faulty() -> None:
    verdict = judge(ORIGINAL, [0.5, 0.55, 0.6, 0.52, 0.48])
    assert verdict.kind == FAULTY
    assert verdict.p is not None and verdict.p < 0.01
    assert verdict.effect is not None and verdict.effect > 10
    assert verdict.runs == 5


def test_better_and_the_same_are_benign() -> None:
    assert judge(ORIGINAL, [0.99] * 5).kind == BENIGN
    assert judge(ORIGINAL, ORIGINAL[:5]).kind == BENIGN


def test_a_difference_needs_both_significance_and_size() -> None:
    slightly = judge(ORIGINAL, [0.94, 0.93, 0.97, 0.96, 0.95])
    assert slightly.kind == BENIGN
    assert slightly.p is not None and slightly.p > 0.05


def test_fewer_than_five_runs_are_not_enough_for_faulty() -> None:
    assert judge(ORIGINAL, []).kind == OPEN
    assert judge(ORIGINAL, [0.1] * 4).kind == OPEN
    assert judge(ORIGINAL, [0.1] * 5).kind == FAULTY


def test_screening_ends_when_nothing_is_worse_than_usual() -> None:
    screened = judge(ORIGINAL, [0.96])
    assert (screened.kind, screened.screened, screened.p) == (BENIGN, True, None)
    assert judge(ORIGINAL, [0.945]).kind == OPEN
    assert judge(ORIGINAL, [0.952, 0.951]).kind == BENIGN
    assert judge(ORIGINAL, [0.952, 0.91]).kind == OPEN


def test_predictions_that_are_not_finite_are_as_bad_as_it_gets() -> None:
    assert judge(ORIGINAL, [math.nan] * 5).kind == FAULTY


def test_one_run_that_explodes_does_not_hide_the_others() -> None:
    assert judge(ORIGINAL, [-1e12, 0.6, 0.62, 0.61, 0.6]).kind == FAULTY


@pytest.mark.parametrize("kind", [CRASH, TIMEOUT])
def test_most_runs_failing_decides(kind: str) -> None:
    assert judge(ORIGINAL, [], [kind]).kind == OPEN
    assert judge(ORIGINAL, [], [kind, kind]).kind == kind
    assert judge(ORIGINAL, [0.9], [kind, kind]).kind == kind


def test_one_crash_among_good_runs_takes_one_more_run() -> None:
    assert judge(ORIGINAL, [0.5, 0.5, 0.5, 0.5], ["crash"]).kind == OPEN
    assert judge(ORIGINAL, [0.5] * 5, ["crash"]).kind == FAULTY


def test_it_ends_in_any_case() -> None:
    for good in range(9):
        failed = ["crash"] * (8 - good)
        assert judge(ORIGINAL, [0.9] * good, failed).kind != OPEN


def test_equal_values_have_no_effect() -> None:
    assert worse([1.0] * 10, [1.0] * 5) == (1.0, 0.0)
    p, effect = worse([1.0] * 10, [0.5] * 5)
    assert p < 0.01
    assert effect == math.inf


def test_cohens_d_is_that_of_the_pooled_deviation() -> None:
    _, effect = worse([2.0, 4.0, 6.0], [1.0, 3.0, 5.0])
    assert effect == pytest.approx(1.0 / 2.0)
