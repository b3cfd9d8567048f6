"""Data facts: what a program's arrays, datasets and generators are known to be, and what was done to them.

The interpreter calls the hooks below. Each returns NotImplemented for what it does not know, and the value is Unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.program import data_arithmetic, data_keras, data_numpy, data_sklearn, data_sources, data_tensorflow
from default_lint.program import data_shapes as shapes
from default_lint.program.data_arithmetic import unary
from default_lint.program.data_keras import adapted, layer
from default_lint.program.data_values import (
    KINDS,
    NOWHERE,
    Array,
    Bunch,
    Context,
    Dataset,
    Fact,
    Fitted,
    Frame,
    Generator,
    Indexer,
    RandomState,
    Rows,
    Statistic,
    Step,
    Storage,
    aligned,
    argument,
    current,
    describe,
    forget,
    overlap,
    overwrite,
)
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Reference, Shape, Unknown, Value, is_integer
from default_lint.text import Span

__all__ = [
    "Array",
    "Bunch",
    "Context",
    "Dataset",
    "Fact",
    "Fitted",
    "Frame",
    "Generator",
    "Indexer",
    "RandomState",
    "Rows",
    "Statistic",
    "Step",
    "Storage",
    "adapted",
    "aligned",
    "argument",
    "assign",
    "attribute",
    "binary",
    "call",
    "current",
    "describe",
    "input_shape",
    "is_data",
    "iterate",
    "layer",
    "length",
    "method",
    "method_prefix",
    "overlap",
    "subscript",
    "unary",
    "unpack",
]

_SKLEARN = ("sklearn.", "imblearn.")


def is_data(value: Value) -> bool:
    """True for the kinds of this package."""
    return isinstance(value, KINDS)


def call(context: Context, call: Call) -> Value:
    """A function or constructor by canonical name."""
    name = call.name
    if name.startswith("numpy."):
        return data_numpy.call(context, call)
    if name.startswith("pandas."):
        return data_sources.pandas_call(context, call)
    if name.startswith("sklearn.datasets."):
        return data_sources.sklearn_dataset(context, call)
    if name.startswith(_SKLEARN):
        return data_sklearn.call(context, call)
    if name.startswith("tensorflow_datasets."):
        return data_tensorflow.datasets_load(context, call) if call.short == "load" else NotImplemented
    if ".datasets." in name and name.endswith(".load_data"):
        return data_sources.keras_dataset(context, call)
    if name.startswith("tensorflow.") and not name.startswith("tensorflow.keras."):
        return data_tensorflow.call(context, call)
    if name.startswith("keras.ops."):
        return data_tensorflow.call(context, call)
    if name.startswith(("keras.", "tensorflow.keras.")):
        return data_keras.call(context, call)
    if name in ("random.shuffle", "random.seed"):
        return _python_random(context, call)
    return NotImplemented


def _python_random(context: Context, call: Call) -> Value:
    """`random.seed` and `random.shuffle`; the latter leaves an array in an order that is not known."""
    value = current(argument(call, "x", 0))
    if call.short == "seed":
        seed = argument(call, "a", 0, None)
        context.facts.append(Fact("seed", call.span, call.callee, call=call, seed=seed, library="python"))
    elif isinstance(value, Array):
        written = forget(value)
        context.facts.append(
            Fact("shuffle", call.span, call.callee, call.where("x"), call, (value,), (written,), library="python")
        )
        overwrite(context, value, written, call.span)
    return None


def method(context: Context, receiver: Value, name: str, call: Call) -> Value:
    """A method of one of the kinds."""
    receiver = current(receiver)
    if isinstance(receiver, Array):
        if receiver.library == "pandas":
            result = data_sources.frame_method(context, receiver, name, call)
            if not isinstance(result, Unknown) or name in ("reshape", "flatten", "ravel", "squeeze"):
                return result
        return data_numpy.method(context, receiver, name, call)
    if isinstance(receiver, Dataset):
        return data_tensorflow.method(context, receiver, name, call)
    if isinstance(receiver, RandomState):
        return data_numpy.random_call(context, call, name, receiver)
    if isinstance(receiver, Fitted):
        if receiver.kind in ("ImageDataGenerator", "Tokenizer"):
            return data_keras.fitted_method(context, receiver, name, call)
        return data_sklearn.method(context, receiver, name, call)
    if isinstance(receiver, Statistic):
        return UNKNOWN
    if isinstance(receiver, Generator) and name == "next":
        return receiver.elements
    return NotImplemented


def attribute(context: Context, receiver: Value, name: str, span: Span = NOWHERE) -> Value:
    """An attribute of one of the kinds; NotImplemented leaves it to be a method."""
    receiver = current(receiver)
    if isinstance(receiver, Array):
        if receiver.library == "pandas" and name in ("iloc", "loc", "values"):
            return data_sources.frame_attribute(receiver, name, span)
        found = data_numpy.attribute(context, receiver, name, span)
        return NotImplemented if isinstance(found, Unknown) and name not in _ATTRIBUTES else found
    if isinstance(receiver, Bunch):
        return receiver.parts.get(name, UNKNOWN)
    if isinstance(receiver, (Dataset, Generator)):
        return _collection_attribute(receiver, name)
    return NotImplemented


_ATTRIBUTES = ("shape", "ndim", "dtype", "size", "T")


def _collection_attribute(receiver: Dataset | Generator, name: str) -> Value:
    if name == "class_names" and isinstance(receiver, Dataset):
        return receiver.class_names
    if name == "num_classes":
        return receiver.classes
    if name == "batch_size" and isinstance(receiver, Generator):
        return receiver.batch_size
    if name == "target_size" and isinstance(receiver, Generator):
        return receiver.target_size
    if name == "class_mode" and isinstance(receiver, Generator):
        return receiver.class_mode
    unknown = ("element_spec", "classes", "class_indices", "samples", "n", "labels", "filenames", "image_shape")
    return UNKNOWN if name in unknown else NotImplemented


def subscript(context: Context, receiver: Value, index: Value, span: Span) -> Value:
    """`receiver[index]`."""
    receiver = current(receiver)
    index = tuple(_index(item) for item in index) if isinstance(index, tuple) else _index(index)
    if isinstance(receiver, Array):
        one_hot = _rows_of_eye(receiver, index, span)
        return shapes.subscript(receiver, index, span) if one_hot is None else one_hot
    if isinstance(receiver, Indexer):
        return shapes.locate(receiver.frame, receiver.name, index, span)
    if isinstance(receiver, Bunch) and isinstance(index, str):
        return data_numpy.member(context, receiver, index)
    if isinstance(receiver, Generator):
        return receiver.elements
    return NotImplemented


def _index(value: Value) -> Value:
    """One part of an index: `np.newaxis` is None."""
    return None if isinstance(value, Reference) and value.name.endswith(".newaxis") else current(value)


def _rows_of_eye(eye: Array, index: Value, span: Span) -> Value:
    """`np.eye(k)[labels]`: one-hot labels; None when it is something else."""
    if eye.source != "numpy.eye" or eye.steps or not isinstance(index, Array) or index.dtype == "bool":
        return None
    made = data_tensorflow.one_hot(index, eye.classes, span, "numpy.eye", eye.dtype)
    return made if isinstance(index.dtype, str) else UNKNOWN


def assign(context: Context, receiver: Value, index: Value, value: Value, span: Span) -> None:
    """`receiver[index] = value`: what the array holds is no longer known."""
    if isinstance(receiver, Array):
        shapes.assign(context, receiver, index, value, span)


def binary(context: Context, operator: str, left: Value, right: Value, span: Span) -> Value:
    """An operator with one of the kinds on a side; "/=" and its kin also change the left array for its other names."""
    if not isinstance(left, (Array, Statistic)) and not isinstance(right, (Array, Statistic)):
        return NotImplemented
    return data_arithmetic.binary(context, operator, left, right, span)


def iterate(context: Context, receiver: Value, span: Span) -> Value:
    """What one turn of `for element in receiver` meets."""
    receiver = current(receiver)
    if isinstance(receiver, (Dataset, Generator)):
        return receiver.elements
    if isinstance(receiver, Array) and not isinstance(receiver, Frame) and receiver.rank not in (0, UNKNOWN):
        return shapes.subscript(receiver, 0, span)
    return NotImplemented


def length(context: Context, receiver: Value) -> int | Unknown:
    """`len(receiver)`."""
    receiver = current(receiver)
    if isinstance(receiver, Array) and isinstance(receiver.shape, tuple) and receiver.shape:
        first = receiver.shape[0]
        return first if is_integer(first) else UNKNOWN
    if isinstance(receiver, Dataset) and receiver.infinite is False and is_integer(receiver.cardinality):
        return receiver.cardinality
    return UNKNOWN


def unpack(context: Context, call: Call, names: Sequence[tuple[str, Span]]) -> None:
    """The targets that the result of a call is unpacked into, as written."""
    context.facts.append(Fact("unpack", call.span, call.callee, call=call, names=tuple(names)))


def method_prefix(receiver: Value) -> str:
    """Canonical name of the class whose methods the catalog lists for a value."""
    if isinstance(receiver, Dataset):
        return "tensorflow.data.Dataset"
    if isinstance(receiver, RandomState):
        return "numpy.random.Generator"
    if isinstance(receiver, Fitted):
        return receiver.call.name
    return "array"


def input_shape(context: Context, value: Value) -> Shape:
    """Shape of the features that a model is given, the batch axis first; Unknown when it cannot be told."""
    value = current(value)
    if isinstance(value, Dataset):
        features = value.inputs if value.batched is not None else UNKNOWN
    else:
        features = value.elements[0] if isinstance(value, Generator) and isinstance(value.elements, tuple) else value
    return features.shape if isinstance(features, Array) else UNKNOWN
