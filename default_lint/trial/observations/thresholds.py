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
    "blind_loss": Threshold(0.98, "of the loss of the best constant prediction", "own runs"),
    "stuck_drop": Threshold(0.05, "share of the first loss", "catalogue 164"),
    "learning_drop": Threshold(0.3, "share of the first loss", "own runs"),
    "diverging": Threshold(2.0, "times the smallest loss", "catalogue 166"),
    # layers, weights and gradients
    "dead_some": Threshold(0.5, "share of a layer's units", "catalogue 14, per unit"),
    "dead_most": Threshold(0.9, "share of a layer's units", "own runs"),
    "dead_from_start": Threshold(0.8, "share of the units dead at last that were dead before", "own runs"),
    "saturated": Threshold(0.5, "share of the outputs", "catalogue 15"),
    "saturated_all": Threshold(0.9, "share of the outputs, in a run that learns", "own runs"),
    "input_large": Threshold(10.0, "standard deviations of a scaled input", "own runs: standardized data has 1"),
    "layer_std_low": Threshold(0.05, "standard deviation of a layer's outputs", "catalogue 172"),
    "layer_std_high": Threshold(20.0, "standard deviation of a layer's outputs", "catalogue 172"),
    "update_ratio_low": Threshold(-4.0, "log10 of step over weights", "catalogue 52"),
    "update_ratio_high": Threshold(-1.0, "log10 of step over weights", "catalogue 52"),
    "update_ratio_layers": Threshold(0.5, "share of the layers", "catalogue 52"),
    "rate_fall": Threshold(100.0, "largest learning rate over the last", "own runs"),
    "clipping": Threshold(100.0, "norm of the gradient over the limit", "own runs"),
    "weights_nothing": Threshold(1e-6, "norm of a layer's weights", "own runs: below, no ratio makes sense"),
    "vanishing": Threshold(-3.0, "log10 of the first layers' relative gradient over the last's", "catalogue 54"),
    "vanishing_layers": Threshold(3, "layers with weights", "own runs"),
    "exploding_jump": Threshold(1e3, "times the median of the run", "catalogue 55"),
    "growth": Threshold(2.0, "times from epoch to epoch", "catalogue 55, 113"),
    "growth_epochs": Threshold(3, "epochs on end of growing gradients", "catalogue 55"),
    "weights_epochs": Threshold(2, "epochs on end of growing weights", "catalogue 113"),
    "weights_grown": Threshold(10.0, "times the norm before training, in a run that fails", "own runs"),
    "weights_small": Threshold(0.95, "share of a kernel below 1e-5", "catalogue 114"),
    "variance_jump": Threshold(10.0, "variance of a layer over that of the one before", "catalogue 172"),
    "mode_gap": Threshold(0.5, "difference over the smaller loss", "catalogue 169"),
    "mode_floor": Threshold(0.05, "of the loss of no skill: smaller losses count as this", "own runs"),
    "mode_harm": Threshold(0.5, "of the loss of no skill", "own runs"),
    "mode_accuracy": Threshold(0.2, "points of accuracy", "own runs"),
    "statistics_seen": Threshold(0.95, "share of the moving statistics that come from the data", "own runs"),
    "batch_norm_rows": Threshold(8, "rows in a batch", "Wu and He, Group Normalization, 2018"),
    "momentum_extreme": Threshold(0.999, "momentum of BatchNormalization", "own runs"),
    "dropout_high": Threshold(0.7, "rate", "own runs"),
    "named_layers": Threshold(4, "layers named in notes", "for reading only"),
    "frozen_gain": Threshold(0.6, "share of the way to a perfect predictor", "own runs: beyond, freezing was meant"),
    "penalty_share": Threshold(0.7, "share of the loss", "catalogue 120"),
    "weights_left": Threshold(0.1, "of the norm before training", "own runs"),
    "collapsed": Threshold(0.99, "share of a layer's units", "own runs"),
    "narrow": Threshold(0.25, "of the units of the narrower neighbor", "own runs"),
    "narrow_classes": Threshold(0.34, "units for each class", "own runs"),
    # data and loss
    "initial_loss": Threshold(2.0, "times the loss of a prediction that knows nothing", "catalogue 35"),
    "agreement": Threshold(0.5, "absolute correlation of loss and accuracy", "catalogue 36"),
    "agreement_epochs": Threshold(5, "epochs", "own runs: fewer points make any correlation"),
    "agreement_fall": Threshold(0.2, "share of the loss of the first epoch", "own runs"),
    "agreement_still": Threshold(0.02, "accuracy between its lowest and highest", "own runs"),
    "agreement_full": Threshold(0.97, "accuracy above which none is left to gain", "own runs"),
    "binary_margin": Threshold(1e-3, "beyond 0 and 1", "own runs: rounding in half precision"),
    "zero_targets": Threshold(0.01, "share of the targets", "own runs"),
    "loss_sum": Threshold(1.5, "loss of twice the rows over that of the rows", "catalogue 34: mean 1, sum 2"),
    "constant_columns": Threshold(0.5, "share of the columns", "own runs"),
    "narrow_columns": Threshold(32, "columns", "own runs: wider inputs are pixels or counts"),
    "majority": Threshold(0.85, "share of the commonest of two labels", "own runs"),
    "entropy": Threshold(0.5, "entropy of the labels over that of equal shares", "catalogue 141"),
    "rare_missed": Threshold(0.6, "share of the rare labels that predictions leave out", "own runs"),
    "target_size": Threshold(100.0, "largest absolute target", "catalogue 142"),
    "outside_share": Threshold(0.05, "of the range of the targets", "own runs"),
    "outside_deviations": Threshold(1.0, "deviations of the targets: a sixth of a normal distribution", "own runs"),
    "input_size": Threshold(20.0, "largest absolute input", "own runs: standardized columns stay below"),
    "pixel_size": Threshold(100.0, "largest absolute input in a run that learns", "own runs"),
    "column_spread": Threshold(1e3, "largest over smallest deviation of the columns", "catalogue 128"),
    "overlap_remark": Threshold(0.01, "share of the validation rows", "own runs"),
    "overlap": Threshold(0.1, "share of the validation rows", "own runs: duplicates of a real table stay below"),
    "overlap_tokens": Threshold(100, "validation rows of ids", "own runs: short sentences repeat by nature"),
    "discrete_columns": Threshold(8, "columns of whole numbers", "own runs: they repeat by nature"),
    "above_chance": Threshold(0.1, "accuracy above the share of the commonest label", "own runs"),
    "able_drop": Threshold(0.3, "of the loss of one batch, at the user's learning rate", "own runs"),
    "able_steps": Threshold(100, "updates in all", "own runs: fewer may not reach validation yet"),
    "leak_correlation": Threshold(0.999, "absolute correlation", "own runs: measured twice reaches 0.99"),
    "validation_lead": Threshold(0.05, "accuracy", "catalogue 170"),
    "validation_errors": Threshold(3.0, "standard errors", "own runs"),
    "validation_perfect": Threshold(0.999, "accuracy after the first epoch", "catalogue 170"),
    "broadcast_spread": Threshold(
        0.15, "of the deviation of the targets", "own runs: the loss of all pairs teaches the mean"
    ),
    # training as a whole
    "rate_margin": Threshold(3.0, "times outside the range that learned", "own runs: one step of the sweep is 3.16"),
    "rate_usual": Threshold(0.1, "learning rate", "catalogue 38: above it no optimizer is used on scaled data"),
    "schedule_left": Threshold(0.01, "of the largest learning rate", "own runs"),
    "batch_rows": Threshold(256, "examples", "own runs: below, one batch may well hold all"),
    "batch_steps": Threshold(2, "updates in an epoch", "catalogue 58"),
    "batch_updates": Threshold(200, "updates in all", "own runs: more can be enough for any batch size"),
    "oscillation_epochs": Threshold(5, "epochs", "catalogue 165"),
    "oscillation_turns": Threshold(0.5, "share of the inner epochs", "catalogue 165"),
    "oscillation_size": Threshold(0.1, "mean step over mean loss", "catalogue 165"),
    "chance_errors": Threshold(2.0, "standard errors", "catalogue 168"),
    "chance_steps": Threshold(30, "steps", "own runs"),
    "constant_spread": Threshold(0.02, "of the targets' standard deviation", "catalogue 167, made relative"),
    "still_gain": Threshold(0.02, "share of the loss in the last epoch", "catalogue 171"),
    "still_fast": Threshold(0.1, "share of the loss in the last of few epochs", "own runs"),
    "still_left": Threshold(0.3, "of the first loss: most of it is still there", "own runs"),
    "few_epochs": Threshold(3, "epochs", "catalogue 56"),
    "few_steps": Threshold(500, "updates in all", "own runs"),
    "overfit_epochs": Threshold(3, "epochs since the lowest validation loss", "catalogue 124"),
    "overfit_rise": Threshold(0.05, "of the lowest validation loss", "catalogue 124"),
    "overfit_much": Threshold(0.3, "of the lowest validation loss", "own runs"),
    "overfit_gap": Threshold(0.1, "points of accuracy between training and validation", "catalogue 124"),
}

LIMITS: dict[str, float] = {name: threshold.value for name, threshold in THRESHOLDS.items()}
