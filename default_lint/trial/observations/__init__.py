"""What a run shows: one file for each observation, and the catalogue of them on one screen."""

from __future__ import annotations

from default_lint.trial.observations.accuracy_at_chance import AccuracyAtChance
from default_lint.trial.observations.base import Observation
from default_lint.trial.observations.batch_covers_dataset import BatchCoversDataset
from default_lint.trial.observations.cannot_overfit_batch import CannotOverfitBatch
from default_lint.trial.observations.constant_predictions import ConstantPredictions
from default_lint.trial.observations.dead_weights import DeadWeights
from default_lint.trial.observations.dying_relu import DyingRelu
from default_lint.trial.observations.exploding_gradient import ExplodingGradient
from default_lint.trial.observations.input_ignored import InputIgnored
from default_lint.trial.observations.learning_rate_off import LearningRateOff
from default_lint.trial.observations.loss_diverging import LossDiverging
from default_lint.trial.observations.loss_not_decreasing import LossNotDecreasing
from default_lint.trial.observations.loss_not_finite import LossNotFinite
from default_lint.trial.observations.loss_oscillating import LossOscillating
from default_lint.trial.observations.overfitting import Overfitting
from default_lint.trial.observations.saturated_activation import SaturatedActivation
from default_lint.trial.observations.schedule_too_fast import ScheduleTooFast
from default_lint.trial.observations.still_improving import StillImproving
from default_lint.trial.observations.untrained_weights import UntrainedWeights
from default_lint.trial.observations.update_ratio_off import UpdateRatioOff
from default_lint.trial.observations.vanishing_gradient import VanishingGradient
from default_lint.trial.observations.weights_diverging import WeightsDiverging

OBSERVATIONS: tuple[type[Observation], ...] = (
    # layers, weights and gradients
    DyingRelu,
    SaturatedActivation,
    UpdateRatioOff,
    UntrainedWeights,
    VanishingGradient,
    ExplodingGradient,
    WeightsDiverging,
    DeadWeights,
    # data and loss
    # training as a whole
    LossNotFinite,
    LossDiverging,
    LossOscillating,
    LossNotDecreasing,
    AccuracyAtChance,
    ConstantPredictions,
    InputIgnored,
    CannotOverfitBatch,
    LearningRateOff,
    ScheduleTooFast,
    BatchCoversDataset,
    StillImproving,
    Overfitting,
)
