"""TensorFlow: tensors, `tf.data` pipelines and `tensorflow_datasets`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from default_lint.program import data_arithmetic as arithmetic
from default_lint.program import data_numpy as numpy
from default_lint.program import data_shapes as shapes
from default_lint.program.data_values import (
    Array,
    Context,
    Dataset,
    Rows,
    Step,
    Token,
    argument,
    bound,
    current,
    derive,
    parts,
    positionals,
)
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Reference, Rest, Unknown, Value, is_integer, is_number
from default_lint.text import Span

Handler = Callable[[Context, Call], Value]


def over(value: Value, change: Callable[[Array], Value]) -> Value:
    """A nested structure with every array changed; Unknown stays."""
    if isinstance(value, Array):
        return change(value)
    if isinstance(value, (tuple, list)):
        return tuple(over(item, change) for item in value)
    if isinstance(value, dict):
        return {key: over(item, change) for key, item in value.items()}
    return UNKNOWN


def tensor(value: Value, span: Span, name: str = "tensorflow.convert_to_tensor") -> Value:
    """A value as a tensor."""
    if isinstance(value, (list, tuple, int, float)) and not isinstance(value, bool):
        made = numpy.from_value(value, span)
        if not isinstance(made, Array):
            return UNKNOWN
        narrow = {"float64": "float32", "int64": "int32"}
        dtype = narrow.get(made.dtype, made.dtype) if isinstance(made.dtype, str) else UNKNOWN
        return replace(made, library="tensorflow", dtype=dtype)
    value = current(value)
    if not isinstance(value, Array):
        return UNKNOWN
    return shapes.as_array(value, span, name, "tensorflow", distinct=value.distinct)


# Functions of tensors


def _subject(call: Call, *names: str) -> Value:
    for name in (*names, "x", "input", "tensor", "value", "image", "images", "a"):
        found = bound(call, name)
        if found is not None:
            return _as_tensor(found.value, call)
    first = next((item for item in call.arguments.values() if item.given and item.keyword is None), None)
    return UNKNOWN if first is None else _as_tensor(first.value, call)


def _as_tensor(value: Value, call: Call) -> Value:
    value = current(value)
    if isinstance(value, Array):
        return value if value.library == "tensorflow" else tensor(value, call.span)
    return tensor(value, call.span) if isinstance(value, (list, tuple)) else value


def _cast(context: Context, call: Call) -> Value:
    array = _subject(call)
    if not isinstance(array, Array):
        return NotImplemented
    return shapes.astype(array, shapes.dtype_of(argument(call, "dtype", 1), "tensorflow"), call.span, call.name)


def _convert(context: Context, call: Call) -> Value:
    value = argument(call, "value", 0)
    if isinstance(value, Unknown):
        value = argument(call, "x", 0)
    made = tensor(value, call.span)
    dtype = argument(call, "dtype", 1, None)
    if not isinstance(made, Array):
        return NotImplemented if not isinstance(current(value), (list, tuple)) else UNKNOWN
    if argument(call, "shape", 2, None) is not None and call.short == "constant":
        made = replace(made, shape=UNKNOWN)
    if dtype is None:
        return made
    return replace(shapes.astype(made, shapes.dtype_of(dtype, "tensorflow"), call.span), steps=made.steps)


def _one_hot(context: Context, call: Call) -> Value:
    labels = _subject(call, "indices")
    depth = argument(call, "depth", 1)
    if isinstance(depth, Unknown):
        depth = argument(call, "num_classes", 1)
    if not isinstance(labels, Array):
        return NotImplemented
    plain = all(argument(call, name, None, None) is None for name in ("on_value", "off_value"))
    axis = argument(call, "axis", 4, None)
    dtype = argument(call, "dtype", 5, None)
    return one_hot(
        labels,
        depth if plain and axis in (None, -1) else UNKNOWN,
        call.span,
        call.name,
        "float32" if dtype is None else shapes.dtype_of(dtype, "tensorflow"),
    )


def one_hot(labels: Array, depth: Value, span: Span, name: str, dtype: str | Unknown) -> Array:
    """Integer labels as one-hot vectors."""
    classes = depth if is_integer(depth) else UNKNOWN
    bounds = labels.bounds
    outside = bounds is not None and (bounds[0] < 0 or (is_integer(classes) and bounds[1] >= classes))
    numbers = arithmetic.is_float(labels.dtype) and labels.form not in ("integer", "binary")
    return derive(
        labels,
        span,
        name,
        shape=UNKNOWN if isinstance(labels.shape, Unknown) else (*labels.shape, classes),
        dtype=dtype,
        low=0,
        high=1,
        exact=False,
        classes=classes,
        form=UNKNOWN if outside or numbers else "one-hot",
        role="y",
        images=False,
        scaling=UNKNOWN,
    )


def _convert_image_dtype(context: Context, call: Call) -> Value:
    image = _subject(call)
    dtype = shapes.dtype_of(argument(call, "dtype", 1), "tensorflow")
    if not isinstance(image, Array):
        return NotImplemented
    if isinstance(image.dtype, str) and image.dtype == dtype:
        return image
    if image.dtype in ("uint8", "uint16") and arithmetic.is_float(dtype):
        top = 255 if image.dtype == "uint8" else 65535
        scaled = image.bounds is not None
        low, high = (image.bounds[0] / top, image.bounds[1] / top) if image.bounds is not None else (0.0, 1.0)
        return derive(
            image,
            call.span,
            call.name,
            dtype=dtype,
            low=low,
            high=high,
            exact=image.exact and scaled,
            scaling="scaled",
        )
    return derive(image, call.span, call.name, dtype=dtype, low=UNKNOWN, high=UNKNOWN, exact=False, scaling=UNKNOWN)


def _image(bounded: bool, resized: bool = False) -> Handler:
    """A function of images that keeps their meaning: a flip (bounded) or a change of brightness (not)."""

    def apply(context: Context, call: Call) -> Value:
        image = _subject(call)
        if not isinstance(image, Array):
            return NotImplemented
        changes: dict[str, Any] = {"exact": False}
        if not bounded:
            changes.update(low=UNKNOWN, high=UNKNOWN, scaling="scaled" if image.scaling == "scaled" else UNKNOWN)
        if resized:
            changes.update(shape=_resized(image, argument(call, "size", 1)), form=UNKNOWN, classes=UNKNOWN)
            method = argument(call, "method", 2, "bilinear")
            name = method.name.rpartition(".")[2] if isinstance(method, Reference) else method
            lowered = name.lower() if isinstance(name, str) else ""
            if lowered not in ("bilinear", "nearest", "area", "nearest_neighbor"):
                changes.update(low=UNKNOWN, high=UNKNOWN)
            changes["dtype"] = image.dtype if lowered.startswith("nearest") else "float32" if lowered else UNKNOWN
        return derive(image, call.span, call.name, **changes)

    return apply


def _resized(image: Array, size: Value) -> Any:
    rank = image.rank
    if isinstance(rank, Unknown) or rank not in (3, 4) or isinstance(image.shape, Unknown):
        return UNKNOWN
    pair = list(size) if isinstance(size, (tuple, list)) and len(size) == 2 else [UNKNOWN, UNKNOWN]
    sides = [side if is_integer(side) else UNKNOWN for side in pair]
    return (*image.shape[: rank - 3], *sides, image.shape[-1])


def _cropped(context: Context, call: Call) -> Value:
    image = _subject(call)
    if not isinstance(image, Array):
        return NotImplemented
    return derive(image, call.span, call.name, shape=UNKNOWN, exact=False)


def _standardized(context: Context, call: Call) -> Value:
    image = _subject(call)
    if not isinstance(image, Array):
        return NotImplemented
    return derive(
        image,
        call.span,
        call.name,
        dtype="float32",
        low=UNKNOWN,
        high=UNKNOWN,
        exact=False,
        scaling="scaled",
    )


def _decoded(context: Context, call: Call) -> Value:
    """`tf.io.decode_jpeg` and its kin: pixels from a file."""
    channels = argument(call, "channels", 1, 0)
    default = "uint8"
    given = argument(call, "dtype", 2, None) if call.short in ("decode_png", "decode_image") else None
    dtype = default if given is None else shapes.dtype_of(given, "tensorflow")
    flat = call.short in ("decode_jpeg", "decode_png", "decode_bmp")
    depth = channels if is_integer(channels) and channels > 0 else UNKNOWN
    eight = dtype == "uint8"
    return Array(
        span=call.span,
        source=call.name,
        library="tensorflow",
        role="x",
        shape=(UNKNOWN, UNKNOWN, depth) if flat else UNKNOWN,
        dtype=dtype,
        low=0 if eight else UNKNOWN,
        high=255 if eight else UNKNOWN,
        images=eight,
        scaling="raw" if eight else UNKNOWN,
    )


def _through_numpy(name: str, position: int | None = None) -> Handler:
    """A function that works like numpy's of that name."""

    def apply(context: Context, call: Call) -> Value:
        array = _subject(call)
        if not isinstance(array, Array):
            return NotImplemented
        axis = argument(call, "axis", 1, None)
        if name == "reshape":
            sizes = argument(call, "shape", 1)
            if isinstance(sizes, Unknown):
                sizes = argument(call, "newshape", 1)
            return shapes.reshape(array, sizes, call.span)
        if name == "expand_dims":
            return shapes.expand_dims(array, argument(call, "axis", 1), call.span)
        if name == "squeeze":
            return shapes.squeeze(array, axis, call.span)
        if name == "transpose":
            return shapes.transpose(array, _either(call, ("perm", "axes"), 1), call.span)
        if name == "argmax":
            found = numpy.argmax(array, axis, call.span)
            return replace(found, dtype=UNKNOWN) if isinstance(found, Array) else found
        if name == "clip":
            low, high = _either(call, ("clip_value_min", "x_min"), 1), _either(call, ("clip_value_max", "x_max"), 2)
            return numpy.clip(array, low, high, call.span)
        result = numpy.reduce(array, name, axis, argument(call, "keepdims", 2, False), call.span)
        return replace(result, dtype=array.dtype) if isinstance(result, Array) else result

    return apply


