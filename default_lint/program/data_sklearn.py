"""scikit-learn: splitting, shuffling, scalers and encoders, and what each was fitted on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from default_lint.program import data_shapes as shapes
from default_lint.program.data_numpy import reordered
from default_lint.program.data_values import (
    Array,
    Context,
    Fact,
    Fitted,
    Token,
    argument,
    bound,
    current,
    derive,
    positionals,
)
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Shape, Unknown, Value, is_integer, is_number
from default_lint.text import Span

SCALERS = ("StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler", "Normalizer")
_TRANSFORMERS = (
    *("PowerTransformer", "QuantileTransformer", "PCA", "TruncatedSVD", "SimpleImputer", "PolynomialFeatures"),
    *("KBinsDiscretizer", "VarianceThreshold", "KNNImputer"),
)
_ENCODERS = ("LabelEncoder", "LabelBinarizer", "OneHotEncoder", "OrdinalEncoder", "MultiLabelBinarizer")
_VECTORIZERS = ("CountVectorizer", "TfidfVectorizer", "TfidfTransformer", "ColumnTransformer", "SelectKBest")
_RESAMPLERS = ("SMOTE", "RandomOverSampler", "RandomUnderSampler", "ADASYN")
_FOLDS = ("KFold", "StratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit", "TimeSeriesSplit", "RepeatedKFold")


def call(context: Context, call: Call) -> Value:
    """A scikit-learn function or constructor."""
    name = call.short
    if name == "train_test_split":
        return _split(context, call)
    if name == "shuffle" and call.name.startswith("sklearn.utils"):
        return _shuffle(context, call)
    if name in (*SCALERS, *_TRANSFORMERS, *_ENCODERS, *_VECTORIZERS, *_RESAMPLERS, *_FOLDS):
        return Fitted(call, name, splits=argument(call, "n_splits", 0))
    if name in ("scale", "minmax_scale", "maxabs_scale", "normalize", "robust_scale"):
        array = current(argument(call, "X", 0))
        return _scaled(array, call, call.name) if isinstance(array, Array) else NotImplemented
    if name == "label_binarize":
        return UNKNOWN
    return NotImplemented


def _arrays(call: Call) -> list[Value]:
    return [current(value) for value in positionals(call, "arrays")]


def _seed_token(call: Call, algorithm: tuple[Any, ...]) -> Any:
    """Token of a reordering: equal for equal integer seeds, Unknown when the seed cannot be read."""
    seed = argument(call, "random_state", None, None)
    if seed is None:
        return Token()
    if is_integer(seed) and not any(isinstance(part, (Unknown, Array)) for part in algorithm):
        return (*algorithm, seed)
    return UNKNOWN


def _shuffle(context: Context, call: Call) -> Value:
    arrays = _arrays(call)
    count = argument(call, "n_samples", None, None)
    token = _seed_token(call, ("sklearn.shuffle",)) if count is None else UNKNOWN
    outputs: list[Value] = []
    for array in arrays:
        if not isinstance(array, Array):
            outputs.append(UNKNOWN)
            continue
        changes: dict[str, Any] = {"order": reordered(array.order, token)}
        if count is not None:
            changes.update(rows=array.rows.select("some", object()), exact=False, shape=_other_first(array.shape))
        outputs.append(derive(array, call.span, "sklearn.utils.shuffle", **changes))
    context.facts.append(
        Fact(
            "shuffle",
            call.span,
            call.callee,
            call.callee,
            call,
            tuple(arrays),
            tuple(outputs),
            seed=argument(call, "random_state", None, None),
            library="sklearn",
        )
    )
    if not outputs:
        return UNKNOWN
    return outputs[0] if len(outputs) == 1 else outputs


def _other_first(shape: Shape, first: Any = UNKNOWN) -> Shape:
    return UNKNOWN if isinstance(shape, Unknown) or not shape else (first, *shape[1:])


def split_sizes(count: Any, test: Value, train: Value) -> tuple[Any, Any]:
    """Numbers of training and test rows that `train_test_split` makes of `count`."""
    unknown: tuple[Any, Any] = (UNKNOWN, UNKNOWN)
    if not is_integer(count) or isinstance(test, Unknown) or isinstance(train, Unknown):
        return unknown
    if test is None and train is None:
        test = 0.25
    if not all(size is None or is_number(size) for size in (test, train)):
        return unknown
    tested = -int(-count * test // 1) if isinstance(test, float) else test
    trained = int(count * train // 1) if isinstance(train, float) else train
    if tested is None:
        tested = count - trained
    if trained is None:
        trained = count - tested
    return (trained, tested) if trained >= 0 and tested >= 0 else unknown


def _split(context: Context, call: Call) -> Value:
    arrays = _arrays(call)
    if not arrays or call.spread:
        return UNKNOWN
    test, train = argument(call, "test_size", None, None), argument(call, "train_size", None, None)
    shuffled = argument(call, "shuffle", None, True)
    stratify = argument(call, "stratify", None, None)
    token: Any = Token()
    order: Any = ()
    if shuffled is not False:
        order = _seed_token(call, ("sklearn.split", test, train)) if shuffled is True else UNKNOWN
        if stratify is not None and isinstance(order, tuple):
            order = UNKNOWN  # depends on the labels too, so that two calls cannot be compared
    part = order if isinstance(order, tuple) and order else token
    outputs: list[Value] = []
    for array in arrays:
        if not isinstance(array, Array):
            outputs.extend((UNKNOWN, UNKNOWN))
            continue
        sizes = split_sizes(array.shape[0] if isinstance(array.shape, tuple) and array.shape else UNKNOWN, test, train)
        for name, size in zip(("train", "test"), sizes, strict=True):
            split = "validation" if array.split == "train" and name == "test" else name
            if array.split == "test" and name == "train":
                split = ""
            changes: dict[str, Any] = {
                "shape": _other_first(array.shape, size),
                "rows": array.rows.select("part", part, name),
                "order": array.order if order == () else reordered(array.order, order),
                "split": array.split if array.split == "validation" else split,
                "exact": False,
            }
            outputs.append(derive(array, call.span, "sklearn.model_selection.train_test_split", **changes))
    seed = argument(call, "random_state", None, None)
    context.facts.append(
        Fact(
            "split",
            call.span,
            call.callee,
            call.callee,
            call,
            tuple(arrays),
            tuple(outputs),
            seed=seed,
            library="sklearn",
        )
    )
    return outputs


# Scalers and encoders


def method(context: Context, fitted: Fitted, name: str, call: Call) -> Value:
    """A method of a scaler, encoder or splitter."""
    if fitted.kind in _FOLDS:
        return UNKNOWN
    if name not in ("fit", "partial_fit", "transform", "fit_transform", "inverse_transform", "fit_resample"):
        return UNKNOWN
    found = bound(call, "X", 0) or bound(call, "y", 0)
    if found is None:
        return UNKNOWN
    value = current(found.value)
    at = found.span
    if name in ("fit", "fit_transform", "partial_fit", "fit_resample"):
        fitted.fitted.append(value)
        context.facts.append(
            Fact("scaler-fit", call.span, call.callee, at, call, (value,), subject=fitted, library="sklearn")
        )
    if name in ("fit", "partial_fit"):
        return fitted
    if name == "fit_resample":
        return UNKNOWN
    result: Value = Array(span=call.span, source=fitted.call.name) if fitted.kind in _VECTORIZERS else UNKNOWN
    if isinstance(value, Array):
        result = _transformed(fitted, value, call) if name != "inverse_transform" else UNKNOWN
    if name != "inverse_transform":
        context.facts.append(
            Fact("scaler-transform", call.span, call.callee, at, call, (value,), (result,), fitted, library="sklearn")
        )
    return result


def _transformed(fitted: Fitted, array: Array, call: Call) -> Value:
    step = f"sklearn.preprocessing.{fitted.kind}"
    if fitted.kind in SCALERS:
        made = _scaled(array, call, step)
        if fitted.kind == "MinMaxScaler" and argument(fitted.call, "feature_range", 0, (0, 1)) != (0, 1):
            made = replace(made, scaling=UNKNOWN)
        return made
    if fitted.kind == "LabelEncoder":
        classes = _labels_of(fitted)
        return _plain(
            array,
            call.span,
            step,
            shape=array.shape if array.rank == 1 else UNKNOWN,
            dtype="int64",
            low=0,
            high=classes - 1 if is_integer(classes) else UNKNOWN,
            exact=False,
            classes=classes,
            form="integer" if not (is_integer(classes) and classes == 2) else "binary",
            role="y",
            images=False,
            scaling=UNKNOWN,
        )
    if fitted.kind == "LabelBinarizer":
        return _binarized(fitted, array, call, step)
    if fitted.kind == "OneHotEncoder":
        return _one_hot(fitted, array, call, step)
    facts: dict[str, Any] = {"low": UNKNOWN, "high": UNKNOWN, "exact": False, "form": UNKNOWN, "classes": UNKNOWN}
    return _plain(array, call.span, step, shape=UNKNOWN, dtype=UNKNOWN, scaling=UNKNOWN, images=False, **facts)


def _plain(array: Array, span: Span, step: str, **changes: Any) -> Array:
    return shapes.as_array(array, span, step, "numpy", **changes)


def _labels_of(fitted: Fitted) -> int | Unknown:
    """Number of classes that an encoder met, when every class of the source is certainly present."""
    seen = fitted.fitted[-1] if fitted.fitted else None
    if isinstance(seen, Array) and seen.exact and seen.form in ("integer", "binary"):
        return seen.classes
    return UNKNOWN


def _scaled(array: Array, call: Call, step: str) -> Array:
    """Every feature brought into a small range."""
    dtype = array.dtype if array.dtype in ("float32", "float64") else UNKNOWN
    if isinstance(array.dtype, str) and array.dtype.startswith(("int", "uint")):
        dtype = "float64"
    return _plain(
        array,
        call.span,
        step,
        dtype=dtype,
        low=UNKNOWN,
        high=UNKNOWN,
        exact=False,
        classes=UNKNOWN,
        form="continuous" if array.form == "continuous" else UNKNOWN,
        scaling="scaled",
    )


def _binarized(fitted: Fitted, array: Array, call: Call, step: str) -> Value:
    classes = _labels_of(fitted)
    two = is_integer(classes) and classes == 2
    known = is_integer(classes)
    custom = any(
        argument(fitted.call, name, None, default) != default for name, default in (("neg_label", 0), ("pos_label", 1))
    )
    size = array.shape[0] if isinstance(array.shape, tuple) and array.shape else UNKNOWN
    return _plain(
        array,
        call.span,
        step,
        shape=(size, 1 if two else classes) if known else UNKNOWN,
        dtype=UNKNOWN,
        low=UNKNOWN if custom else 0,
        high=UNKNOWN if custom else 1,
        exact=False,
        classes=classes,
        form=UNKNOWN if custom or not known else "binary" if two else "one-hot",
        role="y",
        scaling=UNKNOWN,
    )


def _one_hot(fitted: Fitted, array: Array, call: Call, step: str) -> Value:
    sparse = argument(fitted.call, "sparse_output", None, True)
    old = fitted.call.extra_named("sparse")
    dense = sparse is False or (old is not None and old.value is False)
    single = isinstance(array.shape, tuple) and len(array.shape) == 2 and array.shape[1] == 1
    drop = argument(fitted.call, "drop", None, None) is None
    classes = _labels_of(fitted) if single and drop else UNKNOWN
    return _plain(
        array,
        call.span,
        step,
        shape=(array.shape[0], classes) if single and isinstance(array.shape, tuple) else UNKNOWN,
        dtype="float64" if dense and fitted.call.given("dtype") is None else UNKNOWN,
        low=0,
        high=1,
        exact=False,
        classes=classes,
        form="one-hot" if single and drop else UNKNOWN,
        scaling=UNKNOWN,
        images=False,
    )
