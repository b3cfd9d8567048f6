"""Reasons in words: features instead of columns, facts instead of flags, each at its places."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from default_lint.diagnosis.explain import feature_of, grouped, reasons, signed, told
from default_lint.features.dynamic import of
from default_lint.features.table_static import FEATURES, Assumed, StaticFeature, names
from default_lint.findings import Learned
from default_lint.text import Document, Span
from default_lint.trial.trace import ModelTrace

DOCUMENT = Document("train.py", "model.compile(SGD(0.5))\nmodel.fit(x, y)\n")
RATE, FIT = Span(18, 21), Span(24, 33)
RUN: dict[str, float] = {
    **{name: 1.0 if name.endswith("_known") else 0.0 for name in of(ModelTrace(0, "", "")).row()},
    "activation_dead.max.last": 0.62,
    "activation_dead.max.mean": 0.31,
    "activation_dead.mean.last": 0.2,
}
SOURCE: dict[str, float] = {
    **{name: FEATURES[name].neutral for name in {*names("program"), *names("optimizer")}},
    "optimizer.rate": -0.30103,
    "optimizer.name.sgd": 1.0,
    "training.validation": 0.0,
}


def why(
    contributions: Mapping[str, float],
    values: Mapping[str, float] = SOURCE,
    usual: Mapping[str, tuple[float, float]] | None = None,
    origins: Any = None,
    **more: Any,
) -> Any:
    model: Any = SimpleNamespace(usual=usual or {})
    return reasons(Learned("m", 0.9, 0.4, contributions), model, values, origins or {}, DOCUMENT, **more)


def texts(*arguments: Any, **more: Any) -> list[str]:
    return [reason.text for reason in why(*arguments, **more)]


def test_numbers_stand_beside_those_of_working_programs() -> None:
    usual = {"optimizer.rate": (-4.0, -2.0), "optimizer.momentum": (0.0, 0.0), "optimizer.weight_decay": (-8.0, -4.0)}
    contributions = {"optimizer.rate": 0.216, "optimizer.momentum": -0.1, "optimizer.weight_decay": 0.05}
    assert texts(contributions, usual=usual) == [
        "learning rate 0.5, working programs 1e-4 to 0.01 (+0.22)",
        "momentum 0, working programs 0 (-0.10)",
        "no weight decay, working programs none to 1e-4 (+0.05)",
    ]
    assert texts({"optimizer.rate": 0.216}) == ["learning rate 0.5 (+0.22)"]


def test_flags_and_choices_are_facts() -> None:
    usual = {"training.validation": (0.0, 1.0), "optimizer.name.sgd": (0.0, 1.0)}
    assert texts({"training.validation": 0.31, "optimizer.name.sgd": 0.2}, usual=usual) == [
        "no validation data (+0.31)",
        "the optimizer is sgd (+0.20)",
    ]


def test_the_options_of_a_choice_are_one_reason() -> None:
    parts = {"optimizer.name.adam": 0.2, "optimizer.name.sgd": 0.05, "optimizer.name.other": -0.01}
    (reason,) = why(parts)
    assert reason.text == "the optimizer is sgd (+0.24)"  # the one that was chosen, not the one that counts most
    assert reason.feature == "optimizer.name.sgd" and reason.value == 1.0
    assert reason.contribution == pytest.approx(0.24)
    (reason,) = why(parts, {**SOURCE, "optimizer.name.sgd": 0.0})
    assert reason.text == "the optimizer is not adam (+0.24)"


def test_the_columns_of_a_feature_are_one_reason() -> None:
    parts = {"activation_dead.max.last": 0.2, "activation_dead.max.mean": 0.1, "activation_dead.mean.last": -0.25}
    (reason,) = why(parts, RUN, {"activation_dead.max.last": (0.0, 0.03)})
    assert reason.text == (
        "share of dead units 62 % in the last epoch, largest of the layers, working programs 0 % to 3 % (+0.05)"
    )
    assert reason.usual == (0.0, 0.03)
    (reason,) = why({**parts, "activation_dead.mean.last": -0.5}, RUN)
    assert reason.text == "share of dead units 20 % in the last epoch, mean of the layers (-0.20)"
    assert reason.feature == "activation_dead.mean.last" and reason.value == 0.2


def test_what_was_not_measured_has_no_number() -> None:
    row = {**RUN, "val_accuracy_known": 0.0}
    assert texts({"val_accuracy.last": 0.2, "val_accuracy_known": 0.3, "gradient_known": -0.1}, row) == [
        "validation accuracy not measured (+0.30)",
        "validation accuracy not measured (+0.20)",
        "gradients measured (-0.10)",
    ]


def unread(*names: str, applies: bool = True) -> dict[str, float]:
    """The row of a source that does not tell some features."""
    row = {**SOURCE, **dict.fromkeys(("head.loss.other", "head.labels.unknown", "data.scaling.unknown"), 1.0)}
    return {name: Assumed(value, applies) if name.startswith(names) else value for name, value in row.items()}


def test_what_the_source_does_not_tell_is_said_to_be_not_known() -> None:
    told_of = ("optimizer.rate", "optimizer.name", "training.shuffled", "head.loss", "head.labels", "data.scaling")
    parts = {
        "optimizer.rate": 0.3, "optimizer.name.adam": 0.25, "training.shuffled": 0.2, "head.loss.binary": 0.1,
        "head.labels.integer": -0.05, "data.scaling.raw": 0.02, "training.epochs": 0.01,
    }  # fmt: skip
    found = why(parts, unread(*told_of), {"optimizer.rate": (-4.0, -2.0)}, {"optimizer.rate": (RATE,)}, top=9)
    assert [reason.text for reason in found] == [
        "learning rate not known (+0.30)",
        "the optimizer is not known (+0.25)",
        "not known: the rows are shuffled (+0.20)",
        "the kind of the loss is not known (+0.10)",
        "the form of the labels is not known (-0.05)",
        "not known: whether the inputs are scaled (+0.02)",
        "epochs 16 (+0.01)",
    ]
    first, *_, last = found
    assert (first.value, first.usual, first.spans) == (None, None, ((DOCUMENT, RATE),))
    assert last.value == 4.0


def test_what_does_not_apply_is_no_reason() -> None:
    parts = {"training.patience": 0.3, "optimizer.rate": 0.1, "optimizer.name.adam": 0.05}
    values = unread("training.patience", "optimizer.name", applies=False)
    assert texts(parts, values, {"training.patience": (1.0, 3.0)}, top=1) == ["learning rate 0.5 (+0.10)"]


def test_the_place_that_is_judged_is_no_reason() -> None:
    assert texts({"site.is.learning_rate": 0.5, "optimizer.rate": 0.1}) == ["learning rate 0.5 (+0.10)"]


def test_the_largest_come_first_whatever_their_sign() -> None:
    parts = {"optimizer.rate": -0.3, "training.validation": 0.1, "optimizer.momentum": 0.2, "training.epochs": 0.001}
    found = why(parts)
    assert [reason.contribution for reason in found] == [-0.3, 0.2, 0.1, 0.001]
    assert found[-1].text == "epochs 16 (0.00)"
    assert [reason.feature for reason in why(parts, top=2)] == ["optimizer.rate", "optimizer.momentum"]
    assert why({}) == ()


def test_places_in_the_source() -> None:
    parts = {"optimizer.rate": 0.3, "training.validation": 0.1}
    origins = {"optimizer.rate": (RATE, FIT)}
    first, second = why(parts, origins=origins)
    assert first.spans == ((DOCUMENT, RATE), (DOCUMENT, FIT))
    assert second.spans == ()


def test_places_from_a_function_or_with_their_documents() -> None:
    other = Document("net.py", "relu = 1")
    place = (other, Span(0, 4))
    asked = []

    def origins(column: str) -> Any:
        asked.append(column)
        return iter([place] * 9)

    parts = {"activation_dead.max.last": 0.2, "activation_dead.max.mean": 0.1}
    (reason,) = why(parts, RUN, origins=origins)
    assert reason.spans == (place,) * 3
    assert asked == ["activation_dead.max.last"]
    (reason,) = why(parts, RUN, origins={"activation_dead.max.last": (place,)})
    assert reason.spans == (place,)


def test_groups_hold_everything() -> None:
    parts = {
        "loss_rose.mean": 0.25, "loss_rose.last": -0.125, "optimizer.name.sgd": 0.5, "optimizer.name.adam": 0.25,
        "optimizer.rate": -0.5, "loss_known": 0.0625,
    }  # fmt: skip
    groups = grouped(parts)
    assert [(group.feature, group.contribution) for group in groups] == [
        ("optimizer.name", 0.75), ("optimizer.rate", -0.5), ("loss_rose", 0.125), ("loss_known", 0.0625),
    ]  # fmt: skip
    assert {column: part for group in groups for column, part in group.columns.items()} == parts
    assert feature_of("layer.activation.tanh") == "layer.activation"
    assert feature_of("activation_dead.max.last") == "activation_dead"


def test_a_table_of_ones_own() -> None:
    table = {"size": StaticFeature("size", "size of it", "how large", "log2")}
    values = {"size": 3.0, "something_else.max": 0.25}
    parts = {"size": 0.2, "something_else.max": 0.1}
    usual = {"something_else.max": (0.0, 1.0)}
    assert texts(parts, values, usual, static=table) == [
        "size of it 8 (+0.20)",
        "something else max 0.25, working programs 0 to 1 (+0.10)",
    ]


@pytest.mark.parametrize(("value", "text"), [(0.216, "+0.22"), (-0.216, "-0.22"), (0.004, "0.00"), (-0.004, "0.00")])
def test_contributions_have_a_sign(value: float, text: str) -> None:
    assert signed(value) == text


def test_every_feature_can_be_told() -> None:
    for values in (RUN, SOURCE, dict.fromkeys(FEATURES, 0.0)):
        for column in values:
            text = told(column, values, (0.25, 0.5))
            assert text == " ".join(text.split()) and len(text) < 180, column