def _either(call: Call, names: Sequence[str], position: int) -> Value:
    for name in names:
        found = bound(call, name, position)
        if found is not None:
            return found.value
    return UNKNOWN if call.spread else None


def _operator(symbol: str) -> Handler:
    def apply(context: Context, call: Call) -> Value:
        left, right = _subject(call, "x1"), _either(call, ("y", "x2"), 1)
        if not isinstance(left, Array):
            return NotImplemented
        return arithmetic.binary(context, symbol, left, current(right), call.span)

    return apply


def _filled(context: Context, call: Call) -> Value:
    value = 0 if call.short == "zeros" else 1
    dtype = argument(call, "dtype", 1, None)
    known = "float32" if dtype is None else shapes.dtype_of(dtype, "tensorflow")
    return Array(
        span=call.span,
        source="tensorflow",
        library="tensorflow",
        shape=shapes.shape_of(argument(call, "shape", 0)),
        dtype=known,
        low=value,
        high=value,
        scaling="raw",
    )


def _random(context: Context, call: Call) -> Value:
    uniform = call.short == "uniform"
    low = argument(call, "minval", 1, 0) if uniform else UNKNOWN
    high = argument(call, "maxval", 2, None) if uniform else UNKNOWN
    given = bound(call, "dtype", 3)
    explicit = given is not None and given.given
    dtype = shapes.dtype_of(given.value, "tensorflow") if given is not None and explicit else "float32"
    whole = arithmetic.is_int(dtype)
    if uniform and high is None:
        high = UNKNOWN if whole else 1.0
    made = Array(
        span=call.span,
        source=f"tensorflow.random.{call.short}",
        library="tensorflow",
        shape=shapes.shape_of(argument(call, "shape", 0)),
        dtype=dtype,
        form="continuous" if arithmetic.is_float(dtype) else "integer" if whole else UNKNOWN,
        scaling="raw",
    )
    if not is_number(low) or not is_number(high) or isinstance(dtype, Unknown):
        return made
    if not whole:
        return replace(made, low=low, high=high)
    classes = high if low == 0 and is_integer(high) else UNKNOWN
    form = "binary" if classes == 2 else "integer"
    return replace(made, low=low, high=high - 1, classes=classes, form=form)


