"""Observations of inputs: values that are no numbers, their scale, columns that say nothing or everything, overlap."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.files import apply_edits
from default_lint.findings import Safety, Severity
from default_lint.trial.observations.constant_feature import ConstantFeature
from default_lint.trial.observations.embedding_of_fractions import EmbeddingOfFractions
from default_lint.trial.observations.embedding_range import EmbeddingRange
from default_lint.trial.observations.feature_equals_target import FeatureEqualsTarget
from default_lint.trial.observations.input_scale import InputScale
from default_lint.trial.observations.integer_input import IntegerInput
from default_lint.trial.observations.nan_or_inf_input import NanOrInfInput
from default_lint.trial.observations.suspicious_validation import SuspiciousValidation
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.train_validation_overlap import TrainValidationOverlap
from tests.trial.observations.runs import check, epoch, learning, stuck, weak, where
from tests.trial.observations.tables import BINARY, inputs, labels, two

WORDS = """\
import keras
from data import load

words, kind = load()
words = words / 400
model = keras.Sequential([keras.Input((16,)), keras.layers.Embedding(400, 8), keras.layers.GRU(12)])
model.add(keras.layers.Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy")
model.fit(words, kind, epochs=5)
"""


# not numbers


def test_nan_in_the_input() -> None:
    (seen,) = check(NanOrInfInput, BINARY, epochs=[epoch(0, float("nan"), broken=0)], data=inputs(nan=127))
    assert where(seen) == (4, "load()")
    assert seen.finding.message == "`table` held 127 NaN values in 1000 rows"
    assert (seen.finding.severity, seen.cause) == (Severity.ERROR, "x")
    assert seen.weight > 0.95
    assert seen.finding.notes[-1].text == "try: `np.nan_to_num(table)`, or drop these rows"


def test_infinity_in_the_labels() -> None:
    (seen,) = check(NanOrInfInput, BINARY, data=labels("real", 0, 1, inf=1))
    assert seen.finding.message == "`kind` held 1 infinite value in 1000 rows"
    assert seen.cause == "labels"


def test_nan_that_did_no_harm_is_a_remark() -> None:
    (seen,) = check(NanOrInfInput, BINARY, epochs=learning(), data=inputs(nan=3))
    assert (seen.finding.severity, seen.weight < 0.5) == (Severity.INFO, True)


def test_nan_that_reached_weights_is_none_even_if_the_loss_stayed_finite() -> None:
    """Where relu takes NaN for 0, the loss is that of a constant prediction."""
    spoiled = weak(measures={"nonfinite_weights": 224.0})
    (seen,) = check(NanOrInfInput, BINARY, epochs=spoiled, data=inputs(nan=16))
    assert (seen.finding.severity, seen.weight > 0.95) == (Severity.ERROR, True)
    (seen,) = check(NanOrInfInput, BINARY, epochs=weak(measures={"nonfinite_weights": 0.0}), data=inputs(nan=16))
    assert seen.finding.severity is Severity.INFO


def test_nan_in_the_validation_data() -> None:
    (seen,) = check(NanOrInfInput, BINARY, epochs=learning(), data={"val_x": inputs(nan=2)["x"]})
    assert where(seen) == (8, "table[:9], kind[:9]")
    assert seen.finding.message == "the validation data held 2 NaN values in 1000 rows"
    assert check(NanOrInfInput, BINARY, epochs=learning(), data=inputs()) == []


# scale


def test_pixels_in_a_run_that_fails() -> None:
    (seen,) = check(InputScale, BINARY, epochs=stuck(), data=inputs(0, 255))
    assert where(seen) == (4, "load()")
    assert seen.finding.message == "values of `table` up to 255 reached `Dense` unscaled"
    assert (seen.finding.severity, seen.cause) == (Severity.WARNING, "x_scale")
    assert seen.finding.notes[-1].text == "try: `table / 255.0`, for validation and test too"


@pytest.mark.parametrize(("factor", "count"), [(0.99, 0), (1.01, 1)])
def test_the_size_and_spread_of_inputs(factor: float, count: int) -> None:
    size, spread = LIMITS["input_size"] * factor, LIMITS["column_spread"] * factor
    assert len(check(InputScale, BINARY, epochs=stuck(), data=inputs(-size, 1))) == count
    found = check(InputScale, BINARY, epochs=stuck(), data=inputs(column_spread=spread))
    assert [item.finding.message for item in found] == ["columns of `table` differ 1010 times in their spread"][:count]


def test_large_inputs_in_a_run_that_learns() -> None:
    limit = LIMITS["pixel_size"]
    assert check(InputScale, BINARY, epochs=learning(), data=inputs(0, limit)) == []
    (seen,) = check(InputScale, BINARY, epochs=learning(), data=inputs(0, limit + 1))
    assert seen.finding.severity is Severity.INFO
    assert check(InputScale, BINARY, epochs=[], data=inputs(0, 255)) == []


@pytest.mark.parametrize(
    "layer", ["Rescaling(1 / 255)", "BatchNormalization()", "Normalization()", "Embedding(256, 4)"]
)
def test_layers_that_scale_or_look_up(layer: str) -> None:
    source = BINARY.replace('keras.layers.Dense(8, activation="relu")', f"keras.layers.{layer}, keras.layers.Dense(8)")
    assert check(InputScale, source, epochs=stuck(), data=inputs(0, 255)) == []


def test_a_normalization_right_after_the_first_weights() -> None:
    plain = BINARY.replace('Dense(8, activation="relu")', "Dense(8), keras.layers.BatchNormalization()")
    assert check(InputScale, plain, epochs=stuck(), data=inputs(0, 255)) == []
    late = BINARY.replace(
        'Dense(8, activation="relu")', 'Dense(8, activation="relu"), keras.layers.BatchNormalization()'
    )
    assert check(InputScale, late, epochs=stuck(), data=inputs(0, 255))


def test_integers_are_a_remark() -> None:
    (seen,) = check(IntegerInput, BINARY, epochs=stuck(), data=inputs(0, 255, dtype="uint8"))
    assert seen.finding.message == "`table` is uint8 with values up to 255"
    assert (seen.finding.severity, seen.cause) == (Severity.INFO, "x_scale")
    assert check(IntegerInput, BINARY, data=inputs(0, LIMITS["input_size"], dtype="uint8")) == []
    assert check(IntegerInput, BINARY, data=inputs(0, 255)) == []


# columns


def test_constant_columns() -> None:
    (seen,) = check(ConstantFeature, BINARY, epochs=stuck(), data=inputs(constant_columns=[1]))
    assert seen.finding.message == "1 of 4 columns of `table` hold a single value"
    assert seen.finding.severity is Severity.INFO
    (most,) = check(ConstantFeature, BINARY, epochs=stuck(), data=inputs(constant_columns=[0, 1, 3]))
    assert most.finding.severity is Severity.WARNING
    (half,) = check(ConstantFeature, BINARY, epochs=stuck(), data=inputs(constant_columns=[0, 1]))
    assert half.finding.severity is Severity.INFO
    (every,) = check(ConstantFeature, BINARY, epochs=stuck(), data=inputs(constant_columns=[0, 1, 2, 3]))
    assert (every.finding.severity, every.finding.message[:8]) == (Severity.ERROR, "all of 4")


@pytest.mark.parametrize(("count", "found"), [(393, 1), (392, 0)])
def test_most_columns_of_a_wide_input(count: int, found: int) -> None:
    data = inputs(constant_columns=list(range(20)), constant_count=count, columns=784)
    failing = check(ConstantFeature, BINARY, epochs=stuck(), data=data)
    assert [seen.finding.message for seen in failing] == [
        f"{count} of 784 columns of `table` hold a single value"
    ] * found
    assert check(ConstantFeature, BINARY, epochs=learning(), data=data) == []


def test_every_column_of_a_wide_input() -> None:
    data = inputs(constant_columns=list(range(20)), constant_count=784, columns=784)
    (seen,) = check(ConstantFeature, BINARY, epochs=learning(), data=data)
    assert seen.finding.message == "all of 784 columns of `table` hold a single value"


def test_constant_columns_of_wide_inputs_are_pixels() -> None:
    columns = int(LIMITS["narrow_columns"])
    assert check(ConstantFeature, BINARY, data=inputs(constant_columns=[1], columns=columns))
    assert check(ConstantFeature, BINARY, data=inputs(constant_columns=[1], columns=columns + 1)) == []


def test_copies_of_columns() -> None:
    (seen,) = check(ConstantFeature, BINARY, data=inputs(duplicate_columns=[[0, 2]]))
    assert seen.finding.message == "1 of 4 columns of `table` are copies of others"
    assert seen.finding.severity is Severity.INFO


def test_a_column_that_is_the_target() -> None:
    (seen,) = check(FeatureEqualsTarget, BINARY, epochs=learning(), data=inputs(leak_columns=[[3, 0.9999]]))
    assert where(seen) == (8, "table")
    assert seen.finding.message == "column 3 of `table` is the target (correlation 0.9999)"
    assert seen.finding.severity is Severity.WARNING
    limit = LIMITS["leak_correlation"]
    assert check(FeatureEqualsTarget, BINARY, data=inputs(leak_columns=[[3, -limit]]))
    assert check(FeatureEqualsTarget, BINARY, data=inputs(leak_columns=[[3, limit - 0.001]])) == []
    assert check(FeatureEqualsTarget, BINARY, data=inputs(leak_columns=[[0, 1.0]], columns=1)) == []


# ids


def test_an_embedding_of_fractions() -> None:
    (seen,) = check(EmbeddingOfFractions, WORDS, epochs=stuck(), data=inputs(0.0025, 0.9975))
    assert where(seen) == (6, "Embedding")
    assert seen.finding.message == "inputs from 0.0025 to 0.998 are all the id 0 in `Embedding`"
    assert seen.finding.severity is Severity.ERROR
    assert seen.finding.notes[0].span is not None
    assert check(EmbeddingOfFractions, WORDS, epochs=stuck(), data=inputs(0, 399, integers=True)) == []
    assert check(EmbeddingOfFractions, BINARY, epochs=stuck(), data=inputs(0, 0.9)) == []


def test_ids_beyond_the_rows_of_an_embedding() -> None:
    (seen,) = check(EmbeddingRange, WORDS, data=inputs(0, 400, integers=True))
    assert where(seen) == (6, "400")
    assert seen.finding.message == "ids go up to 400, `Embedding` has 400 rows"
    assert seen.finding.notes[-1].text == "try: `input_dim=401`"
    (fix,) = seen.finding.fixes
    assert apply_edits(WORDS, fix.edits) == WORDS.replace("Embedding(400", "Embedding(401")
    assert (fix.title, fix.safety) == ("Use 401 rows", Safety.UNSAFE)
    named = WORDS.replace("Embedding(400", "Embedding(len(words[0])")
    (seen,) = check(EmbeddingRange, named, data=inputs(0, 400, integers=True), changes={1: {"parameters": 3200}})
    assert seen.finding.fixes == ()
    (low,) = check(EmbeddingRange, WORDS, data=inputs(-1, 399, integers=True))
    assert low.finding.message == "ids go down to -1, `Embedding` has 400 rows"
    assert low.finding.fixes == ()
    assert check(EmbeddingRange, WORDS, data=inputs(0, 399, integers=True)) == []


# validation


def test_validation_rows_that_were_trained_on() -> None:
    limit = LIMITS["overlap"]
    (seen,) = check(TrainValidationOverlap, BINARY, data={"overlap": limit, "val_samples": 400})
    assert where(seen) == (8, "table[:9], kind[:9]")
    assert seen.finding.message == "10 % of the validation rows are in the training data too"
    assert seen.finding.severity is Severity.WARNING
    assert seen.finding.notes[0].text == "40 of 400 rows are equal"
    (few,) = check(TrainValidationOverlap, BINARY, data={"overlap": limit * 0.99})
    assert few.finding.severity is Severity.INFO
    remark = LIMITS["overlap_remark"]
    assert check(TrainValidationOverlap, BINARY, data={"overlap": remark})
    assert check(TrainValidationOverlap, BINARY, data={"overlap": remark * 0.99}) == []
    assert check(TrainValidationOverlap, BINARY) == []


def test_rows_that_repeat_by_nature() -> None:
    columns = int(LIMITS["discrete_columns"])
    for width, severity in ((columns, Severity.INFO), (columns + 1, Severity.WARNING)):
        data = {"overlap": 1.0, **inputs(0, 3, integers=True, columns=width)}
        (seen,) = check(TrainValidationOverlap, BINARY, data=data)
        assert seen.finding.severity is severity


def test_sentences_that_repeat_by_nature() -> None:
    rows = LIMITS["overlap_tokens"]
    for shared, count, severity in (
        (0.99, rows, Severity.INFO),
        (1.0, rows, Severity.WARNING),
        (1.0, rows - 1, Severity.INFO),
    ):
        data = {"overlap": shared, "val_samples": count, **inputs(0, 3, integers=True, columns=40)}
        (seen,) = check(TrainValidationOverlap, WORDS, data=data)
        assert seen.finding.severity is severity, (shared, count)


def ahead(validation: float, held: float, rows: int = 500) -> list[Any]:
    measures = {"held_accuracy": held, "measured_samples": rows}
    return [epoch(at, 0.5, 0.7, logs={"val_accuracy": validation}, measures=measures) for at in range(3)]


def test_validation_that_is_better_than_training() -> None:
    data = {"val_samples": 500, **two()}
    (seen,) = check(SuspiciousValidation, BINARY, epochs=ahead(0.9, 0.7), data=data)
    assert where(seen) == (8, "table[:9], kind[:9]")
    assert seen.finding.message == "accuracy 0.90 on validation, 0.70 on training rows"
    assert seen.finding.severity is Severity.INFO
    error = LIMITS["validation_errors"] * (0.7 * 0.3 * 2 / 500) ** 0.5
    edge = 0.7 + LIMITS["validation_lead"] + error
    assert check(SuspiciousValidation, BINARY, epochs=ahead(edge + 0.001, 0.7), data=data)
    assert check(SuspiciousValidation, BINARY, epochs=ahead(edge - 0.001, 0.7), data=data) == []


def test_validation_that_is_perfect_at_once() -> None:
    limit = LIMITS["validation_perfect"]
    (seen,) = check(SuspiciousValidation, BINARY, epochs=ahead(limit, limit), data=two())
    assert seen.finding.message == "validation accuracy was 1.0 after the first epoch"
    assert check(SuspiciousValidation, BINARY, epochs=ahead(limit - 0.001, limit), data=two()) == []
    assert check(SuspiciousValidation, BINARY, epochs=ahead(1.0, 1.0), data=two(0.96)) == []
