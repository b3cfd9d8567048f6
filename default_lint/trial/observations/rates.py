"""What the learning-rate sweep says, for the observations that may blame the learning rate."""

from __future__ import annotations

from typing import NamedTuple

from default_lint.features.base import real
from default_lint.trial.observations.base import Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import plain


class Sweep(NamedTuple):
    """Learning rates tried on the same batches from the same weights: the user's, and the range that learned.

    `patience` is how many times more steps the run itself made: as many times lower a rate goes as far.
    """

    current: float
    low: float | None
    high: float | None
    best: float | None
    tried: tuple[float, float]
    patience: float = 1.0

    @property
    def too_high(self) -> bool:
        """The user's rate lies clearly above every one that learned."""
        return self.high is not None and self.current > LIMITS["rate_margin"] * self.high

    @property
    def too_low(self) -> bool:
        """The user's rate lies clearly below every one that learned, even with the steps that it was given."""
        return self.low is not None and self.current * LIMITS["rate_margin"] * self.patience < self.low

    @property
    def strange(self) -> bool:
        """Only rates that no one uses learned: something else is out of scale, such as targets in the thousands."""
        return self.too_low and (self.low or 0.0) > LIMITS["rate_usual"]

    @property
    def range(self) -> str:
        """The rates that learned, for people."""
        if self.low is None or self.high is None:
            return "none"
        return f"{plain(self.low)}" if self.low == self.high else f"{plain(self.low)} to {plain(self.high)}"


def sweep(sight: Sight) -> Sweep | None:
    """The sweep of a run; None when it was not made, or when the user's rate learned examples by heart after all."""
    return None if sight.test("overfit_batch").get("user_fits") is True else made(sight)


def made(sight: Sight) -> Sweep | None:
    """The sweep of a run, whatever else the own tests say; None when it was not made."""
    result = sight.test("rate_sweep")
    current = real(result.get("current"))
    if current is None or current <= 0:
        return None
    given = result.get("rates")
    rates = given if isinstance(given, (list, tuple)) and given else (current,)
    learns = result.get("learns")
    low, high = (
        (real(learns[0]), real(learns[1])) if isinstance(learns, (list, tuple)) and len(learns) == 2 else (None, None)
    )
    steps = real(result.get("steps")) or 0.0
    patience = max(1.0, sight.health.steps / steps) if steps > 0 else 1.0
    return Sweep(current, low, high, real(result.get("best")), (float(min(rates)), float(max(rates))), patience)


def blame(sight: Sight) -> float:
    """How far the learning rate is to blame, from 0 to 1: by the sweep when there is one, else even."""
    if sight.test("overfit_batch").get("user_fits") is True:
        return 0.15
    found = sweep(sight)
    if found is None:
        return 0.5
    return 0.9 if (found.too_high or found.too_low) and not found.strange else 0.15
