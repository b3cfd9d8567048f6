"""Whether a mutant is faulty: worse than its original by a test over repeated runs, or benign, or one that crashes.

The kill test of DeepCrime (Humbatova et al. 2021) and DEFault, which its package lacks: significant and large enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

RUNS = 5
"""Runs of a mutant before it may be called faulty."""
MOST_RUNS = 8
"""Runs after which it is decided although some of them failed."""
ORIGINAL_RUNS = 10
ALPHA = 0.05
EFFECT = 0.5
"""Cohen's d from which a difference counts ("medium", Cohen 1988)."""
FLOOR = -1.0
"""Progress below the constant predictor is cut here, or one run with a huge error hides that all others are bad too."""

FAULTY, BENIGN, CRASH, TIMEOUT, OPEN, UNHEALTHY = "faulty", "benign", "crash", "timeout", "open", "unhealthy"


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    kind     "faulty", "benign", "crash" (most runs raise), "timeout" (most runs are not done in time), "open" (more
             runs are needed), "unhealthy" (the original itself does not learn)
    p        of the one-sided Mann-Whitney test that the mutant is worse; None when it was not made
    effect   Cohen's d, positive when the mutant is worse; None as above
    runs     how many runs it stands on
    screened benign after fewer than RUNS runs, as none was worse than a usual run of the original
    """

    kind: str
    p: float | None = None
    effect: float | None = None
    runs: int = 0
    screened: bool = False


def judge(original: Sequence[float], mutant: Sequence[float], failed: Sequence[str] = ()) -> Verdict:
    """The verdict on progress values (0 = constant predictor, 1 = best; NaN = predictions that are not finite).

    `failed` holds the status of each run of the mutant that gave no score: "crash", "timeout", ... Half of the runs
    failing the same way decides.
    """
    runs = len(mutant) + len(failed)
    for kind in (CRASH, TIMEOUT):
        if failed.count(kind) * 2 > runs or (failed and failed.count(kind) * 2 >= runs >= MOST_RUNS):
            return Verdict(kind if runs >= 2 else OPEN, runs=runs)
    ours, theirs = cut(original), cut(mutant)
    if len(theirs) < RUNS and runs < MOST_RUNS:
        usual = float(np.quantile(ours, 0.5 if len(theirs) < 2 else 0.25))
        screened = 0 < len(theirs) <= 2 and min(theirs) >= usual and not failed
        return Verdict(BENIGN if screened else OPEN, runs=runs, screened=screened)
    p, effect = worse(ours, theirs)
    return Verdict(FAULTY if p < ALPHA and effect >= EFFECT else BENIGN, p, effect, runs)


def worse(original: Sequence[float], mutant: Sequence[float]) -> tuple[float, float]:
    """The p of the one-sided Mann-Whitney test that the mutant's values are lower, and Cohen's d of the difference."""
    if len(set(original) | set(mutant)) == 1:
        return 1.0, 0.0
    p = float(stats.mannwhitneyu(mutant, original, alternative="less").pvalue)
    difference = float(np.mean(original) - np.mean(mutant))
    first, second = np.var(original, ddof=1), np.var(mutant, ddof=1)
    count = len(original) + len(mutant) - 2
    pooled = math.sqrt(((len(original) - 1) * first + (len(mutant) - 1) * second) / count)
    return p, difference / pooled if pooled > 0 else math.copysign(math.inf, difference)


def cut(progress: Sequence[float]) -> list[float]:
    """Progress values with NaN and all below FLOOR at FLOOR."""
    return [FLOOR if math.isnan(value) else max(value, FLOOR) for value in progress]
