"""Forests of scikit-learn as arrays: the same predictions, and the SHAP values of `shap`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)

from default_lint.diagnosis.bundle import load
from default_lint.diagnosis.forest import DEEPEST, Forest
from default_lint.lab.forests import coarse, from_sklearn, to_shap
from tests.diagnosis.trees import grown
from tests.diagnosis.trees import rows as rows_of

CLOSE = 1e-9
Array = np.ndarray[Any, Any]


def made(seed: int, features: int, classes: int, count: int = 300, levels: int = 0) -> tuple[Array, Array]:
    """Rows and labels; with `levels`, numbers come from so few that thresholds come again."""
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(count, features)) * 10.0 ** chance.integers(-3, 4, features)
    if levels:
        table = chance.choice(table[: max(levels, 2)].ravel(), (count, features))
    score = table[:, 0] * np.sign(table[:, -1]) / np.abs(table[:, 0]).max() + chance.normal(0, 0.2, count)
    return table, np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]))


def fitted(kind: Any, table: Array, labels: Array, weights: Array | None = None, **how: Any) -> Any:
    return kind(**{"n_estimators": 8, "max_depth": 6, "random_state": 0, **how}).fit(table, labels, weights)


def exported(estimator: Any) -> Forest:
    """The forest as the product reads it."""
    features = [f"f{at}" for at in range(estimator.n_features_in_)]
    forest = from_sklearn(estimator, features, [str(name) for name in estimator.classes_])
    return Forest.load(forest.to_bytes())


def on_thresholds(forest: Forest, table: Array, seed: int) -> Array:
    """Rows of the table, and rows whose numbers lie on thresholds or right beside them."""
    chance = np.random.default_rng(seed)
    found = table[chance.integers(0, len(table), 12)].copy()
    if len(forest.threshold):
        for at in range(4, 12):
            for split in chance.integers(0, len(forest.threshold), 6):
                edge = forest.threshold[split]
                beside = chance.choice([edge, np.nextafter(edge, np.float32(9)), np.nextafter(edge, np.float32(-9))])
                found[at, forest.feature[split]] = beside
    return found


def check(estimator: Any, table: Array, seed: int = 0) -> Forest:
    """That predictions and SHAP values of the exported forest are those of scikit-learn and shap."""
    forest = exported(estimator)
    rows = on_thresholds(forest, table, seed)
    shares = estimator.predict_proba(rows)
    assert np.abs(forest.predict(rows) - shares).max() < CLOSE
    explainer = shap.TreeExplainer(estimator, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(rows.astype(np.float32), check_additivity=False)
    assert values.shape == (*rows.shape, len(forest.classes))
    for at, row in enumerate(rows):
        for output in range(len(forest.classes)):
            base, contributions = forest.explain(row, output)
            assert abs(base - explainer.expected_value[output]) < CLOSE
            assert np.abs(contributions - values[at, :, output]).max() < CLOSE
            assert abs(base + contributions.sum() - shares[at, output]) < CLOSE
    return forest


KINDS = (RandomForestClassifier, ExtraTreesClassifier)


@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10**6),
    features=st.integers(1, 12),
    classes=st.integers(2, 5),
    levels=st.sampled_from([0, 0, 1, 3]),
    depth=st.integers(1, DEEPEST),
    leaf=st.sampled_from([1, 1, 5, 40]),
    weighting=st.sampled_from([None, None, "balanced", "balanced_subsample"]),
    weighted=st.booleans(),
    bootstrap=st.booleans(),
)
@settings(max_examples=25)
def test_any_forest(
    kind: Any, seed: int, features: int, classes: int, levels: int, depth: int, leaf: int, weighting: str | None,
    weighted: bool, bootstrap: bool,
) -> None:  # fmt: skip
    table, labels = made(seed, features, classes, levels=levels)
    weights = np.random.default_rng(seed).uniform(0.1, 3.0, len(labels)) if weighted else None
    estimator = fitted(
        kind, table, labels, weights,
        max_depth=depth, min_samples_leaf=leaf, class_weight=weighting, bootstrap=bootstrap, random_state=seed,
    )  # fmt: skip
    check(estimator, table, seed)


@given(
    seed=st.integers(0, 10**6),
    features=st.integers(1, 12),
    levels=st.sampled_from([0, 0, 1, 3]),
    depth=st.integers(1, DEEPEST),
    leaf=st.sampled_from([1, 5, 40]),
    balanced=st.booleans(),
    weighted=st.booleans(),
)
@settings(max_examples=15)
def test_any_boosted_trees(
    seed: int, features: int, levels: int, depth: int, leaf: int, balanced: bool, weighted: bool
) -> None:
    table, labels = made(seed, features, 2, levels=levels)
    table = table.astype(np.float32).astype(np.float64)  # as the corpus has its numbers
    weights = np.random.default_rng(seed).uniform(0.1, 3.0, len(labels)) if weighted else None
    estimator = HistGradientBoostingClassifier(
        max_iter=8, max_depth=depth, min_samples_leaf=leaf, class_weight="balanced" if balanced else None,
        early_stopping=False, random_state=seed,
    ).fit(table, labels, weights)  # fmt: skip
    forest = exported(estimator)
    assert forest.boosted and forest.counts.dtype.kind == "u"
    rows = on_thresholds(forest, table, seed)
    shares = estimator.predict_proba(rows)
    assert np.abs(forest.predict(rows) - shares).max() < CLOSE
    explainer = shap.TreeExplainer(estimator, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(rows.astype(np.float32), check_additivity=False)
    for at, row in enumerate(rows):
        base, contributions = forest.explain(row, 1)
        assert abs(base - np.squeeze(explainer.expected_value)) < CLOSE
        assert np.abs(contributions - values[at]).max() < CLOSE
        assert abs(forest.share(base + contributions.sum()) - shares[at, 1]) < CLOSE


def test_features_that_come_again_on_a_path() -> None:
    table, labels = made(0, 1, 2)
    forest = check(fitted(RandomForestClassifier, table, labels, max_depth=10), table)
    assert forest.levels[-1][1] > 0 and len(forest.levels) - 1 > 4  # all splits ask about the only feature
    table, labels = made(1, 2, 3)
    check(fitted(RandomForestClassifier, table, labels, max_depth=10, min_samples_leaf=2), table)


def test_constant_trees() -> None:
    table, labels = made(0, 4, 2)
    forest = check(fitted(RandomForestClassifier, np.zeros_like(table), labels), table)
    assert not len(forest.feature)
    few = fitted(RandomForestClassifier, table, labels, min_samples_leaf=94, n_estimators=20)
    forest = check(few, table)
    assert forest.splits[: forest.trees].any() and not forest.splits[: forest.trees].all()


def test_deep_and_wide() -> None:
    table, labels = made(5, 60, 4, count=1500)
    forest = check(fitted(RandomForestClassifier, table, labels, n_estimators=30, max_depth=10), table)
    assert len(forest.levels) == 11


@pytest.mark.parametrize(
    ("how", "weights", "units"),
    [
        ({}, "none", 1),
        ({"class_weight": "balanced"}, "none", 1),
        ({"class_weight": "balanced_subsample"}, "none", 8),
        ({"bootstrap": False}, "halves", 1),
        ({"class_weight": {0: 0.3, 1: 7}, "bootstrap": False}, "none", 1),
        ({"class_weight": "balanced_subsample", "min_samples_leaf": 60, "max_depth": 2}, "none", 8),  # no small leaves
    ],
)
def test_leaves_are_whole_numbers_where_they_can_be(how: dict[str, Any], weights: str, units: int) -> None:
    table, labels = made(3, 5, 2)
    given_weights = {"none": None, "halves": np.where(table[:, 0] > 0, 0.5, 1.0)}[weights]
    forest = check(fitted(RandomForestClassifier, table, labels, given_weights, **how), table)
    assert forest.counts.dtype.kind == "u" and forest.units.shape == (2, units)


def test_leaves_of_any_weight_stay_as_they_are() -> None:
    table, labels = made(3, 5, 2)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, len(labels))
    forest = check(fitted(RandomForestClassifier, table, labels, weights, bootstrap=False), table)
    assert forest.counts.dtype == np.float64


def test_thresholds_keep_apart_what_is_apart() -> None:
    """Neighbors in float32, between which the middle is no float32."""
    low = np.float32(1000.1)
    table = np.repeat([[low], [np.nextafter(low, np.float32(2000))]], 20, axis=0).astype(np.float64)
    labels = np.repeat([0, 1], 20)
    forest = check(fitted(RandomForestClassifier, table, labels, bootstrap=False), table)
    assert forest.predict(table)[:, 1].tolist() == [0.0] * 20 + [1.0] * 20


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(0, DEEPEST), st.integers(2, 4), st.booleans())
@settings(max_examples=20)
def test_shap_reads_the_arrays(seed: int, features: int, depth: int, classes: int, apart: bool) -> None:
    forest = grown(seed, 6, depth, features, classes, apart=apart)
    as_shap_explains(forest, rows_of(seed, forest, 4))
    forest = grown(seed, 6, depth, features, boosted=True)
    as_shap_explains(forest, rows_of(seed, forest, 4))


def as_shap_explains(forest: Forest, rows: Array) -> None:
    """That base and SHAP values are those of `shap`, which reads the same arrays."""
    explainer = shap.TreeExplainer(to_shap(forest), feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(rows.astype(np.float32).astype(np.float64), check_additivity=False))
    outputs = [1] if forest.boosted else range(len(forest.classes))
    values = values.reshape(*rows.shape, len(outputs))
    base = np.broadcast_to(explainer.expected_value, len(outputs))
    for at, row in enumerate(rows):
        for column, output in enumerate(outputs):
            low, contributions = forest.explain(row, output)
            assert abs(low - base[column]) < CLOSE
            assert np.abs(contributions - values[at, :, column]).max() < CLOSE


def test_every_shipped_classifier_is_explained_as_by_shap() -> None:
    bundle = load()
    assert len(bundle.names) > 50
    chance = np.random.default_rng(0)
    for name in bundle.names:
        model = bundle.model(name)
        assert model is not None
        forest = model.forest
        low = np.zeros(len(forest.features), np.float32)
        np.minimum.at(low, forest.feature, forest.threshold)
        high = np.zeros_like(low)
        np.maximum.at(high, forest.feature, forest.threshold)
        as_shap_explains(forest, chance.uniform(low - 0.1, high + 0.1, (2, len(low))))


def test_coarse_thresholds() -> None:
    table, labels = made(4, 6, 2, count=800)
    part, exponent = np.frexp(table)
    table = np.ldexp(np.rint(np.ldexp(part, 9)), exponent - 9)  # as the corpus has its numbers: of few bits
    forest = exported(fitted(ExtraTreesClassifier, table, labels, max_depth=8))
    short = coarse(forest, 10)
    assert np.array_equal(short.predict(table), forest.predict(table))
    assert (short.threshold <= forest.threshold).all()
    assert np.allclose(short.threshold, forest.threshold, rtol=2**-9)
    assert len(short.to_bytes()) < 0.9 * len(forest.to_bytes())
    assert Forest.load(coarse(forest, 1).to_bytes()).trees == forest.trees


def test_what_is_refused() -> None:
    table, labels = made(0, 3, 2)
    forest = fitted(RandomForestClassifier, table, labels)
    names = ["a", "b", "c"]
    with pytest.raises(ValueError, match="2 names for 3 features"):
        from_sklearn(forest, names[:2], ["no", "yes"])
    with pytest.raises(ValueError, match="3 names for 1 target"):
        from_sklearn(forest, names, names)
    deep = fitted(RandomForestClassifier, *made(0, 3, 2, count=4000), max_depth=None)
    with pytest.raises(ValueError, match=f"at most {DEEPEST} are read"):
        from_sklearn(deep, names, ["no", "yes"])
    double = RandomForestClassifier(3, max_depth=2).fit(table, np.stack([labels, labels], axis=1))
    with pytest.raises(ValueError, match="2 target"):
        from_sklearn(double, names, ["no", "yes"])
    boosted = GradientBoostingClassifier(n_estimators=2).fit(table, labels)
    with pytest.raises(ValueError, match="a GradientBoostingClassifier does not vote"):
        from_sklearn(boosted, names, ["no", "yes"])
    three = HistGradientBoostingClassifier(max_iter=2).fit(*made(0, 3, 3))
    with pytest.raises(ValueError, match="they ask yes or no"):
        from_sklearn(three, names, names)
    kinds = HistGradientBoostingClassifier(max_iter=2, categorical_features=[1])
    table[:, 1] = np.arange(len(table)) % 4
    with pytest.raises(ValueError, match="a split by categories"):
        from_sklearn(kinds.fit(table, table[:, 1] % 2), names, ["no", "yes"])
