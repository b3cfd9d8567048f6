"""The catalogue of rules on one screen."""

from __future__ import annotations

from default_lint.rules.activation.bounded_output_for_regression import BoundedOutputForRegression
from default_lint.rules.activation.double_activation import DoubleActivation
from default_lint.rules.activation.double_softmax import DoubleSoftmax
from default_lint.rules.activation.logits_without_from_logits import LogitsWithoutFromLogits
from default_lint.rules.activation.sigmoid_with_categorical_loss import SigmoidWithCategoricalLoss
from default_lint.rules.activation.softmax_on_one_unit import SoftmaxOnOneUnit
from default_lint.rules.activation.softmax_with_binary_loss import SoftmaxWithBinaryLoss
from default_lint.rules.activation.softmax_with_regression_loss import SoftmaxWithRegressionLoss
from default_lint.rules.activation.unbounded_output_with_probability_loss import UnboundedOutputWithProbabilityLoss
from default_lint.rules.api.input_shape_on_layer import InputShapeOnLayer
from default_lint.rules.api.keras1_argument import Keras1Argument
from default_lint.rules.api.metrics_as_loss_weights import MetricsAsLossWeights
from default_lint.rules.api.removed_import import RemovedImport
from default_lint.rules.api.removed_method import RemovedMethod
from default_lint.rules.api.renamed_argument import RenamedArgument
from default_lint.rules.base import Rule
from default_lint.rules.data.argmax_of_one_unit import ArgmaxOfOneUnit
from default_lint.rules.data.generator_without_rescale import GeneratorWithoutRescale
from default_lint.rules.data.images_not_scaled import ImagesNotScaled
from default_lint.rules.data.one_side_scaled import OneSideScaled
from default_lint.rules.data.pairs_shuffled_apart import PairsShuffledApart
from default_lint.rules.data.scaler_fitted_on_test import ScalerFittedOnTest
from default_lint.rules.data.split_order import SplitOrder
from default_lint.rules.hyperparameter.batch_of_one import BatchOfOne
from default_lint.rules.hyperparameter.batch_size_with_dataset import BatchSizeWithDataset
from default_lint.rules.hyperparameter.endless_dataset_without_steps import EndlessDatasetWithoutSteps
from default_lint.rules.hyperparameter.epochs_few import EpochsFew
from default_lint.rules.hyperparameter.evaluation_on_training_data import EvaluationOnTrainingData
from default_lint.rules.hyperparameter.shuffle_off import ShuffleOff
from default_lint.rules.hyperparameter.unbatched_dataset import UnbatchedDataset
from default_lint.rules.hyperparameter.validation_missing import ValidationMissing
from default_lint.rules.hyperparameter.validation_on_training_data import ValidationOnTrainingData
from default_lint.rules.hyperparameter.validation_split_with_dataset import ValidationSplitWithDataset
from default_lint.rules.layer.channels_order import ChannelsOrder
from default_lint.rules.layer.disconnected_layer import DisconnectedLayer
from default_lint.rules.layer.embedding_too_small import EmbeddingTooSmall
from default_lint.rules.layer.feature_map_vanishes import FeatureMapVanishes
from default_lint.rules.layer.flatten_missing import FlattenMissing
from default_lint.rules.layer.input_rank import InputRank
from default_lint.rules.layer.kernel_larger_than_input import KernelLargerThanInput
from default_lint.rules.layer.reshape_size import ReshapeSize
from default_lint.rules.layer.return_sequences_extra import ReturnSequencesExtra
from default_lint.rules.layer.return_sequences_missing import ReturnSequencesMissing
from default_lint.rules.layer.super_init_missing import SuperInitMissing
from default_lint.rules.layer.training_argument_missing import TrainingArgumentMissing
from default_lint.rules.loss.accuracy_for_regression import AccuracyForRegression
from default_lint.rules.loss.categorical_loss_on_one_unit import CategoricalLossOnOneUnit
from default_lint.rules.loss.label_form_against_loss import LabelFormAgainstLoss
from default_lint.rules.loss.label_mode_against_loss import LabelModeAgainstLoss
from default_lint.rules.loss.metric_against_output import MetricAgainstOutput
from default_lint.rules.loss.probabilities_with_from_logits import ProbabilitiesWithFromLogits
from default_lint.rules.loss.probability_metric_on_logits import ProbabilityMetricOnLogits
from default_lint.rules.loss.regression_loss_for_classes import RegressionLossForClasses
from default_lint.rules.loss.units_against_classes import UnitsAgainstClasses
from default_lint.rules.optimization.learning_rate_out_of_range import LearningRateOutOfRange
from default_lint.rules.optimization.legacy_decay_argument import LegacyDecayArgument
from default_lint.rules.optimization.legacy_lr_argument import LegacyLrArgument
from default_lint.rules.optimization.nesterov_without_momentum import NesterovWithoutMomentum
from default_lint.rules.optimization.nothing_trainable import NothingTrainable
from default_lint.rules.optimization.several_clip_arguments import SeveralClipArguments
from default_lint.rules.optimization.trainable_set_after_compile import TrainableSetAfterCompile
from default_lint.rules.regularization.constraint_as_regularizer import ConstraintAsRegularizer
from default_lint.rules.regularization.dropout_after_output import DropoutAfterOutput
from default_lint.rules.regularization.dropout_before_batchnorm import DropoutBeforeBatchnorm
from default_lint.rules.regularization.dropout_rate import DropoutRate
from default_lint.rules.training.callback_mode_against_monitor import CallbackModeAgainstMonitor
from default_lint.rules.training.checkpoint_suffix import CheckpointSuffix
from default_lint.rules.training.early_stopping_patience import EarlyStoppingPatience
from default_lint.rules.training.early_stopping_without_restore import EarlyStoppingWithoutRestore
from default_lint.rules.training.monitor_not_logged import MonitorNotLogged
from default_lint.rules.weights.bias_before_batchnorm import BiasBeforeBatchnorm
from default_lint.rules.weights.constant_kernel_initializer import ConstantKernelInitializer
from default_lint.rules.weights.shared_initializer import SharedInitializer

