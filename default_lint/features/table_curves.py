"""The table of features: loss, accuracy and validation, epoch by epoch and over the run."""

from __future__ import annotations

import math

from default_lint.features import dynamic_curves as curves
from default_lint.features.base import (
    AGGREGATES,
    CHANGE,
    FLAG,
    LOG_RATIO,
    PART,
    RATIO,
    SHARE,
    Feature,
    Scale,
    Topic,
    each,
    once,
)

LOSS = Topic("loss", ("loss", "optimizer.learning_rate"), "loss")
RATE = Topic("rate", ("optimizer.learning_rate",), "optimizer.learning_rate")
NOISE = Topic("loss", ("optimizer.learning_rate", "fit.batch_size"), "loss")
HELD = Topic("held", ("loss", "optimizer.learning_rate"))
VALIDATION = Topic("validation", ("fit.validation_data", "fit.epochs"), "fit.validation_data")
ACCURACY = Topic("accuracy", ("output", "loss"), "compile.metrics")
VAL_ACCURACY = Topic("val_accuracy", ("output", "loss", "fit.validation_data"), "fit.validation_data")
CONSTANT = Topic("constant", ("loss", "output", "y"), "y")
TIME = Topic("time", ("fit",))
RAW = Scale("loss", -math.inf, math.inf, free=False)
POINTS = Scale("points of share", -1.0, 1.0)
SKILL = Scale("", -math.inf, 1.0)
ERRORS = Scale("standard errors", -math.inf, math.inf, free=False)
TO_BEST = Scale("", 1.0, math.inf, neutral=1.0)
TO_CONSTANT = Scale("", -math.inf, math.inf, neutral=1.0)
TURN = Scale("", 0.0, 2.0)
NEVER_LEAST = tuple(how for how in AGGREGATES if how != "min")  # the first epoch is its own best