def _joined(context: Context, call: Call) -> Value:
    values = _either(call, ("values", "xs", "arrays", "x"), 0)
    if not isinstance(values, (list, tuple)) or not values or any(isinstance(item, Rest) for item in values):
        return UNKNOWN
    items = [_as_tensor(value, call) for value in values]
    axis = argument(call, "axis", 1, 0)
    if call.short == "stack":
        return shapes.stack(items, axis, call.span)
    return shapes.concatenate(items, axis, call.span, call.name)


_KEEPING = (
    "random_flip_left_right",
    "random_flip_up_down",
    "flip_left_right",
    "flip_up_down",
)
_CHANGING = (
    "random_brightness",
    "random_contrast",
    "random_hue",
    "random_saturation",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
)
_CROPPING = ("resize_with_pad", "resize_with_crop_or_pad", "random_crop", "central_crop", "crop_to_bounding_box")
_REDUCTIONS = ("mean", "max", "min", "sum", "std")
_FUNCTIONS: dict[str, Handler] = {
    "cast": _cast,
    "convert_to_tensor": _convert,
    "constant": _convert,
    "identity": _convert,
    "one_hot": _one_hot,
    "reshape": _through_numpy("reshape"),
    "expand_dims": _through_numpy("expand_dims"),
    "squeeze": _through_numpy("squeeze"),
    "transpose": _through_numpy("transpose"),
    "argmax": _through_numpy("argmax"),
    "math.argmax": _through_numpy("argmax"),
    "clip_by_value": _through_numpy("clip"),
    "clip": _through_numpy("clip"),
    **{f"{prefix}{name}": _through_numpy(name) for name in _REDUCTIONS for prefix in ("reduce_", "math.reduce_")},
    **{
        f"{prefix}{name}": _operator(symbol)
        for prefix in ("", "math.")
        for name, symbol in (
            ("add", "+"),
            ("subtract", "-"),
            ("multiply", "*"),
            ("divide", "/"),
            ("equal", "=="),
            ("greater", ">"),
            ("greater_equal", ">="),
            ("less", "<"),
        )
    },
    "zeros": _filled,
    "ones": _filled,
    "random.normal": _random,
    "random.uniform": _random,
    "concat": _joined,
    "concatenate": _joined,
    "stack": _joined,
    "image.convert_image_dtype": _convert_image_dtype,
    "image.per_image_standardization": _standardized,
    "image.resize": _image(True, True),
    **{f"image.{name}": _image(True) for name in _KEEPING},
    **{f"image.{name}": _image(False) for name in _CHANGING},
    **{f"image.{name}": _cropped for name in _CROPPING},
    **{
        f"{module}.decode_{name}": _decoded
        for module in ("io", "image")
        for name in ("jpeg", "png", "bmp", "image", "gif", "jpg")
    },
}


