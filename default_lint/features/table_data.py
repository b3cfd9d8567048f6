"""The table of features: the data, and the predictions against them."""

from __future__ import annotations

import math

from default_lint.features import dynamic_data as data
from default_lint.features.base import (
    FLAG,
    LOG_RATIO,
    NUMBER,
    PART,
    RATIO,
    SHARE,
    Feature,
    Scale,
    Topic,
    each,
    known,
    number,
    once,
    raw,
)

PREDICTION = Topic("prediction", ("output", "loss"), "output")
X = Topic("input", ("x",), "x")
Y = Topic("target", ("y",), "y")
Y_LOSS = Topic("target", ("y", "loss", "output"), "y")
SPLIT = Topic("validation", ("fit.validation_data", "x"), "fit.validation_data")
HARDWARE = Topic("hardware", ("fit",), "fit")


DATA: tuple[Feature, ...] = (
    each(
        "prediction_spread",
        data.prediction_spread,
        "mean std of the output units over the held rows / that of the target (of one-hot labels for classes)",
        RATIO,
        "row 167",
        PREDICTION,
    ),
    each(
        "prediction_offset",
        data.prediction_offset,
        "(mean prediction - mean target) / std of the target, not for classes",
        NUMBER,
        "row 167",
        PREDICTION,
    ),
    each(
        "prediction_reach",
        data.prediction_reach,
        "range of the predictions / range of the target, not for classes",
        RATIO,
        "row 142",
        PREDICTION,
    ),
    each(
        "prediction_top",
        data.prediction_top,
        "share of the held rows with the commonest predicted class",
        SHARE,
        "row 167",
        PREDICTION,
    ),
    each(
        "prediction_excess",
        data.prediction_excess,
        "(share of the commonest predicted class - majority share) / (1 - majority share)",
        Scale("", -math.inf, 1.0),
        "row 167",
        PREDICTION,
    ),
    each(
        "prediction_classes",
        data.prediction_classes,
        "number of predicted classes / number of labels seen",
        Scale("", 0.0, math.inf, neutral=1.0),
        "row 167",
        PREDICTION,
    ),
    *(
        once(
            f"target_{form.replace('-', '_')}",
            data.is_form(form),
            f"1 if a target's form is {form}",
            FLAG,
            "row 23, row 24, row 25, row 26",
            Y,
        )
        for form in data.FORMS
    ),
    once(
        "target_minimum",
        lambda run: min(known(number(facts, "min") for facts in run.targets), default=None),
        "smallest entry of the targets",
        raw("target", -math.inf),
        "row 23, row 24, row 25, row 26",
        Y,
    ),
    once(
        "target_maximum",
        data.over_y(lambda facts: number(facts, "max")),
        "largest entry of the targets",
        raw("target", -math.inf),
        "row 23, row 24, row 25, row 26",
        Y,
    ),
    once(
        "target_scale",
        data.over_y(lambda facts: data.magnitude(data.size(facts))),
        "log10 of the largest size of a target, against 1",
        LOG_RATIO,
        "row 142",
        Y,
    ),
    once("target_unusable", data.over_y(data.unusable), "share of NaN and infinite targets", SHARE, "row 139", Y),
    once(
        "target_constant",
        data.over_y(lambda facts: number(facts, "constant")),
        "1 if a target is the same in every row",
        FLAG,
        "row 140",
        Y,
    ),
    once(
        "labels_outside",
        data.outside,
        "1 if labels lie outside of what the loss takes ([0, units), [0, 1], signs, >= 0)",
        FLAG,
        "row 23, row 24, row 25, row 26",
        Y_LOSS,
    ),
    once("labels_used", data.used, "number of different integer labels / output units", RATIO, "row 23", Y_LOSS),
    once(
        "label_entropy",
        data.of_labels("entropy"),
        "entropy of the label shares / log of their number",
        Scale(neutral=1.0),
        "row 141",
        Y,
    ),
    once("label_majority", data.of_labels("majority"), "share of the commonest label", SHARE, "row 141", Y),
    once(
        "labels_sorted",
        data.of_labels("sorted"),
        "(share of equal neighbors - expected) / (1 - expected)",
        SHARE,
        "row 66",
        Y,
    ),
    once(
        "input_scale",
        data.over_x(lambda facts: data.magnitude(data.size(facts))),
        "log10 of the largest size of an input, against 1",
        LOG_RATIO,
        "row 144, row 172",
        X,
    ),
    once(
        "input_spread",
        data.over_x(lambda facts: data.magnitude(number(facts, "std"))),
        "log10 of the standard deviation of an input, against 1",
        LOG_RATIO,
        "row 172",
        X,
    ),
    once(
        "input_offset",
        data.over_x(data.offset),
        "size of the mean / standard deviation of an input",
        PART,
        "row 172",
        X,
    ),
    once(
        "input_column_spread",
        data.over_x(lambda facts: data.magnitude(number(facts, "column_spread"))),
        "log10 of the largest / smallest standard deviation of a column",
        LOG_RATIO,
        "row 172",
        X,
    ),
    once("input_unusable", data.over_x(data.unusable), "share of NaN and infinite inputs", SHARE, "row 139", X),
    once(
        "input_zero",
        data.over_x(lambda facts: number(facts, "zero")),
        "share of the inputs that are 0",
        SHARE,
        "row 140",
        X,
    ),
    once(
        "input_constant",
        data.over_x(lambda facts: data.listed(facts, "constant_columns")),
        "share of the columns that are constant (20 counted at most)",
        SHARE,
        "row 140",
        X,
    ),
    once(
        "input_duplicate",
        data.over_x(lambda facts: data.listed(facts, "duplicate_columns")),
        "share of the columns that repeat another (20 counted at most)",
        SHARE,
        "row 140",
        X,
    ),
    once("input_integer", data.whole_numbers, "1 if an input has an integer type", FLAG, "row 144", X),
    once(
        "overlap",
        data.data("overlap"),
        "share of the validation rows that are training rows, too",
        SHARE,
        "row 145",
        SPLIT,
    ),
    once(
        "lengths_differ", data.data("lengths_differ"), "1 if x and y have different numbers of rows", FLAG, "row 143", X
    ),
    once(
        "weights_per_row", data.per_row, "log10 of number of weights / number of training rows", LOG_RATIO, "row 124", X
    ),
    once(
        "cpu",
        data.hardware("cpu", "cpu_utilization"),
        "use of the processor",
        raw("%", 0.0),
        "DEFault 29",
        HARDWARE,
        True,
    ),
    once(
        "gpu_memory",
        data.hardware("gpu_memory", "gpu_memory_utilization"),
        "memory of the accelerator",
        raw("MiB", 0.0),
        "DEFault 30",
        HARDWARE,
        True,
    ),
    once(
        "memory",
        data.hardware("memory", "memory_usage"),
        "memory of the run",
        raw("MiB", 0.0),
        "DEFault 31",
        HARDWARE,
        True,
    ),
)
