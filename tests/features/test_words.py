"""Features in words: each has some, and its numbers read as people write them."""

from __future__ import annotations

import math

import pytest

from default_lint.features.dynamic import FEATURES, of
from default_lint.features.table_static import FEATURES as STATIC
from default_lint.features.words import DENIED, MEASURED, WORDS, denied, of_run, of_source, percent, short
from default_lint.trial.trace import ModelTrace

ROW = of(ModelTrace(0, "", "")).row()


def test_every_feature_of_a_row_has_words() -> None:
    assert set(WORDS) == {name for name, feature in FEATURES.items() if feature.in_row}
    assert {f"{group}_known" for group in MEASURED} == {name for name in ROW if name.endswith("_known")}
    assert len(set(WORDS.values())) == len(WORDS)


def test_what_is_denied_is_said_somewhere() -> None:
    clauses = {feature.words for feature in STATIC.values()} | set(WORDS.values())
    assert set(DENIED) <= clauses


@pytest.mark.parametrize("name", [name for name, feature in STATIC.items() if feature.unit == "flag"])
def test_flags_are_facts(name: str) -> None:
    yes, no, unknown = (of_source(STATIC[name], value) for value in (1.0, 0.0, 0.5))
    assert len({yes, no, unknown}) == 3
    assert yes in unknown
    assert not any(text.rpartition(" ")[2].isdigit() for text in (yes, no, unknown))


@pytest.mark.parametrize("value", [-12.0, -1e-9, 0.0, 0.3, 1.0, 400.0])
def test_every_column_has_a_clause(value: float) -> None:
    texts = {}
    for column in ROW:
        feature = FEATURES.get(column.partition(".")[0])
        if feature is not None:
            texts[column] = of_run(feature, column, value)
    texts.update({name: of_source(feature, value) for name, feature in STATIC.items()})
    for column, text in texts.items():
        assert text == " ".join(text.split()), column
        assert len(text) < 140, column
        assert "_" not in text.replace("beta_1", ""), column
        assert " not not " not in text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("optimizer.rate", math.log10(0.5), "learning rate 0.5"),
        ("optimizer.rate", -5.0, "learning rate 1e-5"),
        ("training.batch", 5.0, "batch size 32"),
        ("training.epochs", 4.0, "epochs 16"),
        ("training.validation", 0.0, "no validation data"),
        ("training.validation", 0.5, "not known: there is validation data"),
        ("training.shuffled", 0.0, "the rows are not shuffled"),
        ("layer.activation.tanh", 1.0, "the activation is tanh"),
        ("layer.activation.tanh", 0.0, "the activation is not tanh"),
        ("layer.activation.other", 1.0, "the activation is another one"),
        ("head.loss.other", 1.0, "the loss is of another kind"),
        ("loss.name.mean_squared_error", 1.0, "the loss is mean squared error"),
        ("layer.dropout", 0.5, "dropout rate 0.5"),
        ("layers.linear", 2 / 3, "hidden layers without activation 67 %"),
        ("layers.penalty", -8.0, "no weight penalty"),
        ("layers.penalty", -2.0, "strongest weight penalty 0.01"),
        ("optimizer.clip_norm", 4.0, "no bound of the gradients' norm"),
        ("layers.narrowest", 4.0, "narrowest hidden layer 16"),
        ("model.dropouts", 0.0, "no dropout layers"),
        ("model.parameters", 5.1, "weights 125,893"),
    ],
)
def test_the_source(name: str, value: float, text: str) -> None:
    assert of_source(STATIC[name], value) == text


@pytest.mark.parametrize(
    ("column", "value", "mean", "text"),
    [
        ("activation_dead.max.last", 0.62, None, "share of dead units 62 % in the last epoch, largest of the layers"),
        ("accuracy.max", 1.0, None, "accuracy 100 %, largest over the epochs"),
        ("accuracy.std", 0.02, None, "accuracy varying by 2 % over the epochs"),
        ("accuracy.slope", 0.02, None, "accuracy changing by +2 % per epoch"),
        ("accuracy.slope", -0.02, None, "accuracy changing by -2 % per epoch"),
        ("update_ratio.first.last", -5.0, None, "one update over the weights 1e-5 in the last epoch, first layer"),
        ("accuracy.mean", 0.5, None, "accuracy 50 % on average over the epochs"),
        ("batch_spike.slope", 1.0, None, "largest batch loss over the median one changing by a factor of 10 per epoch"),
        ("loss_rose.last", 1.0, 0.25, "the loss rose in 25 % of the epochs"),
        ("loss_rose.mean", 0.0, None, "the loss rose in no epoch"),
        ("weight_still.max.last", 1.0, 1.0, "the weights stood still in every epoch in some layer"),
        ("weight_still.mean.mean", 0.5, None, "the weights stood still in 50 % of layers and epochs"),
        ("target_constant", 1.0, None, "the target is the same in all rows"),
        ("lengths_differ", 0.0, None, "inputs and labels have one length"),
        ("input_scale", 2.4, None, "largest input 251"),
    ],
)  # fmt: skip
def test_the_run(column: str, value: float, mean: float | None, text: str) -> None:
    assert of_run(FEATURES[column.partition(".")[0]], column, value, mean) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (0.001, "0.001"), (1e-4, "1e-4"), (3.456e-5, "3.5e-5"), (9.99e-4, "0.001"),
        (0.5, "0.5"), (0.1234, "0.12"), (1.0, "1"), (12.345, "12.3"), (99.96, "100"), (1234.5, "1,234"),
        (1e6, "1e6"), (1.24e6, "1.24e6"), (-0.25, "-0.25"), (1e300, "1e300"),
        (math.inf, "infinity"), (-math.inf, "-infinity"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_short_numbers(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"), (-0.0, "0 %"), (1.0, "100 %"), (0.004, "0.4 %"), (1e-9, "1e-7 %"), (0.996, "99.9 %"),
        (0.5, "50 %"), (-0.2, "-20 %"), (-0.001, "-0.1 %"), (12.0, "1200 %"), (1e20, "1e22 %"), (math.inf, "infinity"),
    ],
)  # fmt: skip
def test_percents(share: float, text: str) -> None:
    assert percent(share) == text


def test_what_is_not_listed_is_denied_by_not() -> None:
    assert denied("frozen") == "not frozen"
    assert denied("the loss is hinge") == "the loss is not hinge"