def call(context: Context, call: Call) -> Value:
    """A TensorFlow or `keras.ops` function of tensors; NotImplemented when it is not known here."""
    if call.name.startswith("keras.ops."):
        name = call.name.removeprefix("keras.ops.").removeprefix("image.")
        if name in ("mean", "max", "min", "sum", "std"):
            name = f"reduce_{name}"
        arrays = [current(item.value) for item in call.arguments.values()]
        if not any(isinstance(item, Array) for item in arrays):
            return NotImplemented
    else:
        name = call.name.removeprefix("tensorflow.").removeprefix("compat.v1.")
    if name.startswith("data."):
        return dataset_call(context, call)
    handler = _FUNCTIONS.get(name)
    return NotImplemented if handler is None else handler(context, call)


# Datasets


def dataset_call(context: Context, call: Call) -> Value:
    """The constructors of `tf.data.Dataset`."""
    name = call.short
    if name in ("from_tensor_slices", "from_tensors"):
        return _from_tensors(call, argument(call, "tensors", 0), name == "from_tensor_slices")
    if name == "from_generator":
        return Dataset(call.span, call.name, batched=UNKNOWN, infinite=UNKNOWN, maker=call)
    if name == "range":
        number = Array(span=call.span, source=call.name, library="tensorflow", shape=(), dtype="int64", low=0)
        ends = positionals(call, "args")
        count = ends[0] if len(ends) == 1 and is_integer(ends[0]) else UNKNOWN
        number = number if is_integer(count) else replace(number, low=UNKNOWN)
        return Dataset(call.span, call.name, number, cardinality=count, maker=call)
    if name in ("list_files", "TextLineDataset", "TFRecordDataset", "FixedLengthRecordDataset"):
        text = Array(span=call.span, source=call.name, library="tensorflow", shape=())
        return Dataset(call.span, call.name, text, shuffled=name == "list_files", maker=call)
    if name == "zip":
        return _zip(call)
    if name in ("sample_from_datasets", "choose_from_datasets", "make_csv_dataset", "load", "CsvDataset"):
        return Dataset(call.span, call.name, batched=UNKNOWN, infinite=UNKNOWN, shuffled=UNKNOWN, maker=call)
    return NotImplemented


