"""The catalogue of rules on one screen."""

from __future__ import annotations

from default_lint.rules.base import Rule
from default_lint.rules.optimization.learning_rate_out_of_range import LearningRateOutOfRange
from default_lint.rules.optimization.legacy_decay_argument import LegacyDecayArgument
from default_lint.rules.optimization.legacy_lr_argument import LegacyLrArgument
from default_lint.rules.optimization.nesterov_without_momentum import NesterovWithoutMomentum
from default_lint.rules.optimization.nothing_trainable import NothingTrainable
from default_lint.rules.optimization.several_clip_arguments import SeveralClipArguments
from default_lint.rules.optimization.trainable_set_after_compile import TrainableSetAfterCompile

RULES: tuple[type[Rule], ...] = (
    LearningRateOutOfRange,
    LegacyLrArgument,
    LegacyDecayArgument,
    NesterovWithoutMomentum,
    SeveralClipArguments,
    TrainableSetAfterCompile,
    NothingTrainable,
)
