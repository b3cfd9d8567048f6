"""Two runs of one script: what counts as better, what as chance, and what cannot be compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from default_lint.diagnosis.comparison import Comparison, comparable, compare
from default_lint.findings import CRASHED, HELPS, SAME, UNCLEAR, WORSE
from default_lint.trial.trace import Event, Trace
from tests.output.tracing import model

BINARY = {"form": "binary", "counts": {"0": 500, "1": 500}, "majority": 0.5, "classes": 2, "mean": 0.5, "std": 0.5}
REAL = {"form": "real", "mean": 10.0, "std": 2.0}
DATA: dict[str, Any] = {"samples": 1000, "batch": 32, "val_samples": 250, "y": [BINARY]}


def run(
    *logs: dict[str, float],
    data: dict[str, Any] | None = None,
    measures: dict[str, float] | None = None,
    ended: str = "finished",
    message: str = "",
    capped: bool = False,
    number: int = 0,
    **about: Any,
) -> list[Event]:
    """The events of a model with these logs."""
    found = [model(number, **about), {"event": "data", "model": number, "facts": {**DATA, **(data or {})}}]
    for at, row in enumerate(logs):
        found.append(
            {"event": "epoch", "model": number, "epoch": at, "logs": row, "steps": 25, "measures": measures or {}}
        )
    found += [{"event": "capped", "model": number}] if capped else []
    return [*found, {"event": "ended", "kind": ended, "message": message}]


def falling(last: float, count: int = 5, **more: float) -> list[dict[str, float]]:
    """Logs in which the loss falls to `last`; the other quantities stay."""
    return [{"loss": 0.7 + (last - 0.7) * (at + 1) / count, **more} for at in range(count)]


def compared(before: Sequence[Event], after: Sequence[Event]) -> Comparison:
    return compare(Trace.read(before), Trace.read(after))


def of_accuracy(before: float, after: float, name: str = "val_accuracy", **more: Any) -> Comparison:
    return compared(
        run(*falling(0.6, accuracy=0.5, **{name: before}), **more),
        run(*falling(0.3, accuracy=0.5, **{name: after}), **more),
    )


# what counts


def test_a_clear_gain_helps() -> None:
    found = of_accuracy(0.6, 0.94)
    assert (found.outcome, found.told) == (HELPS, "validation accuracy 0.60 -> 0.94 in 5 epochs")
    assert found.measured is not None
    assert (found.measured.before, found.measured.after, found.measured.epochs) == (0.6, 0.94, (5, 5))


@pytest.mark.parametrize(
    ("before", "after", "rows", "outcome"),
    [
        (0.80, 0.84, 100_000, SAME),  # less than five points
        (0.80, 0.87, 100_000, HELPS),
        (0.80, 0.87, 200, SAME),  # what chance does to 200 rows
        (0.60, 0.94, 20, HELPS),
        (0.60, 0.80, 20, SAME),
        (0.94, 0.60, 250, WORSE),
        (0.94, 0.91, 250, SAME),
    ],
)
def test_no_more_than_chance_is_no_difference(before: float, after: float, rows: int, outcome: str) -> None:
    assert of_accuracy(before, after, data={"val_samples": rows}).outcome == outcome


def test_a_curve_that_jumps_needs_more() -> None:
    def jumping(*values: float) -> list[Event]:
        return run(*({"loss": 0.5, "val_accuracy": value} for value in values), data={"val_samples": 100_000})

    assert compared(jumping(0.6, 0.6, 0.6, 0.6, 0.6), jumping(0.7, 0.7, 0.7, 0.7, 0.7)).outcome == HELPS
    assert compared(jumping(0.5, 0.7, 0.5, 0.7, 0.6), jumping(0.8, 0.6, 0.8, 0.6, 0.7)).outcome == SAME
    climbing = jumping(0.5, 0.55, 0.6, 0.65, 0.7), jumping(0.6, 0.67, 0.74, 0.81, 0.88)
    assert compared(*climbing).outcome == HELPS, "to climb is not to jump"


def test_values_that_look_the_same_are_told_with_more_digits() -> None:
    assert of_accuracy(0.5012, 0.5043).told == "validation accuracy 0.5012 -> 0.5043 in 5 epochs"


def test_a_run_that_learns_where_the_other_failed_is_clear() -> None:
    stuck = run(*falling(0.69, accuracy=0.5, val_accuracy=0.5), data={"val_samples": 10})
    learns = run(*falling(0.3, accuracy=0.9, val_accuracy=0.8), data={"val_samples": 10})
    assert compared(stuck, learns).outcome == HELPS
    assert compared(learns, stuck).outcome == WORSE


def test_a_loss_that_was_no_number() -> None:
    broken = run({"loss": math.nan, "accuracy": 0.1})
    fixed = run(*falling(0.2, accuracy=0.95))
    assert compared(broken, fixed).told == "training accuracy 0.10 -> 0.95 in 1 and 5 epochs"
    assert compared(broken, fixed).outcome == HELPS
    assert compared(fixed, broken).outcome == WORSE
    assert compared(broken, broken).outcome == SAME
    assert compared(run({"loss": math.nan}), run(*falling(0.2))).told.startswith("training loss NaN -> 0.20")


def test_what_still_fails_does_not_help() -> None:
    before = run(*falling(0.69, accuracy=0.3, val_accuracy=0.3))
    after = run(*falling(0.69, accuracy=0.5, val_accuracy=0.5))
    assert compared(before, after).outcome == SAME


# which measure


def test_validation_goes_before_training_and_accuracy_before_others() -> None:
    def logs(value: float) -> list[dict[str, float]]:
        return falling(0.5, auc=value, accuracy=value, val_auc=value, val_top_k_accuracy=1.0, val_accuracy=value)

    assert compared(run(*logs(0.6)), run(*logs(0.9))).told.startswith("validation accuracy")
    assert of_accuracy(0.6, 0.9, "val_auc_1").told.startswith("validation auc 1")
    assert of_accuracy(0.6, 0.9, "val_mystery").told.startswith("training accuracy")
    assert of_accuracy(0.6, 0.9, "recall").told.startswith("training accuracy")


def test_other_validation_rows_are_not_compared() -> None:
    before = run(*falling(0.5, accuracy=0.6, val_accuracy=0.99))
    after = run(*falling(0.5, accuracy=0.9, val_accuracy=0.7), data={"val_samples": 100})
    assert compared(before, after).told == "training accuracy 0.60 -> 0.90 in 5 epochs"


def test_an_error_is_better_when_it_is_smaller() -> None:
    def error(value: float, **more: Any) -> list[Event]:
        return run(*falling(0.5, val_mae=value, accuracy=0.0), data={"y": [{**REAL, **more}]}, losses=["mse"])

    assert compared(error(3.0), error(1.0)).told == "validation mae 3.00 -> 1.00 in 5 epochs"
    assert compared(error(3.0), error(1.0)).outcome == HELPS
    assert compared(error(3.0), error(2.6)).outcome == SAME
    assert compared(error(1.0), error(3.0)).outcome == WORSE
    assert "mae" not in compared(error(3.0), error(0.3, mean=1.0, std=0.2)).told, "in another unit"


def test_losses_are_compared_when_the_function_is_the_same() -> None:
    before, after = run(*falling(0.6)), run(*falling(0.2))
    assert compared(before, after).told == "training loss 0.60 -> 0.20 in 5 epochs"
    assert compared(before, after).outcome == HELPS
    other = run(*falling(0.2), losses=["mean_squared_error"], measures={"held_accuracy": 0.9})
    assert compared(run(*falling(0.6), measures={"held_accuracy": 0.5}), other).told.startswith("accuracy on held rows")
    assert compared(before, run(*falling(0.2), losses=["mine"])).outcome == UNCLEAR


def test_penalties_are_no_part_of_a_loss_that_is_compared() -> None:
    before = run(*falling(0.60), measures={"regularization": 0.4})
    assert compared(before, run(*falling(0.21))).outcome == SAME


def test_class_weights_trade_accuracy_for_the_rare() -> None:
    weighted = {"epochs": 20, "class_weight": {"0": 1.0, "1": 9.0}}
    before = run(*falling(0.5, accuracy=0.9, val_accuracy=0.9, val_recall=0.1))
    after = run(*falling(0.5, accuracy=0.7, val_accuracy=0.7, val_recall=0.8), asked=weighted)
    assert compared(before, after).told == "validation recall 0.10 -> 0.80 in 5 epochs"


# as far as both went


def test_a_run_that_was_cut_off_is_compared_where_both_were() -> None:
    def climbing(count: int, step: float, **more: Any) -> list[Event]:
        return run(*({"loss": 0.5, "val_accuracy": 0.5 + step * at} for at in range(count)), **more)

    assert compared(climbing(3, 0.1, capped=True), climbing(5, 0.1)).told.endswith("0.7000 -> 0.7000 in 3 epochs")
    assert compared(climbing(3, 0.02), climbing(5, 0.1)).told.endswith("0.54 -> 0.90 in 3 and 5 epochs")
    assert compared(climbing(3, 0.1), climbing(0, 0.1, capped=True)).told == "this run completed no epoch"


def test_several_models_speak_together() -> None:
    def two(first: float, second: float) -> list[Event]:
        made: list[Event] = []
        for number, (name, value) in enumerate((("first", first), ("second", second))):
            made += run(*falling(0.5, val_accuracy=value), number=number, name=name)
        return made

    assert compared(two(0.6, 0.6), two(0.6, 0.9)).told == "`second`: validation accuracy 0.60 -> 0.90 in 5 epochs"
    assert compared(two(0.6, 0.6), two(0.6, 0.9)).outcome == HELPS
    assert compared(two(0.6, 0.9), two(0.9, 0.6)).outcome == UNCLEAR
    assert compared(two(0.6, 0.9), two(0.6, 0.6)).outcome == WORSE


# crashes


def test_a_crash() -> None:
    fine, wrong = run(*falling(0.5, accuracy=0.9)), run(ended="error", message="ValueError: shapes")
    late = run(*falling(0.5, accuracy=0.9), ended="error", message="NameError: y")
    assert compared(fine, wrong) == Comparison(CRASHED, "ValueError: shapes")
    assert compared(fine, late).outcome == CRASHED
    assert compared(fine, late).told == "NameError: y, after training accuracy 0.9000 -> 0.9000 in 5 epochs"
    found = compared(wrong, fine)
    assert found.outcome == HELPS
    assert found.told == "trains now, training accuracy 0.90 in 5 epochs; the first run ended with ValueError: shapes"
    assert compared(late, fine).outcome == HELPS
    assert compared(wrong, wrong) == Comparison(SAME, "still ends with ValueError: shapes")
    assert compared(wrong, run(ended="signal", message="killed")) == Comparison(CRASHED, "killed")
    assert compared(wrong, late).outcome == UNCLEAR
    stuck = compared(wrong, run(*falling(0.69, accuracy=0.5)))
    assert (stuck.outcome, "does not learn" in stuck.told) == (UNCLEAR, True)
    assert compared(wrong, run(ended="budget")).outcome == UNCLEAR


def test_a_run_without_an_epoch_is_nothing_to_compare_with() -> None:
    assert comparable(Trace.read(run(*falling(0.5))))
    assert comparable(Trace.read(run(ended="error", message="no")))
    assert not comparable(Trace.read(run(ended="budget")))
    assert compared(run(ended="budget"), run(*falling(0.5))).outcome == UNCLEAR