def _from_tensors(call: Call, value: Value, slices: bool) -> Value:
    def element(array: Array) -> Array:
        if not slices:
            return array
        shape = UNKNOWN if isinstance(array.shape, Unknown) or not array.shape else array.shape[1:]
        return replace(array, shape=shape, exact=False, distinct=False)

    def wrap(item: Value) -> Value:
        item = current(item)
        if isinstance(item, (tuple, dict)):
            return {key: wrap(part) for key, part in item.items()} if isinstance(item, dict) else tuple(map(wrap, item))
        narrowed = _kept_dtype(item, call)
        return UNKNOWN if not isinstance(narrowed, Array) else narrowed

    wrapped = wrap(value)
    arrays = parts(wrapped)
    sizes = [array.shape[0] for array in arrays if isinstance(array.shape, tuple) and array.shape]
    count = next((size for size in sizes if is_integer(size)), UNKNOWN) if slices else 1
    rows = arrays[0].rows if arrays else Rows()
    splits = {array.split for array in arrays if array.split}
    sources = {array.source for array in arrays if array.source}
    return Dataset(
        call.span,
        sources.pop() if len(sources) == 1 else call.name,
        over(wrapped, element),
        batched=None if slices else UNKNOWN,
        cardinality=count,
        split=splits.pop() if len(splits) == 1 else "",
        maker=call,
        rows=rows,
    )


def _kept_dtype(item: Value, call: Call) -> Value:
    """A tensor of the same type, as `from_tensor_slices` makes; lists become 32-bit."""
    if isinstance(item, Array):
        return shapes.as_array(item, call.span, call.name, "tensorflow")
    return tensor(item, call.span) if isinstance(item, list) else UNKNOWN


def _zip(call: Call) -> Value:
    given = positionals(call, "args") or [argument(call, "datasets", None)]
    if len(given) == 1:
        given = list(given[0]) if isinstance(given[0], (tuple, list)) else []
    if not given or not all(isinstance(item, Dataset) for item in given):
        return Dataset(call.span, call.name, batched=UNKNOWN, infinite=UNKNOWN, shuffled=UNKNOWN, maker=call)
    first = given[0]
    sizes = {item.batched for item in given if not isinstance(item.batched, Unknown)}
    same = len(sizes) == 1 and not any(isinstance(item.batched, Unknown) for item in given)
    counts = [item.cardinality for item in given if item.infinite is not True]
    endless = [item.infinite for item in given]
    return replace(
        first,
        span=call.span,
        elements=tuple(item.elements for item in given),
        batched=first.batched if same else UNKNOWN,
        infinite=False if any(flag is False for flag in endless) else all(flag is True for flag in endless) or UNKNOWN,
        cardinality=min(counts) if counts and all(is_integer(count) for count in counts) else UNKNOWN,
        shuffled=UNKNOWN if any(item.shuffled is not False for item in given) else False,
        maker=call,
        identity=Token(),
    )


