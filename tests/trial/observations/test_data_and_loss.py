"""All observations of data and loss: whatever was recorded, none fails, and healthy runs are left alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from default_lint.findings import Severity
from default_lint.trial.observations import OBSERVATIONS, loss_not_finite
from default_lint.trial.observations.base import Observation
from default_lint.trial.observations.labels_out_of_range import LabelsOutOfRange
from default_lint.trial.observations.loss_metric_disagree import LossMetricDisagree
from default_lint.trial.observations.nan_or_inf_input import NanOrInfInput
from default_lint.trial.trace import Ended
from tests.trial.observations.runs import DIGITS, facts, learning, sight, sights, stuck, weak
from tests.trial.observations.tables import BINARY, FALLS, REGRESSION, inputs, real, two
from tests.trial.observations.test_inputs import WORDS
from tests.trial.observations.test_losses import OWN

FIRST, LAST = OBSERVATIONS.index(NanOrInfInput), OBSERVATIONS.index(LossMetricDisagree)
MINE = OBSERVATIONS[FIRST : LAST + 1]


def test_all_are_in_the_catalogue() -> None:
    assert len(MINE) == 24
    assert LabelsOutOfRange in MINE
    assert loss_not_finite.LossNotFinite not in MINE


@pytest.mark.parametrize("observation", MINE, ids=lambda item: item.name)
def test_healthy_runs_are_left_alone(observation: type[Observation]) -> None:
    healthy = [
        sight(epochs=learning()),
        sight(epochs=learning(), data=inputs()),
        sight(REGRESSION, epochs=FALLS, data={**inputs(), **real()}, losses=["mean_squared_error"]),
        sight(BINARY, epochs=learning(), data={**inputs(), **two()}, losses=["binary_crossentropy"]),
        sight(epochs=[]),
    ]
    for run in healthy:
        assert [seen for seen in observation().check(run) if seen.finding.severity >= Severity.WARNING] == []


@pytest.mark.parametrize("observation", MINE, ids=lambda item: item.name)
def test_pages_have_all_their_sections(observation: type[Observation]) -> None:
    page = observation.page()
    sections = ["Why it matters", "What is measured", "Likely causes", "What to do", "Known limits", "References"]
    places = [page.find(f"\n## {section}\n") for section in sections]
    assert -1 not in places
    assert places == sorted(places)


NUMBERS = st.one_of(
    st.none(),
    st.integers(-1000, 1000),
    st.floats(),
    st.sampled_from([0, 1, -1, 255, 0.5, 1e9, 1e308, "NaN", "Infinity", True, [1], {}]),
)
FACTS = st.dictionaries(
    st.sampled_from(
        [
            *("min", "max", "mean", "std", "nan", "inf", "zero", "rows", "columns", "column_spread"),
            *("majority", "entropy", "classes", "leak_columns", "constant_columns", "duplicate_columns"),
        ]
    ),
    NUMBERS,
)
FORMS = st.fixed_dictionaries(
    {},
    optional={
        "form": st.sampled_from(["integer", "one-hot", "multi-hot", "binary", "probabilities", "real", "signs", None]),
        "shape": st.lists(st.integers(0, 20), max_size=3) | st.none(),
        "dtype": st.sampled_from(["float32", "uint8", "object", "str32", None]),
        "integers": st.booleans(),
        "constant": st.booleans(),
        "counts": st.dictionaries(st.sampled_from("0123"), st.integers(0, 9)) | st.none(),
        "name": st.sampled_from(["", "a" * 60]),
        "leak_columns": st.lists(st.lists(st.floats() | st.integers(), max_size=3), max_size=2),
    },
)
ARRAYS = st.lists(st.builds(lambda a, b: {**a, **b}, FACTS, FORMS), max_size=2) | st.none() | st.just([None])
DATA = st.fixed_dictionaries(
    {"x": ARRAYS, "y": ARRAYS, "val_x": ARRAYS},
    optional={"overlap": NUMBERS, "lengths_differ": st.booleans(), "val_samples": NUMBERS, "batch": NUMBERS},
)
LOSSES = st.lists(
    st.sampled_from(
        [
            *("mse", "msle", "mape", "poisson", "hinge", "binary_crossentropy", "categorical_crossentropy"),
            *("sparse_categorical_crossentropy", "divergence", ""),
        ]
    ),
    max_size=2,
)
RESULTS = st.dictionaries(
    st.sampled_from(
        ["observed", "expected", "ratio", "loss", "aligned", "broadcast", "same", "fits", "true", "target"]
    ),
    NUMBERS,
)
TESTS = st.dictionaries(
    st.sampled_from(["initial_loss", "batch_sum", "broadcast", "permuted_labels", "overfit_batch"]), RESULTS
)
SAID = st.sampled_from(
    [
        "",
        "Target 5000000000 is out of bounds.",
        "indices[0] = 7 is not in [0, 5)",
        "Data cardinality is ambiguous. 'x' sizes: 5\n'y' sizes: 6",
        "target.shape=(None,), output.shape=(None, 3)",
        f"Input 0 of layer '{'a' * 90}' is incompatible with the layer: expected ndim=3, found shape=({'1, ' * 40}2)",
        "Invalid dtype: object",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    source=st.sampled_from([DIGITS, BINARY, REGRESSION, WORDS, OWN]),
    data=DATA,
    losses=LOSSES,
    tests=TESTS,
    said=SAID,
    epochs=st.sampled_from([learning(), stuck(), weak(), FALLS, []]),
)
def test_any_facts(
    source: str, data: dict[str, Any], losses: list[str], tests: dict[str, Any], said: str, epochs: list[Any]
) -> None:
    ended = Ended("error", said) if said else None
    run = sight(source, data=data, losses=losses, tests=tests, ended=ended, epochs=epochs)
    _judge(run)


def test_a_count_of_rows_that_cannot_be() -> None:
    _judge(sight(BINARY, data={"overlap": 2, "val_samples": 1.7e308}, epochs=learning()))


@settings(max_examples=60, deadline=None)
@given(sights(BINARY, names=["prediction_top", "held_accuracy", "measured_samples", "regularization"]))
def test_any_curves(run: Any) -> None:
    _judge(run)


def _judge(run: Any) -> None:
    for observation in MINE:
        for seen in observation().check(run):
            assert len(seen.finding.message) <= 100, seen.finding.message
            assert 0 <= seen.weight <= 1
            assert seen.finding.span.end <= len(seen.place.document.text)


def test_the_facts_of_the_builder_are_those_of_a_healthy_run() -> None:
    assert set(facts()) >= {"x", "y", "samples", "batch"}
