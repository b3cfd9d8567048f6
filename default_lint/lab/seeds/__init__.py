"""The seeds: healthy programs as different people write them, each with what a healthy run of it reaches."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from default_lint.lab.scores import SCORES, Scoring

ARCHITECTURES = ("feedforward", "convolutional", "recurrent")
HEALTH = 0.8
"""Share of the way from the constant predictor to the best possible score that a healthy run must come."""


@dataclass(frozen=True)
class Seed:
    """A healthy program.

    `constant` is the score of the best constant prediction, `best` the best possible one, `healthy` what a healthy run
    reaches at least, `seconds` of processor time that one run takes on one core, imports excluded.
    """

    name: str
    architecture: str
    task: str
    style: str
    author: str
    path: Path
    source: str
    scoring: Scoring
    constant: float
    best: float
    healthy: float
    seconds: float

    def progress(self, score: float) -> float:
        """The share of the way from the constant predictor (0) to the best possible score (1)."""
        return (score - self.constant) / (self.best - self.constant)


class SeedError(Exception):
    """A seed's declaration is not what it should be."""


@cache
def load() -> tuple[Seed, ...]:
    """All seeds, by architecture and name. Raises SeedError."""
    return tuple(read(path) for kind in ARCHITECTURES for path in sorted((Path(__file__).parent / kind).glob("*.py")))


def read(path: Path) -> Seed:
    """The seed of a program with its declaration (`.toml`) beside it. Raises SeedError."""
    declaration = path.with_suffix(".toml")
    try:
        told = tomllib.loads(declaration.read_text(encoding="utf-8"))
        scoring = Scoring(
            told["score"],
            told.get("model", "model"),
            told.get("inputs", "x_test"),
            told.get("targets", "y_test"),
            float(told.get("threshold", 0.5)),
        )
        seed = Seed(
            path.stem,
            told["architecture"],
            told["task"],
            told["style"],
            told["author"],
            path,
            path.read_text(encoding="utf-8"),
            scoring,
            *(float(told[key]) for key in ("constant", "best", "healthy", "seconds")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SeedError(f"{declaration.name}: {type(error).__name__}: {error}") from error
    if seed.scoring.score not in SCORES or seed.architecture != path.parent.name:
        raise SeedError(f"{declaration.name}: score `{seed.scoring.score}`, architecture `{seed.architecture}`")
    return seed
