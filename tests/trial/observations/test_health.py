"""How a run went when its loss was not logged, or when several models were trained."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from default_lint.diagnosis.detection import verdict
from default_lint.features.base import Run
from default_lint.output.run import progress
from default_lint.trial.observations._data import heads
from default_lint.trial.observations.accuracy_at_chance import AccuracyAtChance
from default_lint.trial.observations.base import Sight
from default_lint.trial.observations.batch_covers_dataset import BatchCoversDataset
from default_lint.trial.observations.labels_out_of_range import LabelsOutOfRange
from default_lint.trial.observations.log_loss_domain import LogLossDomain
from default_lint.trial.observations.loss_not_finite import LossNotFinite
from default_lint.trial.trace import Ended, Epoch, ModelTrace, Trace
from tests.diagnosis.test_fusion import LEARNS
from tests.trial.observations.runs import DIGITS, check, epoch, learning, sight
from tests.trial.observations.tables import labels

# What a training step of the user's own returns that names its losses otherwise: the batches have no "loss".
UNNAMED = [
    Epoch(at, 0, {"d_loss": 2.0 - at, "g_loss": 0.5}, steps=25, losses=(math.nan,) * 5, broken=0) for at in range(3)
]
SILENT = replace(LEARNS, state="unknown", epochs=0, steps=0)


def test_a_loss_under_another_name_is_not_a_broken_one() -> None:
    assert sight(epochs=UNNAMED).health.state == "unknown"
    assert check(LossNotFinite, epochs=UNNAMED) == []
    own = "import keras\ndef mine(a, b):\n    return keras.ops.log(b)\n"
    assert check(LogLossDomain, own, epochs=UNNAMED, losses=["mine"]) == []


def test_a_logged_loss_that_is_not_finite_is_broken() -> None:
    assert sight(epochs=[epoch(0, 2.0), epoch(1, math.nan)]).health.state == "broken"
    assert sight(epochs=[epoch(0, 2.0, broken=24)]).health.state == "broken"


def test_no_finite_loss_is_told_where_there_was_none() -> None:
    (seen,) = check(LossNotFinite, epochs=[epoch(0, math.nan, broken=0)])
    assert not any("nan" in note.text for note in seen.finding.notes)
    (seen,) = check(LossNotFinite, epochs=[epoch(0, 2.0), epoch(1, math.nan, broken=3)])
    assert seen.finding.notes[0].text == "the finite losses before went from 2 to 2"


def test_the_verdict_is_about_the_models_that_trained() -> None:
    models = (ModelTrace(0, "one", "Sequential"), ModelTrace(1, "two", "Sequential"))
    crashed = Trace("train.py", models=models, ended=Ended("error", "ValueError: no"))
    found = verdict(crashed, [LEARNS, SILENT], [])
    assert found.sentence.startswith("Training of `one` works, until ValueError: no: loss ")
    assert verdict(crashed, [SILENT, SILENT], []).sentence == "No training was seen: ValueError: no"


@pytest.mark.parametrize(("count", "told"), [(1, "1 window of 50 steps"), (3, "3 windows of 50 steps")])
def test_windows_of_steps_are_counted(count: int, told: str) -> None:
    model = ModelTrace(0, "one", "Sequential", window="50 steps", epochs=tuple(learning(count)))
    assert progress(model) == told
    trace = Trace("train.py", models=(model,), ended=Ended("finished"))
    assert f" in {told}, " in verdict(trace, [replace(LEARNS, epochs=count)], []).sentence


def test_a_refused_label_is_that_of_the_output_with_so_many_units() -> None:
    ended = Ended("error", "label value of 12 which is outside the valid range of [0, 5)")
    assert check(LabelsOutOfRange, data=labels("integer", 0, 9), ended=ended) == []
    ended = Ended("error", "label value of 12 which is outside the valid range of [0, 10)")
    (seen,) = check(LabelsOutOfRange, data=labels("integer", 0, 9), ended=ended)
    assert seen.finding.message == "labels go from 0 to 12, 10 units take 0 to 9"


def test_an_accuracy_below_the_commonest_label_is_told_as_such() -> None:
    for accuracy, told in ((0.08, "2.1 standard errors below it after 3 epochs"), (0.11, "1.1 standard errors above")):
        (seen,) = check(AccuracyAtChance, epochs=[epoch(at, 2.3, accuracy) for at in range(3)])
        assert seen.finding.notes[0].text.startswith(told)


def test_many_examples_are_written_out() -> None:
    run = [epoch(at, 2.3, 0.1, steps=1) for at in range(20)]
    (seen,) = check(BatchCoversDataset, epochs=run, data={"samples": 1_234_567, "batch": 1_234_567})
    assert "on 1234567 examples made 1 update per epoch" in seen.finding.message


def test_labels_of_a_dict_belong_to_the_outputs_of_their_names() -> None:
    source = DIGITS.replace('activation="softmax")', 'activation="softmax", name="zeta")')
    plain = sight(source)
    other = replace(plain.model.layers[-2], name="alpha")
    layers = (*plain.model.layers[:-2], other, plain.model.layers[-1])
    outputs = (layers[-1].index, other.index)
    by_name = {"y": [{"name": "alpha", "form": "real", "std": 2.0}, {"name": "zeta", "form": "integer", "max": 9}]}
    made = sight(source, layers=layers, data=by_name, losses=["sparse", "mean_squared_error"])
    seen = Sight(made.trace, replace(made.model, outputs=outputs), made.places.sources)
    assert [(head.layer and head.layer.name, head.labels["name"]) for head in heads(seen)] == [
        ("zeta", "zeta"),
        ("alpha", "alpha"),
    ]
    assert [facts["name"] for facts in Run(seen.model).targets] == ["zeta", "alpha"]