RULES: tuple[type[Rule], ...] = (
    SoftmaxOnOneUnit,
    SigmoidWithCategoricalLoss,
    SoftmaxWithBinaryLoss,
    UnboundedOutputWithProbabilityLoss,
    LogitsWithoutFromLogits,
    BoundedOutputForRegression,
    SoftmaxWithRegressionLoss,
    DoubleActivation,
    DoubleSoftmax,
    ProbabilitiesWithFromLogits,
    CategoricalLossOnOneUnit,
    LabelFormAgainstLoss,
    LabelModeAgainstLoss,
    UnitsAgainstClasses,
    AccuracyForRegression,
    MetricAgainstOutput,
    ProbabilityMetricOnLogits,
    RegressionLossForClasses,
    LearningRateOutOfRange,
    LegacyLrArgument,
    LegacyDecayArgument,
    NesterovWithoutMomentum,
    SeveralClipArguments,
    TrainableSetAfterCompile,
    NothingTrainable,
    EpochsFew,
    BatchOfOne,
    BatchSizeWithDataset,
    UnbatchedDataset,
    ValidationSplitWithDataset,
    ValidationMissing,
    ValidationOnTrainingData,
    EvaluationOnTrainingData,
    ShuffleOff,
    EndlessDatasetWithoutSteps,
    MonitorNotLogged,
    EarlyStoppingWithoutRestore,
    EarlyStoppingPatience,
    CallbackModeAgainstMonitor,
    CheckpointSuffix,
    ImagesNotScaled,
    GeneratorWithoutRescale,
    OneSideScaled,
    ScalerFittedOnTest,
    PairsShuffledApart,
    SplitOrder,
    ArgmaxOfOneUnit,
    Keras1Argument,
    RemovedMethod,
    RemovedImport,
    InputShapeOnLayer,
    RenamedArgument,
    MetricsAsLossWeights,
    InputRank,
    ReshapeSize,
    FeatureMapVanishes,
    KernelLargerThanInput,
    ChannelsOrder,
    FlattenMissing,
    ReturnSequencesMissing,
    ReturnSequencesExtra,
    EmbeddingTooSmall,
    SuperInitMissing,
    TrainingArgumentMissing,
    DisconnectedLayer,
    ConstantKernelInitializer,
    SharedInitializer,
    BiasBeforeBatchnorm,
    DropoutRate,
    DropoutAfterOutput,
    DropoutBeforeBatchnorm,
    ConstraintAsRegularizer,
)
