"""A run as one row, its places, and what holds for any run at all."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from default_lint.features.base import AGGREGATES, aggregate
from default_lint.features.dynamic import FEATURES, METHOD, Origin, of
from default_lint.trial.trace import Epoch, ModelTrace
from tests.features.runs import LAYER_MEASURES, MEASURES, curve, dense, epoch, features, layered, model, varied

SEEDS = range(150)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, float]]:
    return [of(*varied(seed)).row() for seed in SEEDS]


def test_rows_have_the_same_names_in_order_and_only_finite_numbers(rows: list[dict[str, float]]) -> None:
    names = list(rows[0])
    assert names == sorted(names)
    for row in [*rows, of(model()).row()]:
        assert list(row) == names
        assert all(isinstance(value, float) and math.isfinite(value) for value in row.values())


def test_no_column_is_constant(rows: list[dict[str, float]]) -> None:
    assert [name for name in rows[0] if len({row[name] for row in rows}) < 2] == []


def test_no_feature_is_constant_or_never_known() -> None:
    seen: dict[str, set[float | None]] = {name: set() for name in FEATURES}
    for seed in SEEDS:
        found = of(*varied(seed)).to_json()
        for name, feature in FEATURES.items():
            values = found[feature.level][name]
            if feature.level == "layer":
                seen[name].update(value for row in values.values() for value in row)
            else:
                seen[name].update(values if feature.level == "epoch" else [values])
    assert [name for name, values in seen.items() if len(values - {None}) < 2] == []


def test_numbers_lie_in_the_range_that_the_table_states() -> None:
    wrong = set()
    for seed in SEEDS:
        found = of(*varied(seed)).to_json()
        for name, feature in FEATURES.items():
            values = found[feature.level][name]
            flat = [value for row in values.values() for value in row] if feature.level == "layer" else values
            for value in flat if isinstance(flat, list) else [flat]:
                if value is not None and not feature.scale.low <= value <= feature.scale.high:
                    wrong.add((name, value))
    assert wrong == set()


def test_hardware_and_what_is_shown_only_never_reach_a_row() -> None:
    trace, _ = varied(1)
    plain = of(trace).row()
    loud = of(trace, {"cpu": 99.0, "gpu_memory": 1e4, "memory": 5e3})
    assert loud.row() == plain
    assert loud.value("cpu") == 99.0
    left_out = {name for name, feature in FEATURES.items() if feature.shown or not feature.scale.free}
    assert {"cpu", "gpu_memory", "memory", "learning_rate", "seconds", "wait", "loss", "gradient_norm"} <= left_out
    assert {name.partition(".")[0] for name in plain}.isdisjoint(left_out)


def test_time_and_learning_rate_never_change_a_row() -> None:
    trace = next(trace for seed in SEEDS if (trace := varied(seed)[0]).complete)
    other = [replace(e, learning_rate=7.0, seconds=1e6, measures={**e.measures, "wait": 0.5}) for e in trace.epochs]
    assert of(replace(trace, epochs=tuple(other))).row() == of(trace).row()


def test_the_length_of_a_run_is_no_feature() -> None:
    short, long = (features(curve([1.0] * count)).row() for count in (5, 50))
    assert short == long


@pytest.mark.parametrize("how", AGGREGATES)
@pytest.mark.parametrize("values", [(3.0, 1.0, 4.0, 1.5), (2.0,), (math.nan, 1.0, math.nan, 5.0)])
def test_aggregates(how: str, values: tuple[float, ...]) -> None:
    there = np.array([value for value in values if not math.isnan(value)])
    places = np.array([place for place, value in enumerate(values) if not math.isnan(value)])
    wanted = {
        "mean": there.mean(),
        "std": there.std(),
        "min": there.min(),
        "max": there.max(),
        "last": there[-1],
        "slope": np.polyfit(places, there, 1)[0] if len(there) > 1 else 0.0,
    }
    assert aggregate(values, how) == pytest.approx(wanted[how])
    assert aggregate((math.nan,), how) is None


def test_columns_of_epochs_and_layers() -> None:
    values = (1.0, 0.5, 0.8)
    row = features(curve(values)).row()
    relative = np.array(values)
    assert row["loss_to_start.mean"] == pytest.approx(relative.mean())
    assert row["loss_to_start.slope"] == pytest.approx(np.polyfit(range(3), relative, 1)[0])
    assert row["loss_to_start.last"] == pytest.approx(0.8)
    dead = layered(
        {0: {"activation_dead": 0.1}, 1: {"activation_dead": 0.5}},
        {0: {"activation_dead": 0.3}, 1: {"activation_dead": 0.4}},
    ).row()
    assert dead["activation_dead.max.mean"] == pytest.approx(0.45)
    assert dead["activation_dead.max.last"] == pytest.approx(0.4)
    assert dead["activation_dead.mean.slope"] == pytest.approx(0.05)


def test_what_was_not_measured_is_neutral_and_said() -> None:
    row = features(curve([1.0])).row()
    assert row["val_loss_ratio.mean"] == 1.0
    assert row["val_loss_ratio.std"] == 0.0
    assert (row["validation_known"], row["loss_known"], row["activation_known"]) == (0.0, 1.0, 0.0)
    assert features(curve([1.0], val_loss=(1.0,))).row()["validation_known"] == 1.0


@pytest.mark.parametrize("seed", range(20))
def test_the_first_epochs_are_those_of_a_shorter_run(seed: int) -> None:
    trace, _ = varied(seed)
    for first in range(4):
        assert of(trace).row(first) == of(replace(trace, epochs=trace.complete[:first])).row() or not trace.complete
    assert of(trace).row(1000) == of(trace).row() or len(trace.complete) < len(trace.epochs)


# the scale of the loss, the order of the epochs

SCALED = ("held_loss", "gradient_norm", "gradient_mean", "gradient_std", "gradient_max", "regularization")


def louder(trace: ModelTrace, factor: float) -> ModelTrace:
    """The same run with a loss that is multiplied."""

    def scale(record: Mapping[str, float], names: tuple[str, ...]) -> dict[str, float]:
        return {name: value * (factor if name in names else 1.0) for name, value in record.items()}

    def one(record: Epoch) -> Epoch:
        return replace(
            record,
            logs=scale(record.logs, ("loss", "val_loss")),
            losses=tuple(value * factor for value in record.losses),
            measures=scale(record.measures, SCALED),
            layers={index: scale(row, SCALED) for index, row in record.layers.items()},
        )

    start = None if trace.start is None else one(trace.start)
    return replace(trace, start=start, epochs=tuple(one(record) for record in trace.epochs))


@given(st.integers(0, 400), st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_rows_do_not_change_with_the_scale_of_the_loss(seed: int, factor: float) -> None:
    """But for the loss against a constant predictor, which is how a loss that is summed over the batch shows."""
    trace, _ = varied(seed)
    before, after = of(trace).row(), of(louder(trace, factor)).row()
    constant = {name for name, feature in FEATURES.items() if feature.topic.group == "constant"}
    for name, value in before.items():
        if name.partition(".")[0] not in constant:
            assert after[name] == pytest.approx(value, rel=1e-6, abs=1e-6), name


def test_the_loss_against_a_constant_shows_a_loss_that_is_summed() -> None:
    data = {"y": [{"form": "binary", "counts": {"0": 5, "1": 5}, "classes": 2}]}
    trace = model(curve([math.log(2)]), data=data, losses=("binary_crossentropy",))
    assert of(trace).last("loss_to_constant") == pytest.approx(1)
    assert of(louder(trace, 32)).last("loss_to_constant") == pytest.approx(32)


ORDERED = ("change", "rose", "fell", "turn", "best", "start", "growth", "still", "drop", "amplitude", "last")


@given(st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_epochs_matters_only_where_it_should(seed: int) -> None:
    trace, _ = varied(seed)
    before = of(trace).row()
    after = of(replace(trace, epochs=trace.complete[::-1])).row() if trace.complete else before
    for name, value in before.items():
        feature, _, how = name.rpartition(".")
        if how in ("mean", "std", "min", "max") and not any(word in feature for word in ORDERED):
            assert after[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
        if how == "slope" and feature == "accuracy":
            assert after[name] == pytest.approx(-value, abs=1e-9)


def test_the_order_matters_where_it_should() -> None:
    down, up = features(curve([3.0, 2.0, 1.0])), features(curve([1.0, 2.0, 3.0]))
    assert (down.last("loss_rose"), up.last("loss_rose")) == (0, 1)
    assert (down.last("loss_to_best"), up.last("loss_to_best")) == (1, 3)


# any run at all

NUMBER = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, 1.7e308, -1.7e308, math.nan, math.inf, -math.inf]),
    st.floats(0, 1),
)


def records(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Epoch]:
    names = ["loss", "accuracy", "val_loss", "val_accuracy", "other"]
    return st.builds(
        Epoch,
        number=numbers,
        fit=st.integers(0, 2),
        logs=st.dictionaries(st.sampled_from(names), NUMBER),
        steps=st.integers(0, 9),
        seconds=NUMBER,
        learning_rate=st.none() | NUMBER,
        losses=st.lists(NUMBER, max_size=6).map(tuple),
        broken=st.none() | st.integers(0, 5),
        complete=st.booleans(),
        measures=st.dictionaries(st.sampled_from(MEASURES), NUMBER),
        layers=st.dictionaries(
            st.integers(0, 4), st.dictionaries(st.sampled_from([*LAYER_MEASURES, "weight_size"]), NUMBER)
        ),
    )


ANYTHING = st.none() | NUMBER | st.text(max_size=3) | st.lists(st.integers(), max_size=2) | st.booleans()
FACTS = st.dictionaries(
    st.sampled_from(
        "shape dtype rows min max mean std nan inf zero columns constant_columns column_spread classes majority "
        "entropy sorted constant".split()
    ),
    ANYTHING,
)
TARGETS = st.builds(
    lambda facts, form, counts: {**facts, "form": form, "counts": counts},
    FACTS,
    st.sampled_from(["integer", "one-hot", "binary", "signs", "multi-hot", "probabilities", "real", "odd", None]),
    ANYTHING | st.dictionaries(st.sampled_from(["0", "1", "-1", "2", "x", "nan"]), NUMBER),
)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "x": ANYTHING | FACTS | st.lists(FACTS, max_size=2),
        "y": ANYTHING | TARGETS | st.lists(TARGETS, max_size=2),
        "val_y": ANYTHING | st.lists(TARGETS, max_size=1),
        "samples": ANYTHING,
        "val_samples": ANYTHING,
        "batch": ANYTHING,
        "overlap": ANYTHING,
    },
)
LOSSES = st.sampled_from(
    "mse mean_absolute_error poisson hinge squared_hinge binary_crossentropy categorical_crossentropy "
    "sparse_categorical_crossentropy kl_divergence mine".split()
)
RUNS = st.builds(
    model,
    st.lists(records(st.integers(0, 9)), max_size=4),
    start=st.none() | records(st.just(-1)),
    layers=st.lists(
        st.builds(dense, st.integers(0, 4), st.integers(0, 9), st.sampled_from(["Dense", "BatchNormalization"])),
        max_size=4,
        unique_by=lambda layer: layer.index,
    ).map(tuple),
    outputs=st.lists(st.integers(0, 6), max_size=2).map(tuple),
    losses=st.lists(LOSSES, max_size=2).map(tuple),
    data=DATA,
    asked=st.fixed_dictionaries(
        {},
        optional={
            "class_weight": st.none() | st.dictionaries(st.sampled_from(["0", "1", "x"]), ANYTHING),
            "loss_weights": ANYTHING,
            "sample_weight": ANYTHING,
            "validation_split": ANYTHING,
        },
    ),
)


@given(RUNS)
@settings(max_examples=150, deadline=None)
def test_nothing_in_a_record_raises_or_gives_more_than_numbers(trace: ModelTrace) -> None:
    found = of(trace)
    row = found.row()
    assert all(math.isfinite(value) for value in row.values())
    json.dumps(found.to_json(), allow_nan=False)
    for name in (*FEATURES, *row):
        origins = found.origins(name)
        assert origins
        assert all(isinstance(origin, Origin) for origin in origins)
    for name, feature in FEATURES.items():
        if feature.level == "epoch":
            assert len(found.series(name)) == len(found.epochs)
            assert all(math.isnan(value) or math.isfinite(value) for value in found.series(name))
            found.before(name)


# places


def test_a_number_leads_to_its_layers() -> None:
    found = layered(
        {0: {"activation_dead": 0.2}, 1: {"activation_dead": 0.0}, 2: {"activation_dead": 0.9}}, outputs=(2,)
    )
    assert found.origins("activation_dead") == (Origin("layer", 2), Origin("layer", 0))
    assert found.origins("activation_dead.max.mean") == (Origin("layer", 2),)
    healthy = layered({0: {"activation_dead": 0.0}, 1: {"activation_dead": 0.0}})
    assert healthy.origins("activation_dead") == (Origin("layer", 0), Origin("layer", 1))


def test_a_column_leads_to_the_layer_that_gave_its_number() -> None:
    found = layered({index: {"weight_norm": 1.0, "update_norm": 10.0**-index} for index in range(3)})
    rate = Origin("optimizer", None, "learning_rate")
    assert found.origins("update_ratio.min.last") == (rate, Origin("layer", 2))
    assert found.origins("update_ratio.max.last") == (rate, Origin("layer", 0))
    assert found.origins("update_ratio.median.last") == (rate, Origin("layer", 1))
    assert found.origins("update_ratio.first.last") == (rate, Origin("layer", 0))
    assert found.origins("update_ratio.last.mean") == (rate, Origin("layer", 2))


def test_an_absence_has_an_address() -> None:
    found = features(curve([1.0]), outputs=(4,), layers=(dense(4),))
    assert found.origins("val_loss") == (Origin("fit", None, "validation_data"),)
    assert found.origins("accuracy") == (Origin("compile", None, "metrics"),)
    assert found.origins("prediction_spread.mean") == (Origin("output", 4),)
    assert found.origins("labels_outside") == (Origin("y"),)
    assert found.origins("validation_known") == (
        Origin("fit", None, "validation_data"),
        Origin("fit", None, "epochs"),
    )


def test_what_broke_leads_to_the_layer_that_broke() -> None:
    layers = {0: {"nonfinite_weights": 0.0}, 1: {"nonfinite_weights": 2.0, "gradient_missing": 1.0}}
    measures = {"first_nonfinite": 1.0, "nonfinite_weights": 2.0}
    found = features([epoch(0, 1.0, measures=measures, layers=layers)], layers=(dense(0), dense(1)))
    for name in ("first_nonfinite", "nonfinite", "nonfinite_weights", "unreached"):
        assert found.origins(name) == (Origin("layer", 1),)


@pytest.mark.parametrize("name", ["nothing", "loss_known_known", "loss.mean.x_known"])
def test_unknown_names_are_errors(name: str) -> None:
    found = features(curve([1.0]))
    with pytest.raises(KeyError):
        found.series(name)
    if name == "nothing":
        with pytest.raises(KeyError):
            found.origins(name)


def test_a_feature_is_asked_at_its_level() -> None:
    found = features(curve([1.0]))
    with pytest.raises(KeyError, match="each layer"):
        found.series("update_ratio")
    with pytest.raises(KeyError, match="each epoch"):
        found.value("loss")


# the published callback


def test_every_column_of_the_published_callback_has_its_place() -> None:
    assert len(METHOD) == 31
    names = {name for names in METHOD.values() for name in names}
    assert names <= set(FEATURES)
    assert [column for column, here in METHOD.items() if not here] == ["epoch"]
    for column, here in METHOD.items():
        number = list(METHOD).index(column) + 1
        for name in here:
            source: Any = FEATURES[name].source
            assert "DEFault" in source or number in (2, 3, 4, 5, 8, 10, 14, 15), (column, name)
