"""What a run shows: one file for each observation, and the catalogue of them on one screen."""

from __future__ import annotations

from default_lint.trial.observations.accuracy_at_chance import AccuracyAtChance
from default_lint.trial.observations.activation_scale_drift import ActivationScaleDrift
from default_lint.trial.observations.base import Observation
from default_lint.trial.observations.batch_covers_dataset import BatchCoversDataset
from default_lint.trial.observations.bce_labels_not_binary import BceLabelsNotBinary
from default_lint.trial.observations.cannot_overfit_batch import CannotOverfitBatch
from default_lint.trial.observations.class_imbalance import ClassImbalance
from default_lint.trial.observations.class_weight_keys import ClassWeightKeys
from default_lint.trial.observations.constant_feature import ConstantFeature
from default_lint.trial.observations.constant_predictions import ConstantPredictions
from default_lint.trial.observations.dead_weights import DeadWeights
from default_lint.trial.observations.dying_relu import DyingRelu
from default_lint.trial.observations.embedding_of_fractions import EmbeddingOfFractions
from default_lint.trial.observations.embedding_range import EmbeddingRange
from default_lint.trial.observations.exploding_gradient import ExplodingGradient
from default_lint.trial.observations.feature_equals_target import FeatureEqualsTarget
from default_lint.trial.observations.hidden_layers_linear import HiddenLayersLinear
from default_lint.trial.observations.initial_loss_off import InitialLossOff
from default_lint.trial.observations.input_ignored import InputIgnored
from default_lint.trial.observations.input_scale import InputScale
from default_lint.trial.observations.integer_input import IntegerInput
from default_lint.trial.observations.label_form import LabelForm
from default_lint.trial.observations.labels_look_random import LabelsLookRandom
from default_lint.trial.observations.labels_out_of_range import LabelsOutOfRange
from default_lint.trial.observations.learning_rate_off import LearningRateOff
from default_lint.trial.observations.log_loss_domain import LogLossDomain
from default_lint.trial.observations.loss_broadcast import LossBroadcast
from default_lint.trial.observations.loss_diverging import LossDiverging
from default_lint.trial.observations.loss_metric_disagree import LossMetricDisagree
from default_lint.trial.observations.loss_not_decreasing import LossNotDecreasing
from default_lint.trial.observations.loss_not_finite import LossNotFinite
from default_lint.trial.observations.loss_oscillating import LossOscillating
from default_lint.trial.observations.loss_sums_over_batch import LossSumsOverBatch
from default_lint.trial.observations.nan_or_inf_input import NanOrInfInput
from default_lint.trial.observations.narrow_layer import NarrowLayer
from default_lint.trial.observations.overfitting import Overfitting
from default_lint.trial.observations.regularizer_dominates import RegularizerDominates
from default_lint.trial.observations.rows_do_not_match import RowsDoNotMatch
from default_lint.trial.observations.saturated_activation import SaturatedActivation
from default_lint.trial.observations.schedule_too_fast import ScheduleTooFast
from default_lint.trial.observations.shape_mismatch import ShapeMismatch
from default_lint.trial.observations.still_improving import StillImproving
from default_lint.trial.observations.suspicious_validation import SuspiciousValidation
from default_lint.trial.observations.target_outside_output import TargetOutsideOutput
from default_lint.trial.observations.target_scale import TargetScale
from default_lint.trial.observations.train_eval_mode_gap import TrainEvalModeGap
from default_lint.trial.observations.train_validation_overlap import TrainValidationOverlap
from default_lint.trial.observations.units_collapsed import UnitsCollapsed
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
    ActivationScaleDrift,
    TrainEvalModeGap,
    HiddenLayersLinear,
    RegularizerDominates,
    UnitsCollapsed,
    NarrowLayer,
    # data and loss
    NanOrInfInput,
    RowsDoNotMatch,
    ConstantFeature,
    LabelsOutOfRange,
    LabelForm,
    BceLabelsNotBinary,
    LogLossDomain,
    LossBroadcast,
    LossSumsOverBatch,
    ClassWeightKeys,
    ShapeMismatch,
    EmbeddingRange,
    EmbeddingOfFractions,
    FeatureEqualsTarget,
    LabelsLookRandom,
    TrainValidationOverlap,
    SuspiciousValidation,
    ClassImbalance,
    TargetOutsideOutput,
    TargetScale,
    InputScale,
    IntegerInput,
    InitialLossOff,
    LossMetricDisagree,
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