def method(context: Context, dataset: Dataset, name: str, call: Call) -> Value:
    """A method of a dataset."""
    same = replace(dataset, span=call.span, steps=(*dataset.steps, Step(f"tensorflow.data.Dataset.{name}", call.span)))
    same = replace(same, identity=Token())
    if name in ("prefetch", "cache", "with_options", "snapshot", "ignore_errors"):
        return same
    if name in ("shuffle", "batch", "repeat", "take", "skip", "unbatch", "padded_batch", "ragged_batch", "rebatch"):
        return _METHODS[name](same, call)
    if name == "map":
        return _map(context, same, call)
    if name in ("filter", "shard", "take_while", "unique", "rejection_resample"):
        return replace(
            same, cardinality=UNKNOWN, rows=same.rows.select("some", object()), infinite=_kept_infinite(same)
        )
    if name == "concatenate":
        other = argument(call, "dataset", 0)
        if not isinstance(other, Dataset):
            return replace(same, elements=UNKNOWN, batched=UNKNOWN, infinite=UNKNOWN, cardinality=UNKNOWN)
        return _concatenated(same, other)
    if name == "enumerate":
        number = Array(span=call.span, library="tensorflow", shape=(), dtype="int64")
        return replace(same, elements=(number, same.elements))
    if name == "apply":
        made = context.apply(argument(call, "transformation_func", 0), [dataset])
        return made if isinstance(made, Dataset) else UNKNOWN
    if name == "cardinality":
        known = dataset.infinite is False and is_integer(dataset.cardinality)
        return dataset.cardinality if known else UNKNOWN
    if name == "as_numpy_iterator":
        return replace(same, elements=over(same.elements, lambda array: replace(array, library="numpy")))
    if name == "get_single_element":
        return dataset.elements
    if name in ("flat_map", "interleave", "window", "scan", "group_by_window", "bucket_by_sequence_length"):
        return replace(same, elements=UNKNOWN, batched=UNKNOWN, infinite=UNKNOWN, cardinality=UNKNOWN)
    return UNKNOWN


def _kept_infinite(dataset: Dataset) -> bool | Unknown:
    return False if dataset.infinite is False else UNKNOWN


def _map(context: Context, dataset: Dataset, call: Call) -> Value:
    elements = dataset.elements
    arguments = list(elements) if isinstance(elements, tuple) else [elements]
    result = context.apply(argument(call, "map_func", 0), arguments)
    if isinstance(result, list):
        result = tuple(result)
    batched = dataset.batched
    return replace(dataset, elements=_structure(result), batched=batched)


def _structure(value: Value) -> Value:
    """Elements as given back by a mapped function: arrays, nested in tuples and dicts."""
    value = current(value)
    if isinstance(value, Array):
        return value
    if isinstance(value, tuple):
        return tuple(_structure(item) for item in value)
    if isinstance(value, dict):
        return {key: _structure(item) for key, item in value.items()}
    return UNKNOWN


def _shuffle(dataset: Dataset, call: Call) -> Value:
    return replace(dataset, shuffled=True)


def _batch(dataset: Dataset, call: Call) -> Value:
    size = argument(call, "batch_size", 0)
    drop = argument(call, "drop_remainder", 1, False)
    first = size if drop is True and is_integer(size) else None if drop is False else UNKNOWN

    def grow(array: Array) -> Array:
        return replace(array, shape=UNKNOWN if isinstance(array.shape, Unknown) else (first, *array.shape))

    return replace(
        dataset,
        elements=over(dataset.elements, grow),
        batched=size if is_integer(size) else UNKNOWN,
        cardinality=_batches(dataset.cardinality, size, drop),
    )


def _batches(count: Value, size: Value, drop: Value) -> int | Unknown:
    if not is_integer(count) or not is_integer(size) or size < 1 or not isinstance(drop, bool):
        return UNKNOWN
    return count // size if drop else math.ceil(count / size)