CURVES: tuple[Feature, ...] = (
    each("loss", curves.loss, "logged training loss, else the mean of the batch losses", RAW, "DEFault 2", LOSS),
    each("val_loss", curves.val_loss, "logged validation loss", RAW, "DEFault 4", VALIDATION),
    each("held_loss", curves.held_loss, "loss of the held batch after the epoch, inference mode", RAW, "row 164", HELD),
    each(
        "accuracy", curves.accuracy, "logged accuracy, not for real targets, never top-k", SHARE, "DEFault 3", ACCURACY
    ),
    each("val_accuracy", curves.val_accuracy, "logged validation accuracy", SHARE, "DEFault 5", VAL_ACCURACY),
    each("held_accuracy", curves.held_accuracy, "accuracy on the held batch", SHARE, "row 168", HELD),
    each(
        "learning_rate",
        curves.learning_rate,
        "as it was in the epoch, never changed by us",
        Scale("", 0.0, math.inf, free=False),
        "DEFault 24",
        RATE,
        True,
    ),
    each("loss_to_start", curves.to_start, "loss / loss of the first batch", RATIO, "row 164", LOSS),
    each("held_loss_to_start", curves.held_to_start, "held loss / held loss before training", RATIO, "row 164", HELD),
    each(
        "loss_to_best",
        curves.to_best(curves.loss),
        "loss / lowest loss so far",
        TO_BEST,
        "row 166",
        LOSS,
        how=NEVER_LEAST,
    ),
    each("loss_change", curves.step(curves.loss), "(loss - previous) / the larger of both", CHANGE, "DEFault 13", LOSS),
    each(
        "loss_rose", curves.rose(curves.loss), "1 if the loss is above the previous epoch's", FLAG, "DEFault 13", LOSS
    ),
    each(
        "loss_turn",
        curves.loss_turn,
        "where two successive differences differ in sign: the smaller / the largest of the three losses, else 0",
        TURN,
        "DEFault 8, row 165",
        NOISE,
    ),
    each(
        "batch_turns",
        curves.batch_turns,
        "share of the batches at which the loss turns back (2/3 for pure noise)",
        SHARE,
        "DEFault 8, row 165",
        NOISE,
    ),
    each(
        "batch_amplitude",
        curves.batch_amplitude,
        "std of the batch losses around their line / their mean size",
        PART,
        "DEFault 8, row 165",
        NOISE,
    ),
    each(
        "batch_trend",
        curves.batch_trend,
        "(last quarter of the batches - first) / the larger of both means",
        CHANGE,
        "row 164",
        LOSS,
    ),
    each(
        "batch_spike",
        curves.batch_spike,
        "log10 of the largest batch loss / the median one",
        LOG_RATIO,
        "row 55",
        NOISE,
    ),
    each("loss_broken", curves.broken, "1 if a batch loss or the logged loss was not finite", FLAG, "row 163", LOSS),
    each("accuracy_change", curves.difference(curves.accuracy), "accuracy - previous", POINTS, "DEFault 12", ACCURACY),
    each(
        "accuracy_fell",
        curves.fell(curves.accuracy),
        "1 if the accuracy is below the previous epoch's",
        FLAG,
        "DEFault 12",
        ACCURACY,
    ),
    each(
        "accuracy_gap", curves.points_apart, "accuracy - validation accuracy, signed", POINTS, "DEFault 7", VAL_ACCURACY
    ),
    each(
        "accuracy_skill",
        curves.skill(curves.accuracy),
        "(accuracy - majority share) / (1 - majority share)",
        SKILL,
        "row 168",
        ACCURACY,
    ),
    each(
        "val_accuracy_skill",
        curves.skill(curves.val_accuracy, True),
        "(validation accuracy - majority share) / (1 - majority share)",
        SKILL,
        "row 168",
        VAL_ACCURACY,
    ),
    each(
        "held_accuracy_skill",
        curves.skill(curves.held_accuracy),
        "(held accuracy - majority share) / (1 - majority share)",
        SKILL,
        "row 168",
        HELD,
    ),
    each(
        "accuracy_z",
        curves.standard_errors(curves.accuracy),
        "(accuracy - majority share) / sqrt(share (1 - share) / rows)",
        ERRORS,
        "row 168",
        ACCURACY,
    ),
    each(
        "val_accuracy_z",
        curves.standard_errors(curves.val_accuracy, True),
        "(validation accuracy - majority share) / sqrt(share (1 - share) / validation rows)",
        ERRORS,
        "row 168",
        VAL_ACCURACY,
    ),
    each(
        "loss_to_constant",
        curves.to_constant(curves.loss, True),
        "(loss - penalties) / loss of the best constant prediction",
        TO_CONSTANT,
        "row 164",
        CONSTANT,
    ),
    each(
        "val_loss_to_constant",
        curves.to_constant(curves.val_loss),
        "(validation loss - penalties) / loss of the best constant prediction",
        TO_CONSTANT,
        "row 164",
        CONSTANT,
    ),
    each(
        "held_loss_to_constant",
        curves.to_constant(curves.held_loss, True),
        "(held loss - penalties) / loss of the best constant prediction",
        TO_CONSTANT,
        "row 164",
        CONSTANT,
    ),
    each(
        "val_loss_ratio",
        curves.val_ratio,
        "validation loss / loss, each against the constant prediction where fit had weights",
        RATIO,
        "row 124, row 170",
        VALIDATION,
    ),
    each(
        "val_loss_to_best",
        curves.to_best(curves.val_loss),
        "validation loss / lowest so far",
        TO_BEST,
        "row 124",
        VALIDATION,
        how=NEVER_LEAST,
    ),
    each(
        "val_loss_change",
        curves.step(curves.val_loss),
        "(validation loss - previous) / the larger of both",
        CHANGE,
        "row 124",
        VALIDATION,
    ),
    each(
        "val_loss_rose",
        curves.rose(curves.val_loss),
        "1 if the validation loss is above the previous epoch's",
        FLAG,
        "row 124",
        VALIDATION,
    ),
    each("regularization_share", curves.regularization_share, "penalties / logged loss", PART, "row 164", LOSS),
    each("wait", curves.wait, "share of the epoch spent waiting for data", SHARE, "row 173", TIME, True),
    each(
        "seconds", curves.seconds, "duration of the epoch", Scale("s", 0.0, math.inf, free=False), "row 173", TIME, True
    ),
    once(
        "loss_drop", curves.drop, "(last loss - loss of the first batch) / the larger of both", CHANGE, "row 164", LOSS
    ),
    once(
        "loss_turns",
        lambda run: curves.turns(curves.losses(run)),
        "share of the inner epochs at which the loss turns back",
        SHARE,
        "DEFault 8, row 165",
        NOISE,
    ),
    once(
        "loss_amplitude",
        lambda run: curves.amplitude(curves.losses(run)),
        "mean size of the differences of successive losses / mean size of the losses",
        PART,
        "row 165",
        NOISE,
    ),
    once(
        "loss_best_epoch",
        curves.best_epoch(curves.loss),
        "where the loss was lowest: 0 the first epoch, 1 the last",
        Scale(neutral=1.0),
        "row 171",
        LOSS,
    ),
    once(
        "val_loss_best_epoch",
        curves.best_epoch(curves.val_loss),
        "where the validation loss was lowest: 0 the first epoch, 1 the last",
        Scale(neutral=1.0),
        "row 124",
        VALIDATION,
    ),
    once(
        "loss_accuracy_correlation",
        curves.agreement,
        "Pearson correlation of loss and accuracy over the epochs",
        Scale("", -1.0, 1.0),
        "row 36",
        ACCURACY,
    ),
    once(
        "initial_loss",
        curves.initial,
        "log10 of (loss before training - penalties) / loss of the best constant prediction",
        LOG_RATIO,
        "row 35",
        CONSTANT,
    ),
    once(
        "ever_broken",
        curves.ever_broken,
        "1 if the loss was not finite in any batch, of unfinished epochs too",
        FLAG,
        "row 163",
        LOSS,
    ),
    once(
        "broken_batch",
        curves.broken_batch,
        "number of the first batch, over all epochs, whose loss was not finite",
        Scale("batch", 0.0, math.inf, free=False),
        "row 163",
        LOSS,
    ),
)
