"""Runs a snippet for real and through the interpreter, and compares every claim about data with what is there."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np

from default_lint.program import data
from default_lint.program.decisions import Decisions
from default_lint.program.interpret import Interpreter
from default_lint.program.tree import Tree
from default_lint.program.values import Unknown, is_known

PRELUDE = """
import random
import numpy as np
import tensorflow as tf
import keras
import sklearn
from keras.datasets import mnist, cifar10, cifar100, imdb
from keras.utils import to_categorical
from sklearn.datasets import load_iris, load_digits, load_breast_cancer, load_wine, load_diabetes
from sklearn.datasets import make_classification, make_regression, make_blobs, make_moons, make_circles
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, MinMaxScaler, RobustScaler, MaxAbsScaler, Normalizer
from sklearn.preprocessing import LabelEncoder, LabelBinarizer, OneHotEncoder
from sklearn.utils import shuffle
"""


def interpret(text: str) -> Interpreter:
    """The interpreter after it has read `text`."""
    interpreter = Interpreter(Tree(text), Decisions(0, {}), "snippet.py")
    interpreter.run()
    return interpreter


def claimed(text: str) -> dict[str, Any]:
    """Values of the module's names as they are known at its end."""
    return {name: data.current(value) for name, value in interpret(text).scope.names.items()}