def _loose_batch(dataset: Dataset, call: Call) -> Value:
    size = argument(call, "batch_size", 0)

    def blur(array: Array) -> Array:
        return replace(array, shape=UNKNOWN, low=UNKNOWN, high=UNKNOWN, exact=False)

    return replace(
        dataset,
        elements=over(dataset.elements, blur),
        batched=size if is_integer(size) else UNKNOWN,
        cardinality=UNKNOWN,
    )


def _unbatch(dataset: Dataset, call: Call) -> Value:
    def shrink(array: Array) -> Array:
        return replace(array, shape=UNKNOWN if isinstance(array.shape, Unknown) or not array.shape else array.shape[1:])

    once = is_integer(dataset.batched) and sum(step.name.endswith("batch") for step in dataset.steps) <= 2
    return replace(
        dataset,
        elements=over(dataset.elements, shrink),
        batched=None if once else UNKNOWN,
        cardinality=UNKNOWN,
    )


def _repeat(dataset: Dataset, call: Call) -> Value:
    count = argument(call, "count", 0, None)
    if count is None or (is_integer(count) and count < 0):
        return replace(dataset, infinite=True, repeated=True, cardinality=UNKNOWN)
    if not is_integer(count):
        return replace(dataset, infinite=UNKNOWN, repeated=UNKNOWN, cardinality=UNKNOWN)
    times = dataset.cardinality * count if is_integer(dataset.cardinality) else UNKNOWN
    return replace(dataset, repeated=True, cardinality=times)


def _take(dataset: Dataset, call: Call) -> Value:
    count = argument(call, "count", 0)
    if not is_integer(count) or count < 0:
        endless = False if dataset.infinite is False else UNKNOWN
        return replace(dataset, infinite=endless, cardinality=UNKNOWN, rows=dataset.rows.select("some", object()))
    known = dataset.cardinality
    fewer = min(count, known) if is_integer(known) else count if dataset.infinite is True else UNKNOWN
    return replace(dataset, infinite=False, cardinality=fewer, rows=_part(dataset, 0, count))


def _skip(dataset: Dataset, call: Call) -> Value:
    count = argument(call, "count", 0)
    if not is_integer(count) or count < 0:
        return replace(dataset, cardinality=UNKNOWN, rows=dataset.rows.select("some", object()))
    known = dataset.cardinality
    fewer = max(known - count, 0) if is_integer(known) else UNKNOWN
    return replace(dataset, cardinality=fewer, rows=_part(dataset, count, "end"))


def _part(dataset: Dataset, start: int, stop: Any) -> Rows:
    """Rows of `take` and `skip`: disjoint only when the order is the same every time."""
    if dataset.shuffled is not False or dataset.repeated is not False:
        return dataset.rows.select("some", object())
    if dataset.batched is None:
        return dataset.rows.select("slice", start, stop, None)
    return dataset.rows.select("batches", dataset.batched, start, stop)


def _concatenated(dataset: Dataset, other: Dataset) -> Dataset:
    counts = [item.cardinality for item in (dataset, other) if is_integer(item.cardinality)]
    same = isinstance(dataset.batched, int) and dataset.batched == other.batched
    neither = dataset.batched is None and other.batched is None
    endless: bool | Unknown = UNKNOWN
    if True in (dataset.infinite, other.infinite):
        endless = True
    elif dataset.infinite is False and other.infinite is False:
        endless = False
    return replace(
        dataset,
        elements=_merged(dataset.elements, other.elements),
        batched=dataset.batched if same or neither else UNKNOWN,
        infinite=endless,
        cardinality=sum(counts) if len(counts) == 2 else UNKNOWN,
        rows=Rows.together([dataset.rows, other.rows]),
        split=dataset.split if dataset.split == other.split else "",
        shuffled=dataset.shuffled if dataset.shuffled is other.shuffled else UNKNOWN,
    )


