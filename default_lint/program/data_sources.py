"""Where data comes from: `keras.datasets`, `sklearn.datasets`, pandas readers - and the frames those give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from default_lint.program import data_shapes as shapes
from default_lint.program.data_numpy import from_file
from default_lint.program.data_values import (
    Array,
    Bunch,
    Context,
    Fact,
    Frame,
    Indexer,
    Rows,
    Token,
    argument,
    current,
    derive,
    overwrite,
)
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Shape, Unknown, Value, is_integer, is_number
from default_lint.text import Span

# keras.datasets


@dataclass(frozen=True)
class _Images:
    train: int
    test: int
    shape: tuple[int, ...]
    classes: int
    column: bool = False  # labels have a second axis of size 1


_IMAGES = {
    "mnist": _Images(60000, 10000, (28, 28), 10),
    "fashion_mnist": _Images(60000, 10000, (28, 28), 10),
    "cifar10": _Images(50000, 10000, (32, 32, 3), 10, True),
    "cifar100": _Images(50000, 10000, (32, 32, 3), 100, True),
}
_TABLES = {"boston_housing": (506, 13), "california_housing": (20640, 8)}
_TEXTS = {"imdb": 2, "reuters": 46}


def keras_dataset(context: Context, call: Call) -> Value:
    """`keras.datasets.NAME.load_data(...)`: `(x_train, y_train), (x_test, y_test)`."""
    name = call.name.split(".")[-2]
    if name in _IMAGES:
        return _image_dataset(call, name, _IMAGES[name])
    if name in _TABLES:
        return _table_dataset(call, name)
    if name in _TEXTS:
        return _text_dataset(call, name)
    return NotImplemented


def _pair(features: Array, labels: Array) -> tuple[Array, Array]:
    """Features and labels of the same rows."""
    return features, replace(labels, rows=features.rows)


def _image_dataset(call: Call, name: str, facts: _Images) -> Value:
    classes: int | Unknown = facts.classes
    if name == "cifar100":
        mode = argument(call, "label_mode", 0, "fine")
        classes = {"fine": 100, "coarse": 20}.get(mode, UNKNOWN) if isinstance(mode, str) else UNKNOWN
    halves = []
    for split, count in (("train", facts.train), ("test", facts.test)):
        common: dict[str, Any] = {
            "span": call.span,
            "source": f"keras.datasets.{name}",
            "split": split,
            "low": 0,
            "exact": True,
            "scaling": "raw",
        }
        images = Array(role="x", shape=(count, *facts.shape), high=255, images=True, dtype="uint8", **common)
        labels = Array(
            role="y",
            shape=(count, 1) if facts.column else (count,),
            high=classes - 1 if is_integer(classes) else UNKNOWN,
            classes=classes,
            form="integer",
            # cifar10's test labels are made from a list, so their type differs between versions
            dtype=UNKNOWN if name.startswith("cifar") else "uint8",
            **common,
        )
        halves.append(_pair(images, replace(labels, exact=is_integer(classes))))
    return tuple(halves)


def _table_dataset(call: Call, name: str) -> Value:
    total: int | Unknown
    total, width = _TABLES[name]
    if name == "california_housing":
        version = argument(call, "version", 0, "large")
        total = {"large": 20640, "small": 600}.get(version, UNKNOWN) if isinstance(version, str) else UNKNOWN
    portion = argument(call, "test_split", 1 if name == "boston_housing" else 2, 0.2)
    counts: tuple[Any, Any] = (UNKNOWN, UNKNOWN)
    if is_number(portion) and is_integer(total):
        train = int(total * (1 - portion))
        counts = (train, total - train)
    halves = []
    dtype = "float64" if name == "boston_housing" else "float32"
    for split, count in zip(("train", "test"), counts, strict=True):
        source = f"keras.datasets.{name}"
        common: dict[str, Any] = {"span": call.span, "source": source, "split": split, "scaling": "raw"}
        features = Array(role="x", shape=(count, width), dtype=dtype, **common)
        halves.append(_pair(features, Array(role="y", shape=(count,), dtype=dtype, form="continuous", **common)))
    return tuple(halves)


def _text_dataset(call: Call, name: str) -> Value:
    words = argument(call, "num_words", 1, None)
    whole = all(argument(call, key, place, None) is None for key, place in (("maxlen", 3),))
    portion = argument(call, "test_split", 4, 0.2) if name == "reuters" else 0.5
    total = 50000 if name == "imdb" else 11228
    train = int(total * (1 - portion)) if is_number(portion) else UNKNOWN
    counts: tuple[Any, Any] = (train, total - train) if is_integer(train) and whole else (UNKNOWN, UNKNOWN)
    halves = []
    classes = _TEXTS[name]
    for split, count in zip(("train", "test"), counts, strict=True):
        common: dict[str, Any] = {
            "span": call.span,
            "source": f"keras.datasets.{name}",
            "split": split,
            "shape": (count,),
            "scaling": "raw",
            "low": 0,
        }
        top = words - 1 if is_integer(words) else UNKNOWN
        features = Array(role="x", dtype="object", high=top, **common)
        labels = Array(
            role="y",
            dtype="int64",
            high=classes - 1,
            classes=classes,
            form="binary" if classes == 2 else "integer",
            exact=whole and name == "imdb",
            **common,
        )
        halves.append(_pair(features, labels))
    return tuple(halves)


# sklearn.datasets


@dataclass(frozen=True)
class _Table:
    rows: int
    columns: int
    classes: int | None
    bounds: tuple[float, float] | None = None


_TOYS = {
    "load_iris": _Table(150, 4, 3),
    "load_digits": _Table(1797, 64, 10, (0.0, 16.0)),
    "load_breast_cancer": _Table(569, 30, 2),
    "load_wine": _Table(178, 13, 3),
    "load_diabetes": _Table(442, 10, None),
    "fetch_california_housing": _Table(20640, 8, None),
}
_MAKERS = {
    "make_classification": (100, 20),
    "make_regression": (100, 100),
    "make_blobs": (100, 2),
    "make_moons": (100, 2),
    "make_circles": (100, 2),
}


def sklearn_dataset(context: Context, call: Call) -> Value:
    """`load_*`, `fetch_*` and `make_*` of scikit-learn."""
    if call.short in _TOYS:
        return _toy(call, _TOYS[call.short])
    if call.short in _MAKERS:
        return _made(call)
    return _openml(call) if call.short == "fetch_openml" else NotImplemented


def _toy(call: Call, facts: _Table) -> Value:
    if call.short == "load_digits" and argument(call, "n_class", 0, 10) != 10:
        return UNKNOWN
    source = f"sklearn.datasets.{call.short}"
    scaled = call.short == "load_diabetes" and argument(call, "scaled", None, True) is True
    frame = argument(call, "as_frame", None, False)
    if frame is not False:
        return UNKNOWN
    low, high = facts.bounds or (UNKNOWN, UNKNOWN)
    features = Array(
        span=call.span,
        source=source,
        role="x",
        shape=(facts.rows, facts.columns),
        dtype="float64",
        low=low,
        high=high,
        exact=facts.bounds is not None,
        scaling="scaled" if scaled else UNKNOWN if call.short == "load_diabetes" else "raw",
    )
    labels = Array(
        span=call.span,
        source=source,
        role="y",
        shape=(facts.rows,),
        dtype="int64" if facts.classes else "float64",
        form="continuous" if facts.classes is None else "binary" if facts.classes == 2 else "integer",
        rows=features.rows,
        scaling="raw",
    )
    if facts.classes:
        labels = replace(labels, low=0, high=facts.classes - 1, classes=facts.classes, exact=True)
    return _packed(call, source, features, labels)


def _openml(call: Call) -> Value:
    """`fetch_openml("mnist_784", as_frame=False)`: digits as rows of pixels, labels as text."""
    if (
        argument(call, "name", 0) not in ("mnist_784", "Fashion-MNIST")
        or argument(call, "as_frame", None, "") is not False
    ):
        return UNKNOWN
    common: dict[str, Any] = {"span": call.span, "source": "sklearn.datasets.fetch_openml", "scaling": "raw"}
    features = Array(role="x", shape=(70000, 784), low=0, high=255, exact=True, images=True, **common)
    labels = Array(role="y", shape=(70000,), dtype="object", rows=features.rows, **common)
    return _packed(call, "sklearn.datasets.fetch_openml", features, labels)


def _packed(call: Call, source: str, features: Array, labels: Array) -> Value:
    pair = argument(call, "return_X_y", None, False)
    if pair is True:
        return features, labels
    if pair is not False:
        return UNKNOWN
    parts: dict[str, Value] = {"data": features, "target": labels}
    if call.short == "load_digits":
        parts["images"] = derive(features, call.span, "numpy.reshape", shape=(1797, 8, 8))
    return Bunch(source, parts, call.span)


def _made(call: Call) -> Value:
    name = call.short
    count, width = _MAKERS[name]
    rows = argument(call, "n_samples", 0, count)
    columns: Value = width
    if name in ("make_classification", "make_regression", "make_blobs"):
        columns = argument(call, "n_features", 1, width)
    classes: Any = None
    if name == "make_classification":
        classes = argument(call, "n_classes", 5, 2)
    elif name == "make_blobs":
        centers = argument(call, "centers", 2, None)
        classes = 3 if centers is None else centers if is_integer(centers) else UNKNOWN
    elif name in ("make_moons", "make_circles"):
        classes = 2
    outputs = argument(call, "n_targets", 3, 1) if name == "make_regression" else 1
    extra = argument(call, "coef" if name == "make_regression" else "return_centers", None, False)
    if not is_integer(columns) or extra is not False or argument(call, "return_X_y", None, True) is not True:
        return UNKNOWN
    size = rows if is_integer(rows) else UNKNOWN
    source = f"sklearn.datasets.{name}"
    features = Array(span=call.span, source=source, role="x", shape=(size, columns), dtype="float64", scaling="raw")
    many = not (is_integer(outputs) and outputs == 1)
    shape: Shape = ((size, outputs) if is_integer(outputs) else UNKNOWN) if many else (size,)
    labels = Array(span=call.span, source=source, role="y", shape=shape, rows=features.rows, scaling="raw")
    if classes is None:
        return features, replace(labels, dtype="float64", form="continuous")
    known = is_integer(classes) and classes > 1
    form = "binary" if known and classes == 2 else "integer"
    high = classes - 1 if known else UNKNOWN
    # a class may be missing when there are few rows, so the bounds need not be reached
    enough = is_integer(size) and known and size >= 10 * classes and name != "make_classification"
    return features, replace(
        labels,
        dtype="int64",
        low=0,
        high=high,
        classes=classes if known else UNKNOWN,
        form=form,
        exact=enough,
    )


# pandas

_READERS = ("read_csv", "read_excel", "read_table", "read_parquet", "read_json", "read_feather", "read_pickle")
_SAME_ROWS = {"fillna", "astype", "copy", "rename", "replace", "assign", "infer_objects", "round", "apply", "map"}
_FEWER_ROWS = {"dropna", "drop_duplicates", "query", "head", "tail", "nlargest", "nsmallest"}


def pandas_call(context: Context, call: Call) -> Value:
    """Readers and constructors of pandas."""
    if call.short in _READERS:
        path = argument(call, "filepath_or_buffer", 0)
        if argument(call, "chunksize", None, None) is not None or argument(call, "iterator", None, False) is not False:
            return UNKNOWN
        if call.short == "read_excel" and argument(call, "sheet_name", 1, 0) is None:
            return UNKNOWN
        source = f"pandas.{call.short}"
        return from_file(context, call, path, Frame(span=call.span, source=source, library="pandas", scaling="raw"))
    if call.short == "get_dummies":
        return _dummies(call)
    if call.short in ("DataFrame", "Series"):
        return _frame(call)
    if call.short == "concat":
        return _concat(call)
    return NotImplemented


def _dummies(call: Call) -> Value:
    data = current(argument(call, "data", 0))
    if not isinstance(data, Array):
        return UNKNOWN
    if isinstance(data, Frame):
        return derive(data, call.span, "pandas.get_dummies", scaling=UNKNOWN)
    whole = argument(call, "drop_first", None, False) is False
    classes = data.classes if data.exact and data.form in ("integer", "binary") and whole else UNKNOWN
    return derive(
        data,
        call.span,
        "pandas.get_dummies",
        shape=UNKNOWN,
        dtype=UNKNOWN,
        low=0,
        high=1,
        exact=False,
        form="one-hot" if whole else UNKNOWN,
        classes=classes,
        scaling=UNKNOWN,
        library="pandas",
    )


def _frame(call: Call) -> Value:
    data = current(argument(call, "data", 0))
    if isinstance(data, Array):
        if call.short == "DataFrame":
            facts = {name: getattr(data, name) for name in ("source", "role", "split", "scaling", "rows", "order")}
            return Frame(span=call.span, library="pandas", steps=data.steps, **facts)
        return shapes.as_array(data, call.span, "pandas.Series", "pandas")
    if call.short == "DataFrame":
        return Frame(span=call.span, source="pandas", library="pandas")
    return Array(span=call.span, source="pandas", library="pandas")


def _concat(call: Call) -> Value:
    frames = argument(call, "objs", 0)
    if not isinstance(frames, (list, tuple)) or not frames:
        return UNKNOWN
    items = [current(frame) for frame in frames]
    if not all(isinstance(item, Array) for item in items):
        return UNKNOWN
    if argument(call, "axis", 1, 0) == 0:
        facts = shapes.joined(items)
        facts.update(low=UNKNOWN, high=UNKNOWN, exact=False, form=UNKNOWN, classes=UNKNOWN)
        rows = Rows.together([item.rows for item in items])
        return derive(items[0], call.span, "pandas.concat", shape=UNKNOWN, rows=rows, order=UNKNOWN, **facts)
    return Frame(span=call.span, source=items[0].source, library="pandas", rows=items[0].rows, order=UNKNOWN)


def frame_method(context: Context, frame: Array, name: str, call: Call) -> Value:
    """Methods of frames and series that arrays do not have."""
    if name in ("to_numpy", "as_matrix"):
        return shapes.as_array(frame, call.span, "pandas.to_numpy", "numpy")
    if name in ("drop", "pop", "sample", "sort_values", "sort_index", "reset_index"):
        return _frame_rows(context, frame, name, call)
    changes: dict[str, Any] = {"scaling": UNKNOWN, "low": UNKNOWN, "high": UNKNOWN, "exact": False}
    if name in ("copy", "rename", "infer_objects"):
        return derive(frame, call.span, f"pandas.{name}")
    if name in _SAME_ROWS:
        if argument(call, "inplace", None, False) is not False:
            return UNKNOWN
        if name == "astype":
            kept = frame.scaling if frame.scaling == "raw" and isinstance(frame, Frame) else UNKNOWN
            changes["scaling"] = kept
        form = frame.form if name == "astype" and frame.form in ("binary", "one-hot", "integer") else UNKNOWN
        classes = frame.classes if form is frame.form else UNKNOWN
        changes.update(form=form, classes=classes, dtype=UNKNOWN)
        if name in ("fillna", "round"):
            changes["scaling"] = frame.scaling
        return derive(frame, call.span, f"pandas.{name}", **changes)
    if name in _FEWER_ROWS:
        if argument(call, "inplace", None, False) is not False:
            return UNKNOWN
        rows = frame.rows.select("some", object())
        order = frame.order if name in ("dropna", "drop_duplicates", "query", "head", "tail") else UNKNOWN
        return derive(frame, call.span, f"pandas.{name}", rows=rows, order=order, exact=False, shape=UNKNOWN)
    return UNKNOWN


def _frame_rows(context: Context, frame: Array, name: str, call: Call) -> Value:
    if argument(call, "inplace", None, False) is not False:
        changed = replace(frame, order=UNKNOWN, rows=frame.rows.select("some", object()))
        overwrite(context, frame, changed, call.span)
        return None
    if name == "pop":
        return shapes.as_array(frame, call.span, "pandas.pop", "pandas", form=UNKNOWN, classes=UNKNOWN)
    if name == "drop":
        axis, columns = argument(call, "axis", 1, 0), argument(call, "columns", None, None)
        if columns is not None or axis in (1, "columns"):
            return derive(frame, call.span, "pandas.drop")
        return derive(frame, call.span, "pandas.drop", rows=frame.rows.select("some", object()), shape=UNKNOWN)
    if name == "reset_index":
        return derive(frame, call.span, "pandas.reset_index")
    if name != "sample":
        return derive(frame, call.span, f"pandas.{name}", order=UNKNOWN)
    portion = argument(call, "frac", None, None)
    seed = argument(call, "random_state", None, None)
    order: Any = (*frame.order, Token()) if seed is None and isinstance(frame.order, tuple) else UNKNOWN
    whole = is_number(portion) and portion == 1
    rows = frame.rows if whole else frame.rows.select("some", object())
    sampled = derive(frame, call.span, "pandas.sample", rows=rows, order=order, exact=False)
    place = call.callee
    context.facts.append(
        Fact("shuffle", call.span, place, place, call, (frame,), (sampled,), seed=seed, library="pandas")
    )
    return sampled


def frame_attribute(frame: Array, name: str, span: Span) -> Value:
    """Attributes of frames and series; a column by its name."""
    if name in ("iloc", "loc"):
        return Indexer(frame, name)
    if name == "values":
        return shapes.as_array(frame, span, "pandas.values", "numpy")
    return UNKNOWN