def _images(count: int, shape: tuple[int, ...], classes: int, column: bool, seed: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    pixels = generator.integers(0, 256, (count, *shape), dtype="uint8")
    pixels.reshape(-1)[:2] = (0, 255)
    labels = generator.integers(0, classes, count).astype("uint8")
    labels[:classes] = np.arange(classes)
    return pixels, labels.reshape(-1, 1) if column else labels


def _loader(train: int, test: int, shape: tuple[int, ...], classes: int, column: bool = False) -> Any:
    def load_data(*arguments: Any, **keywords: Any) -> Any:
        return _images(train, shape, classes, column, 0), _images(test, shape, classes, column, 1)

    return load_data


def _sequences(num_words: int = 5000, **keywords: Any) -> Any:
    generator = np.random.default_rng(2)

    def half() -> tuple[Any, Any]:
        rows = np.array(
            [list(generator.integers(1, num_words, generator.integers(3, 9))) for _ in range(25000)], "object"
        )
        labels = generator.integers(0, 2, 25000)
        labels[:2] = (0, 1)
        return rows, labels

    return half(), half()


def _numbered(*arguments: Any, **keywords: Any) -> Any:
    """Features and labels that tell which row they are."""

    def half(start: int, count: int) -> tuple[Any, Any]:
        rows = np.arange(start, start + count)
        return np.repeat(rows, 784).reshape(count, 28, 28), rows.copy()

    return half(0, 6000), half(6000, 1000)


LOADERS = {
    "mnist": _loader(60000, 10000, (28, 28), 10),
    "fashion_mnist": _loader(60000, 10000, (28, 28), 10),
    "cifar10": _loader(50000, 10000, (32, 32, 3), 10, True),
    "cifar100": _loader(50000, 10000, (32, 32, 3), 100, True),
    "imdb": _sequences,
}


def execute(text: str, numbered: bool = False) -> dict[str, Any]:
    """The names of the snippet, run for real on data of the true shapes."""
    import keras

    scope: dict[str, Any] = {}
    loaders = {**LOADERS, **({"mnist": _numbered} if numbered else {})}
    patches = [mock.patch.object(getattr(keras.datasets, name), "load_data", load) for name, load in loaders.items()]
    for patch in patches:
        patch.start()
    try:
        exec(compile(text, "snippet.py", "exec"), scope)
    finally:
        for patch in patches:
            patch.stop()
    return scope


def disagreements(text: str) -> list[str]:
    """Every claim about the snippet's names that does not hold."""
    source = PRELUDE + text
    real = execute(source)
    found: list[str] = []
    for name, value in claimed(source).items():
        if name in real and not name.startswith("_"):
            found.extend(f"{name}: {wrong}" for wrong in compare(value, real[name]))
    return found


def compare(value: Any, actual: Any) -> list[str]:
    """Claims of one value that do not hold of the actual one."""
    if isinstance(value, data.Array):
        return _compare_array(value, actual)
    if isinstance(value, data.Dataset):
        return _compare_dataset(value, actual)
    if isinstance(value, (tuple, list)) and isinstance(actual, (tuple, list)):
        if len(value) != len(actual):
            return [f"length {len(value)} is {len(actual)}"]
        return [wrong for one, other in zip(value, actual, strict=True) for wrong in compare(one, other)]
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        return [] if value == actual else [f"{value} is {actual}"]
    return []


def _numbers(actual: Any) -> Any:
    if hasattr(actual, "toarray"):
        actual = actual.toarray()
    return np.asarray(actual)


def _compare_array(value: data.Array, actual: Any) -> list[str]:
    numbers = _numbers(actual)
    wrong: list[str] = []
    if isinstance(value.shape, tuple):
        sizes = [size if isinstance(size, int) else None for size in value.shape]
        fits = len(sizes) == numbers.ndim and all(
            size is None or size == real for size, real in zip(sizes, numbers.shape, strict=False)
        )
        if not fits:
            wrong.append(f"shape {value.shape} is {numbers.shape}")
    if is_known(value.dtype) and value.dtype != str(numbers.dtype) and value.dtype not in ("object", "str"):
        wrong.append(f"dtype {value.dtype} is {numbers.dtype}")
    if numbers.dtype == object or numbers.dtype.kind not in "biuf" or numbers.size == 0:
        return wrong
    low, high = float(numbers.min()), float(numbers.max())
    tolerance = (1e-3 if numbers.dtype == np.float16 else 1e-5) * max(1.0, abs(low), abs(high))
    if is_known(value.low) and low < value.low - tolerance:
        wrong.append(f"low {value.low} is {low}")
    if is_known(value.high) and high > value.high + tolerance:
        wrong.append(f"high {value.high} is {high}")
    if value.exact and (is_known(value.low) and abs(low - value.low) > tolerance):
        wrong.append(f"exact low {value.low} is {low}")
    if value.exact and (is_known(value.high) and abs(high - value.high) > tolerance):
        wrong.append(f"exact high {value.high} is {high}")
    if value.distinct and len(np.unique(numbers)) != numbers.size:
        wrong.append("distinct, but values repeat")
    if value.scaling == "scaled" and max(abs(low), abs(high)) > 60:
        wrong.append(f"scaled, but {low}..{high}")
    if value.scaling == "raw" and value.images and high < 100:
        wrong.append(f"raw, but {low}..{high}")
    return wrong + _compare_labels(value, numbers)


def _compare_labels(value: data.Array, numbers: Any) -> list[str]:
    form, classes = value.form, value.classes
    whole = bool(np.all(numbers == np.round(numbers)))
    wrong: list[str] = []
    if form == "integer" and not whole:
        wrong.append("integer, but not whole numbers")
    if form == "binary" and not set(np.unique(numbers).tolist()) <= {0, 1}:
        wrong.append("binary, but other values")
    # a label outside the classes gives zeros only
    if form == "one-hot" and (numbers.sum(-1).max() > 1 or numbers.min() < 0 or not whole):
        wrong.append("one-hot, but it is not")
    if form == "continuous" and numbers.dtype.kind != "f":
        wrong.append(f"continuous, but {numbers.dtype}")
    if isinstance(classes, int):
        if form == "one-hot" and numbers.shape[-1] != classes:
            wrong.append(f"{classes} classes, but {numbers.shape[-1]} columns")
        if form in ("integer", "binary") and len(np.unique(numbers)) > classes:
            wrong.append(f"{classes} classes, but {len(np.unique(numbers))} values")
    return wrong


def _compare_dataset(value: data.Dataset, actual: Any) -> list[str]:
    import tensorflow as tf

    wrong: list[str] = []
    specs = tf.nest.flatten(actual.element_spec)
    arrays = _leaves(value.elements)
    if is_known(value.elements) and len(arrays) != len(specs):
        return [f"{len(arrays)} parts, but {len(specs)}"]
    for array, spec in zip(arrays, specs, strict=False):
        if not isinstance(array, data.Array):
            continue
        if isinstance(array.shape, tuple):
            real = spec.shape.as_list() if spec.shape.rank is not None else []
            pairs = zip(array.shape, real, strict=False)
            differ = any(not isinstance(size, Unknown) and size != other for size, other in pairs)
            if differ or len(real) != len(array.shape):
                wrong.append(f"element shape {array.shape} is {real}")
        if is_known(array.dtype) and array.dtype != "str" and array.dtype != spec.dtype.name:
            wrong.append(f"element dtype {array.dtype} is {spec.dtype.name}")
    endless = int(actual.cardinality()) == tf.data.INFINITE_CARDINALITY
    if is_known(value.infinite) and value.infinite != endless and int(actual.cardinality()) != -2:
        wrong.append(f"infinite {value.infinite} is {endless}")
    if isinstance(value.cardinality, int) and int(actual.cardinality()) not in (value.cardinality, -2):
        wrong.append(f"cardinality {value.cardinality} is {int(actual.cardinality())}")
    first = next(iter(actual), None)
    for array, part in zip(arrays, tf.nest.flatten(first) if first is not None else [], strict=False):
        if isinstance(array, data.Array) and not isinstance(part, tf.RaggedTensor):
            wrong.extend(_compare_array(array, part.numpy()))
            if isinstance(value.batched, int) and part.shape[0] > value.batched:
                wrong.append(f"batch of {part.shape[0]}")
    return wrong


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [leaf for item in value for leaf in _leaves(item)]
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _leaves(value[key])]
    return [value]
