"""What holds for every observation of layers, weights and gradients."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from default_lint.findings import Severity
from default_lint.trial.observations import OBSERVATIONS
from default_lint.trial.observations.base import Observation, Sight
from tests.trial.observations import runs

MODULES = """dying_relu saturated_activation update_ratio_off untrained_weights vanishing_gradient exploding_gradient
weights_diverging dead_weights activation_scale_drift train_eval_mode_gap hidden_layers_linear regularizer_dominates
units_collapsed narrow_layer""".split()
MINE = [item for item in OBSERVATIONS if item.__module__.rpartition(".")[2] in MODULES]
OF_LAYERS = """weight_norm weights_small weight_change update_norm gradient_norm gradient_missing activation_std
activation_dead activation_saturated activation_constant input_std""".split()
OF_MODEL = "held_loss gradient_norm nonfinite_weights nonfinite_gradients regularization measured_samples".split()
SOURCE = """\
import keras
from keras import layers

model = keras.Sequential()
model.add(keras.Input((20,)))
model.add(layers.Dense(64, activation="sigmoid", kernel_initializer="zeros", kernel_regularizer="l2"))
model.add(layers.BatchNormalization(momentum=0.9999))
model.add(layers.Dense(2))
model.add(layers.Dropout(0.9))
model.add(layers.Dense(64, activation="relu", bias_initializer="ones"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(keras.optimizers.SGD(learning_rate=10.0, clipnorm=1e-6), "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, y, epochs=5)
"""
HEALTHY = {
    index: {
        "weight_norm": 5.0,
        "weight_change": 0.1,
        "update_norm": 0.02,
        "weights_small": 0.0,
        "gradient_norm": 0.5,
        "gradient_missing": 0.0,
        "activation_std": 0.6,
        "activation_constant": 0.05,
        "activation_dead": 0.1,
        "activation_saturated": 0.0,
        "input_std": 1.0,
    }
    for index in range(6)
}


def test_all_of_them_are_in_the_catalogue() -> None:
    assert len(MINE) == len(MODULES)


@pytest.mark.parametrize("observation", MINE, ids=lambda item: item.name)
@pytest.mark.parametrize("source", [runs.DIGITS, SOURCE], ids=["digits", "odd"])
def test_a_run_that_learns_gives_no_warning(observation: type[Observation], source: str) -> None:
    epochs = runs.learning(layers=HEALTHY, measures={"gradient_norm": 1.0, "nonfinite_weights": 0.0, "held_loss": 0.5})
    found = runs.check(observation, source, start={0: HEALTHY[0]}, epochs=epochs)
    assert [seen.finding.message for seen in found if seen.finding.severity >= Severity.WARNING] == []


@pytest.mark.parametrize("observation", MINE, ids=lambda item: item.name)
def test_a_run_that_was_not_seen_gives_nothing(observation: type[Observation]) -> None:
    assert runs.check(observation, epochs=()) == []
    assert runs.check(observation, epochs=[runs.epoch(0, 2.3, 0.1, steps=3)]) == []
    assert runs.check(observation, epochs=(), layers=()) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sight=runs.sights(SOURCE, OF_MODEL, OF_LAYERS) | runs.sights(runs.DIGITS, OF_MODEL, OF_LAYERS))
def test_any_run_gives_findings_of_the_right_form(sight: Sight) -> None:
    for observation in MINE:
        for seen in observation().check(sight):
            text = seen.finding.message
            assert 0 < len(text) <= 100, text
            assert not text.endswith((".", " ")), text
            assert "nan" not in text.split(), text
            assert 0 <= seen.weight <= 1
            assert seen.finding.notes[-1].text.startswith("try: ")
            span = seen.place.span
            assert 0 <= span.start < span.end <= len(seen.place.document.text)


@pytest.mark.parametrize("observation", MINE, ids=lambda item: item.name)
def test_the_page_has_all_sections(observation: type[Observation]) -> None:
    page = observation.page()
    heads = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    assert heads == [
        "Why it matters",
        "What is measured",
        "Likely causes",
        "What to do",
        "Known limits",
        "References",
    ]
    assert page.splitlines()[0].endswith(".")