def _merged(left: Value, right: Value) -> Value:
    """What two element structures have in common."""
    if isinstance(left, Array) and isinstance(right, Array):
        same = isinstance(left.shape, tuple) and isinstance(right.shape, tuple) and left.shape == right.shape
        rows = Rows.together([left.rows, right.rows])
        common = shapes.joined([left, right])
        return replace(left, shape=left.shape if same else UNKNOWN, rows=rows, order=UNKNOWN, **common)
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        return tuple(_merged(one, other) for one, other in zip(left, right, strict=True))
    return UNKNOWN


_METHODS: dict[str, Callable[[Dataset, Call], Value]] = {
    "shuffle": _shuffle,
    "batch": _batch,
    "rebatch": _loose_batch,
    "padded_batch": _loose_batch,
    "ragged_batch": _loose_batch,
    "repeat": _repeat,
    "take": _take,
    "skip": _skip,
    "unbatch": _unbatch,
}


# tensorflow_datasets

_CATALOG: dict[str, tuple[tuple[Any, ...], int]] = {
    "mnist": ((28, 28, 1), 10),
    "fashion_mnist": ((28, 28, 1), 10),
    "kmnist": ((28, 28, 1), 10),
    "cifar10": ((32, 32, 3), 10),
    "cifar100": ((32, 32, 3), 100),
    "cats_vs_dogs": ((UNKNOWN, UNKNOWN, 3), 2),
    "tf_flowers": ((UNKNOWN, UNKNOWN, 3), 5),
    "horses_or_humans": ((300, 300, 3), 2),
    "rock_paper_scissors": ((300, 300, 3), 3),
}


def datasets_load(context: Context, call: Call) -> Value:
    """`tfds.load(name, split=..., as_supervised=..., with_info=...)`."""
    name = argument(call, "name", 0)
    split = argument(call, "split", 1, None)
    size = argument(call, "batch_size", 3, None)
    supervised = argument(call, "as_supervised", 8, False)
    with_info = argument(call, "with_info", 10, False)
    if not isinstance(with_info, bool) or isinstance(split, Unknown):
        return UNKNOWN

    def one(part: Value) -> Value:
        return _catalog_dataset(call, name, part, size, supervised)

    if split is None:
        loaded: Value = {key: one(key) for key in ("train", "test")} if name in _CATALOG else UNKNOWN
    else:
        loaded = [one(part) for part in split] if isinstance(split, (list, tuple)) else one(split)
    return (loaded, UNKNOWN) if with_info else loaded


def _catalog_dataset(call: Call, name: Value, split: Value, size: Value, supervised: Value) -> Dataset:
    text = split if isinstance(split, str) else ""
    part = {"train": "train", "test": "test", "validation": "validation"}.get(text.partition("[")[0], "")
    plain = name.partition(":")[0].partition("/")[0] if isinstance(name, str) else ""
    title = plain if plain else "tensorflow_datasets"
    elements: Value = UNKNOWN
    classes: int | Unknown = UNKNOWN
    rows = Rows(token=("tensorflow_datasets", title, text)) if text and plain else Rows()
    if plain in _CATALOG and size is None:
        shape, classes = _CATALOG[plain]
        common: dict[str, Any] = {
            "span": call.span,
            "source": f"tensorflow_datasets.{plain}",
            "library": "tensorflow",
            "split": part,
            "low": 0,
            "rows": rows,
            "scaling": "raw",
        }
        image = Array(role="x", shape=shape, dtype="uint8", high=255, images=True, **common)
        form = "binary" if classes == 2 else "integer"
        label = Array(role="y", shape=(), dtype="int64", high=classes - 1, classes=classes, form=form, **common)
        if supervised is True:
            elements = (image, label)
        elif supervised is False:
            elements = {"image": image, "label": label}
    batched: Any = None if size is None else size if is_integer(size) and size > 0 else UNKNOWN
    return Dataset(
        call.span,
        f"tensorflow_datasets.{title}" if plain else title,
        elements,
        batched=batched,
        shuffled=UNKNOWN,
        split=part,
        classes=classes,
        maker=call,
        rows=rows,
    )
