"""Every number that an observation compares with, and where it comes from.

"catalogue N" is row N of our catalogue of checks, merged from the field's tools; "own runs" means chosen on our own
healthy and faulty programs (`tests/trial/programs`), on both sides of which a test stands.
"""

from __future__ import annotations

from typing import NamedTuple


class Threshold(NamedTuple):
    """A limit, its unit and its source."""

    value: float
    unit: str
    source: str


THRESHOLDS: dict[str, Threshold] = {
    # how a run went
    "warm_up_steps": Threshold(10, "steps", "own runs: fewer steps tell nothing"),
    "stuck_gain": Threshold(0.08, "share of the way from the constant predictor to a perfect one", "own runs"),
    "learning_gain": Threshold(0.4, "share of that way", "own runs"),
    "stuck_drop": Threshold(0.05, "share of the first loss", "catalogue 164"),
    "learning_drop": Threshold(0.3, "share of the first loss", "own runs"),
    "diverging": Threshold(2.0, "times the smallest loss", "catalogue 166"),
    # layers, weights and gradients
    # data and loss
    # training as a whole
}

LIMITS: dict[str, float] = {name: threshold.value for name, threshold in THRESHOLDS.items()}
