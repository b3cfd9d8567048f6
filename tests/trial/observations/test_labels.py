"""Observations of labels: their range, form, balance, and whether they belong to their inputs."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.files import apply_edits
from default_lint.findings import Safety, Severity
from default_lint.trial.observations.bce_labels_not_binary import BceLabelsNotBinary
from default_lint.trial.observations.class_imbalance import ClassImbalance
from default_lint.trial.observations.class_weight_keys import ClassWeightKeys
from default_lint.trial.observations.constant_feature import ConstantFeature
from default_lint.trial.observations.label_form import LabelForm
from default_lint.trial.observations.labels_look_random import LabelsLookRandom
from default_lint.trial.observations.labels_out_of_range import LabelsOutOfRange
from default_lint.trial.observations.target_outside_output import TargetOutsideOutput
from default_lint.trial.observations.target_scale import TargetScale
from default_lint.trial.observations.thresholds import LIMITS
from tests.trial.observations.runs import DIGITS, check, epoch, learning, stuck, weak, where
from tests.trial.observations.tables import BINARY, FALLS, FLAT, REGRESSION, labels, losses, real, two

BCE = {"losses": ["binary_crossentropy"]}
MSE = {"losses": ["mean_squared_error"]}
ONE_HOT: dict[str, Any] = {"shape": [1000, 10], "classes": 10}


# range


def test_labels_from_one() -> None:
    (seen,) = check(LabelsOutOfRange, data=labels("integer", 1, 10))
    assert where(seen) == (5, "load()")
    assert seen.finding.message == "labels go from 1 to 10, 10 units take 0 to 9"
    assert seen.finding.severity is Severity.ERROR
    assert seen.finding.notes[-1].text == "try: `y - 1`"
    assert (seen.cause, seen.finding.evidence[0].value) == ("labels", 10)


def test_fewer_units_than_classes() -> None:
    (seen,) = check(LabelsOutOfRange, data=labels("integer", 0, 10))
    assert where(seen) == (10, "10")
    assert seen.finding.notes[-1].text == "try: 11 units"


def test_negative_labels() -> None:
    (seen,) = check(LabelsOutOfRange, data=labels("real", -1, 9))
    assert where(seen)[0] == 5
    assert "ignore_class=-1" in seen.finding.notes[-1].text
    source = DIGITS.replace(
        '"sparse_categorical_crossentropy"', "keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)"
    )
    assert check(LabelsOutOfRange, source, data=labels("real", -1, 9)) == []


def test_labels_within_the_units_or_under_another_loss() -> None:
    assert check(LabelsOutOfRange, data=labels("integer", 0, 9)) == []
    assert check(LabelsOutOfRange, data=labels("integer", 1, 10), losses=["mean_squared_error"]) == []
    assert check(LabelsOutOfRange, data={"y": []}) == []


def test_labels_of_minus_one_under_binary_crossentropy() -> None:
    (seen,) = check(BceLabelsNotBinary, BINARY, data=labels("signs", -1, 1), **BCE)
    assert where(seen) == (4, "load()")
    assert seen.finding.message == "labels are -1 and 1, `binary_crossentropy` takes 0 to 1"
    assert seen.weight > 0.9


def test_several_classes_under_binary_crossentropy_are_a_matter_of_the_loss() -> None:
    (seen,) = check(BceLabelsNotBinary, BINARY, data=labels("integer", 0, 3, classes=4), **BCE)
    assert where(seen) == (7, '"binary_crossentropy"')
    assert seen.finding.notes[-1].text == "try: `sparse_categorical_crossentropy` with 4 units and softmax"


def test_targets_that_were_not_brought_to_the_unit_range() -> None:
    for low, advice in ((0, "divide them by 255"), (-3, "(y - y.min())")):
        (seen,) = check(BceLabelsNotBinary, BINARY, data=labels("real", low, 255), **BCE)
        assert advice in seen.finding.notes[-1].text


def test_the_margin_of_binary_labels() -> None:
    margin = LIMITS["binary_margin"]
    assert check(BceLabelsNotBinary, BINARY, data=labels("real", 0, 1 + 0.9 * margin), **BCE) == []
    assert check(BceLabelsNotBinary, BINARY, data=labels("real", 0, 1 + 1.1 * margin), **BCE)
    assert check(BceLabelsNotBinary, BINARY, data=labels("real", -1.1 * margin, 1), **BCE)
    assert check(BceLabelsNotBinary, BINARY, data=labels("real", 0, 5), **MSE) == []


# form


@pytest.mark.parametrize(
    ("loss", "facts", "line", "advice"),
    [
        ("categorical_crossentropy", labels("integer", 0, 9), 14, "sparse_categorical"),
        ("sparse_categorical_crossentropy", labels("one-hot", 0, 1, **ONE_HOT), 14, "`categorical_crossentropy`"),
        ("categorical_crossentropy", labels("one-hot", 0, 1, shape=[1000, 7]), 10, "7 units"),
        ("binary_crossentropy", labels("binary", 0, 1), 10, "1 unit with sigmoid"),
        ("mean_squared_error", labels("integer", 0, 9), 14, "sparse_categorical"),
    ],
)
def test_labels_in_another_form(loss: str, facts: dict[str, Any], line: int, advice: str) -> None:
    (seen,) = check(LabelForm, data=facts, losses=[loss])
    assert (where(seen)[0], seen.finding.severity) == (line, Severity.ERROR)
    assert advice in seen.finding.notes[-1].text
    assert "the labels are made in line 5" in [note.text for note in seen.finding.notes]


@pytest.mark.parametrize(
    ("facts", "written", "changed"),
    [
        (labels("integer", 0, 9), '"categorical_crossentropy"', '"sparse_categorical_crossentropy"'),
        (labels("one-hot", 0, 1, **ONE_HOT), '"sparse_categorical_crossentropy"', '"categorical_crossentropy"'),
        (labels("integer", 0, 9), "keras.losses.MeanSquaredError()", "keras.losses.SparseCategoricalCrossentropy()"),
        (labels("integer", 0, 9), "losses.pick()", ""),
        (labels("one-hot", 0, 1, shape=[1000, 7]), '"categorical_crossentropy"', ""),
    ],
)
def test_the_loss_for_the_form_is_a_fix(facts: dict[str, Any], written: str, changed: str) -> None:
    source = DIGITS.replace('"sparse_categorical_crossentropy"', written)
    loss = "mean_squared_error" if "Squared" in written else written.strip('"')
    (seen,) = check(LabelForm, source, data=facts, losses=["categorical_crossentropy" if "pick" in loss else loss])
    texts = [(apply_edits(source, fix.edits), fix.safety) for fix in seen.finding.fixes]
    assert texts == ([(source.replace(written, changed), Safety.UNSAFE)] if changed else [])


def test_one_hot_rows_without_a_label() -> None:
    """As `one_hot` leaves labels from 1 to 5 with five columns."""
    facts = labels("multi-hot", 0, 1, shape=[1000, 10])
    facts = {"y": [{**facts["y"][0], "most_in_row": 1.0, "empty_rows": 0.2}]}
    (seen,) = check(LabelForm, epochs=stuck(), data=facts, losses=["categorical_crossentropy"])
    assert where(seen) == (5, "load()")
    assert seen.finding.message == "20 % of the one-hot rows of `y` hold no 1 at all"
    for more in ({"most_in_row": 2.0, "empty_rows": 0.2}, {"most_in_row": 1.0, "empty_rows": 0.0}):
        other = {"y": [{**facts["y"][0], **more}]}
        (seen,) = check(LabelForm, epochs=stuck(), data=other, losses=["categorical_crossentropy"])
        assert where(seen)[0] == 14


def test_several_labels_under_a_categorical_loss() -> None:
    facts = labels("multi-hot", 0, 1, shape=[1000, 10])
    (seen,) = check(LabelForm, data=facts, losses=["categorical_crossentropy"])
    assert (where(seen)[0], seen.finding.severity) == (14, Severity.WARNING)
    assert "binary_crossentropy" in seen.finding.notes[-1].text


@pytest.mark.parametrize(
    ("loss", "facts"),
    [
        ("sparse_categorical_crossentropy", labels("integer", 0, 9)),
        ("categorical_crossentropy", labels("one-hot", 0, 1, **ONE_HOT)),
        ("binary_crossentropy", labels("multi-hot", 0, 1, **ONE_HOT)),
        ("mean_squared_error", labels("real", 0, 1, **ONE_HOT)),
        ("divergence", labels("integer", 0, 9)),
    ],
)
def test_labels_in_the_form_of_the_loss(loss: str, facts: dict[str, Any]) -> None:
    assert check(LabelForm, data=facts, losses=[loss]) == []


# one label, or nearly


def test_labels_of_one_value() -> None:
    (seen,) = check(ConstantFeature, BINARY, data=labels("binary", 0, 0, constant=True), **BCE)
    assert where(seen) == (4, "load()")
    assert seen.finding.message == "all 1000 labels are 0"
    assert (seen.finding.severity, seen.cause) == (Severity.ERROR, "labels")
    assert check(ConstantFeature, BINARY, data=labels("binary", 0, 1), **BCE) == []


def collapsed(top: float, majority: float = 0.96, accuracy: float | None = None) -> list[Any]:
    score = majority if accuracy is None else accuracy
    loss = 0.17 if accuracy is None else 0.02
    return [epoch(at, loss, score, measures={"prediction_top": top}) for at in range(4)]


def test_predictions_that_are_all_the_commonest_label() -> None:
    (seen,) = check(ClassImbalance, BINARY, epochs=collapsed(1.0), data=two(0.96), **BCE)
    assert where(seen) == (8, "fit")
    assert seen.finding.message == "96 % of the labels are the same, and 100 % of the predictions"
    assert seen.finding.severity is Severity.WARNING
    assert "{0: 0.52, 1: 12}" in seen.finding.notes[-1].text


def test_the_share_of_rare_labels_that_are_missed() -> None:
    for share, severity in ((1.02, Severity.WARNING), (0.98, Severity.INFO)):
        top = 1 - 0.04 * (1 - LIMITS["rare_missed"] * share)
        (seen,) = check(ClassImbalance, BINARY, epochs=collapsed(top), data=two(0.96), **BCE)
        assert seen.finding.severity is severity


def test_imbalance_that_is_handled_or_does_no_harm() -> None:
    good = collapsed(0.962, accuracy=0.995)
    assert check(ClassImbalance, BINARY, epochs=good, data=two(0.96), **BCE) == []
    weighted = BINARY.replace("epochs=5", "epochs=5, class_weight={0: 1, 1: 20}")
    assert check(ClassImbalance, weighted, epochs=collapsed(1.0), data=two(0.96), **BCE) == []
    asked = {"sample_weight": True}
    assert check(ClassImbalance, BINARY, epochs=collapsed(1.0), data=two(0.96), asked=asked, **BCE) == []


def test_the_share_from_which_two_labels_are_imbalanced() -> None:
    limit = LIMITS["majority"]
    assert check(ClassImbalance, BINARY, epochs=collapsed(1.0, limit), data=two(limit), **BCE) == []
    assert check(ClassImbalance, BINARY, epochs=collapsed(1.0, 0.86), data=two(limit + 0.01), **BCE)


def test_the_entropy_from_which_several_labels_are_imbalanced() -> None:
    for entropy, count in ((LIMITS["entropy"] * 1.01, 0), (LIMITS["entropy"] * 0.99, 1)):
        facts = labels("integer", 0, 9, classes=10, majority=0.8, entropy=entropy)
        assert len(check(ClassImbalance, epochs=collapsed(1.0, 0.8), data=facts)) == count


def test_class_weights_under_keys_that_are_no_labels() -> None:
    source = BINARY.replace("epochs=5", "class_weight={'no': 1, 'yes': 9}")
    (seen,) = check(ClassWeightKeys, source, data=two(), asked={"class_weight": {"no": 1, "yes": 9}}, **BCE)
    assert where(seen) == (8, "{'no': 1, 'yes': 9}")
    assert seen.finding.message == "no key of `class_weight` is a label"
    assert check(ClassWeightKeys, source, data=two(), asked={"class_weight": {"1": 9}}, **BCE) == []
    assert check(ClassWeightKeys, BINARY, data=two(), **BCE) == []


# labels that do not belong to their inputs

PERMUTED = {"true": 0.2, "permuted": 0.3, "true_held": 1.12, "permuted_held": 1.1, "same": True}
SAME = {"permuted_labels": PERMUTED, "overfit_batch": {"fits": True}}


def test_permuted_labels_that_are_as_easy() -> None:
    (seen,) = check(LabelsLookRandom, epochs=stuck(), tests=SAME)
    assert where(seen) == (5, "load()")
    assert seen.finding.severity is Severity.WARNING
    told = "loss on unseen rows 1.12, after training on permuted labels 1.1"
    assert told in [note.text for note in seen.finding.notes]
    (remark,) = check(LabelsLookRandom, epochs=weak(), tests=SAME)
    assert remark.finding.severity is Severity.INFO


def test_labels_that_look_random_for_another_reason() -> None:
    assert check(LabelsLookRandom, epochs=learning(), tests=SAME) == []
    unable = {**SAME, "overfit_batch": {"fits": False}}
    assert check(LabelsLookRandom, epochs=stuck(), tests=unable) == []
    (unsure,) = check(LabelsLookRandom, epochs=stuck(), tests={**SAME, "overfit_batch": {"skipped": "no time"}})
    assert unsure.weight < check(LabelsLookRandom, epochs=stuck(), tests=SAME)[0].weight
    skipped = {**SAME, "permuted_labels": {"same": True, "skipped": "too little time"}}
    assert check(LabelsLookRandom, epochs=stuck(), tests=skipped) == []


def test_validation_above_chance_speaks_for_the_labels() -> None:
    for above, count in ((1.05, 0), (0.95, 1)):
        accuracy = 0.1 + LIMITS["above_chance"] * above
        epochs = [epoch(at, 2.2, 0.2, logs={"val_accuracy": accuracy}) for at in range(4)]
        assert len(check(LabelsLookRandom, epochs=epochs, tests=SAME)) == count


def at_chance(validation: float = 0.1, steps: int = 100) -> list[Any]:
    return [epoch(at, 2.2, 0.2, logs={"val_accuracy": validation}, steps=steps) for at in range(4)]


def by_heart(end: float = 0.4) -> dict[str, Any]:
    return {"overfit_batch": {"fits": True, "start": 2.3, "user_end": end}}


def test_validation_at_chance_though_one_batch_is_learned() -> None:
    data = {"val_samples": 300}
    (seen,) = check(LabelsLookRandom, epochs=at_chance(), tests=by_heart(), data=data)
    assert where(seen) == (5, "load()")
    assert seen.finding.message == "validation stayed at chance (0.10) though one batch was learned by heart"
    limit = 2.3 * (1 - LIMITS["able_drop"])
    assert check(LabelsLookRandom, epochs=at_chance(), tests=by_heart(limit * 0.99), data=data)
    assert check(LabelsLookRandom, epochs=at_chance(), tests=by_heart(limit * 1.01), data=data) == []
    edge = 0.1 + LIMITS["validation_errors"] * (0.09 / 300) ** 0.5
    assert check(LabelsLookRandom, epochs=at_chance(edge - 0.001), tests=by_heart(), data=data)
    assert check(LabelsLookRandom, epochs=at_chance(edge + 0.001), tests=by_heart(), data=data) == []
    few = int(LIMITS["able_steps"]) // 4
    assert check(LabelsLookRandom, epochs=at_chance(steps=few), tests=by_heart(), data=data)
    assert check(LabelsLookRandom, epochs=at_chance(steps=few - 1), tests=by_heart(), data=data) == []
    assert check(LabelsLookRandom, epochs=learning(), tests=by_heart(), data=data) == []


# targets of a regression


def test_targets_out_of_reach() -> None:
    facts = real(320_000, 60_000)
    (seen,) = check(TargetScale, REGRESSION, epochs=losses(1e11, 1e11, 9.9e10, 9.9e10), data=facts, **MSE)
    assert where(seen) == (4, "load()")
    assert seen.finding.message == "targets of up to 500,000 stayed out of reach of an output that starts at 0"
    assert check(TargetScale, REGRESSION, epochs=losses(1e11, 1e9, 1e8, 1e7), data=facts, **MSE) == []


def test_the_size_of_targets_that_is_large() -> None:
    limit = LIMITS["target_size"]
    for size, count in ((limit, 0), (limit * 1.01, 1)):
        facts = labels("real", 0, size, mean=size / 2, std=1.0)
        assert len(check(TargetScale, REGRESSION, epochs=FLAT, data=facts, **MSE)) == count


def bounded(name: str) -> str:
    return REGRESSION.replace("Dense(1)", f'Dense(1, activation="{name}")')


def test_targets_below_a_relu() -> None:
    (seen,) = check(TargetOutsideOutput, bounded("relu"), epochs=FALLS, data=real(), **MSE)
    assert where(seen) == (6, '"relu"')
    assert seen.finding.message == "targets go from -3 to 3, `relu` gives 0 and more"
    assert seen.finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("name", "low", "high", "count"),
    [("sigmoid", 0, 1, 0), ("sigmoid", 0, 50, 1), ("tanh", -1, 1, 0), ("tanh", -2, 1, 1), ("linear", -9, 9, 0)],
)
def test_the_range_of_an_output(name: str, low: float, high: float, count: int) -> None:
    facts = labels("real", low, high, mean=(low + high) / 2, std=(high - low) / 6)
    assert len(check(TargetOutsideOutput, bounded(name), epochs=FLAT, data=facts, **MSE)) == count


def test_targets_a_little_outside() -> None:
    share = LIMITS["outside_share"]
    for size, count in ((0.9, 0), (1.2, 1)):
        facts = labels("real", -share * size, 1, mean=0.5, std=0.1)
        assert len(check(TargetOutsideOutput, bounded("relu"), epochs=FLAT, data=facts, **MSE)) == count


def test_few_targets_outside_are_a_remark_in_a_run_that_learns() -> None:
    for near, severity in ((0.95, Severity.WARNING), (1.05, Severity.INFO)):
        facts = labels("real", -1, 9, mean=LIMITS["outside_deviations"] * near, std=1.0)
        (seen,) = check(TargetOutsideOutput, bounded("relu"), epochs=FALLS, data=facts, **MSE)
        assert seen.finding.severity is severity


def test_a_hinge_turns_zero_into_minus_one() -> None:
    (seen,) = check(TargetOutsideOutput, BINARY, data=two(), losses=["hinge"])
    assert where(seen) == (6, '"sigmoid"')
    assert check(TargetOutsideOutput, BINARY, data=two(), **BCE) == []


def test_equal_weights_are_no_weights() -> None:
    source = BINARY.replace("epochs=5", "epochs=5, class_weight={0: 1.0, 1: 1.0}")
    asked = {"class_weight": {"0": 1.0, "1": 1.0}}
    (seen,) = check(ClassImbalance, source, epochs=collapsed(1.0), data=two(0.96), asked=asked, **BCE)
    assert where(seen) == (8, "{0: 1.0, 1: 1.0}")
