"""What a run shows: one file for each observation, and the catalogue of them on one screen."""

from __future__ import annotations

from default_lint.trial.observations.base import Observation

OBSERVATIONS: tuple[type[Observation], ...] = (
    # layers, weights and gradients
    # data and loss
    # training as a whole
)
