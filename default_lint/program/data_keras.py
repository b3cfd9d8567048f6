"""Keras utilities for data: directories, `ImageDataGenerator`, `to_categorical`, padding, preprocessing layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from default_lint.program import data_arithmetic as arithmetic
from default_lint.program import data_shapes as shapes
from default_lint.program.data_numpy import from_value, split_of
from default_lint.program.data_tensorflow import dataset_call, one_hot
from default_lint.program.data_values import (
    Array,
    Context,
    Dataset,
    Fact,
    Fitted,
    Generator,
    Rows,
    argument,
    bound,
    current,
    derive,
)
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Reference, Unknown, Value, is_integer, is_number
from default_lint.text import Span

_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
_DIRECTORIES = ("image_dataset_from_directory", "text_dataset_from_directory", "audio_dataset_from_directory")
_SMOOTH = ("bilinear", "nearest", "area")


def call(context: Context, call: Call) -> Value:
    """A Keras utility, or a layer applied to data; NotImplemented when it is not one of data."""
    name = call.short
    if call.name.startswith("keras.layers."):
        applied = bound(call, "inputs")
        return NotImplemented if applied is None else layer(call, applied.value, call.span)
    if name == "to_categorical":
        return _to_categorical(call)
    if name == "normalize" and ".utils" in call.name:
        return _normalize(call)
    if name == "preprocess_input":
        return _preprocess(call)
    if name == "pad_sequences":
        return _pad(call)
    if name in _DIRECTORIES:
        return _directory(call)
    if name == "timeseries_dataset_from_array":
        size = argument(call, "batch_size", 5, 128)
        return Dataset(call.span, call.name, batched=size if is_integer(size) else UNKNOWN, maker=call)
    if name == "split_dataset":
        return _split_dataset(context, call)
    if name in ("ImageDataGenerator", "Tokenizer"):
        return Fitted(call, name)
    if name == "set_random_seed":
        seed = argument(call, "seed", 0)
        context.facts.append(Fact("seed", call.span, call.callee, call=call, seed=seed, library="numpy"))
        return None
    return NotImplemented


# Labels and features


def _to_categorical(call: Call) -> Value:
    labels = current(argument(call, "x", 0))
    if isinstance(labels, Unknown):
        labels = current(argument(call, "y", 0))
    if isinstance(labels, (list, tuple)):
        labels = from_value(labels, call.span)
    given = argument(call, "num_classes", 1, None)
    if isinstance(labels, Unknown):
        labels = Array(span=call.span)
    if not isinstance(labels, Array):
        return NotImplemented
    classes: Any = given if is_integer(given) else UNKNOWN
    if given is None and labels.exact and is_integer(labels.high):
        classes = labels.high + 1
    if labels.library != "tensorflow":
        labels = shapes.as_array(labels, call.span, "numpy.array", "numpy")
    shape = labels.shape
    if isinstance(shape, tuple) and len(shape) > 1:
        last = shape[-1]
        if not is_integer(last):
            shape = UNKNOWN
        elif last == 1:
            shape = shape[:-1]
    made = one_hot(replace(labels, shape=shape), classes, call.span, call.name, "float64")
    return made if labels.library == "numpy" else replace(made, dtype=UNKNOWN)


def _normalize(call: Call) -> Value:
    array = current(argument(call, "x", 0))
    if not isinstance(array, Array):
        return NotImplemented
    bounds: dict[str, Any] = {"low": UNKNOWN, "high": UNKNOWN, "exact": False}
    return derive(array, call.span, call.name, dtype=UNKNOWN, form=UNKNOWN, classes=UNKNOWN, scaling="scaled", **bounds)


_IDENTITY = ("efficientnet", "efficientnet_v2", "convnext", "mobilenet_v3")


def _preprocess(call: Call) -> Value:
    array = current(argument(call, "x", 0))
    if not isinstance(array, Array):
        return NotImplemented
    own = call.name.split(".")[-2] in _IDENTITY  # the model scales its input by itself
    bounds: dict[str, Any] = {"low": UNKNOWN, "high": UNKNOWN, "exact": False}
    return derive(array, call.span, call.name, dtype=UNKNOWN, scaling=UNKNOWN if own else "scaled", **bounds)


def _pad(call: Call) -> Value:
    sequences = current(argument(call, "sequences", 0))
    length = argument(call, "maxlen", 1, None)
    dtype = shapes.dtype_of(argument(call, "dtype", 2, "int32"))
    fill = argument(call, "value", 5, 0.0)
    width = length if is_integer(length) else UNKNOWN
    if not isinstance(sequences, Array):
        count = len(sequences) if isinstance(sequences, (list, tuple)) else UNKNOWN
        if isinstance(sequences, (list, tuple)) and any(isinstance(item, Unknown) for item in sequences):
            count = UNKNOWN
        return Array(span=call.span, shape=(count, width), dtype=dtype, source="")
    known = sequences.bounds is not None and is_number(fill)
    first = sequences.shape[0] if isinstance(sequences.shape, tuple) and sequences.shape else UNKNOWN
    flat = sequences.rank == 1 and sequences.dtype == "object"
    return derive(
        sequences,
        call.span,
        call.name,
        shape=(first, width) if flat else UNKNOWN,
        dtype=dtype,
        low=min(sequences.low, int(fill)) if known and is_number(sequences.low) else UNKNOWN,
        high=max(sequences.high, int(fill)) if known and is_number(sequences.high) else UNKNOWN,
        exact=False,
    )


# Directories


def _directory(call: Call) -> Value:
    form = argument(call, "format", None, "tf")
    subset = argument(call, "subset", None, None)
    if isinstance(subset, Unknown) or (form != "tf" and not isinstance(form, Unknown)):
        return UNKNOWN
    if subset == "both":
        return _directory_part(call, "training"), _directory_part(call, "validation")
    return _directory_part(call, subset)


def _directory_part(call: Call, subset: Value) -> Dataset:
    path = argument(call, "directory", 0)
    split = {"training": "train", "validation": "validation"}.get(subset, "") if isinstance(subset, str) else ""
    split = split or split_of(path)
    rows = Rows(token=("directory", path)) if isinstance(path, str) else Rows()
    if subset is not None:
        key = ("subset", argument(call, "seed", None, None), argument(call, "validation_split", None, None))
        rows = rows.select("part", key, subset)
    size = argument(call, "batch_size", None, 32)
    batched = size if size is None or is_integer(size) else UNKNOWN
    mode = argument(call, "label_mode", 2, "int")
    if argument(call, "labels", 1, "inferred") is None:
        mode = None
    names = argument(call, "class_names", 3, None)
    classes = len(names) if isinstance(names, (list, tuple)) else 2 if mode == "binary" else UNKNOWN
    shuffled = argument(call, "shuffle", None, True)
    lead: tuple[Any, ...] = () if batched is None else (None,) if is_integer(batched) else (UNKNOWN,)
    source = call.short
    features = _directory_features(call, lead, split, rows)
    labels = _directory_labels(call, mode, lead, classes, split, rows)
    elements: Value = UNKNOWN if isinstance(mode, Unknown) else features if mode is None else (features, labels)
    return Dataset(
        call.span,
        source,
        elements,
        batched=batched,
        shuffled=shuffled if isinstance(shuffled, bool) else UNKNOWN,
        split=split,
        label_mode=mode,
        classes=classes,
        class_names=list(names) if isinstance(names, (list, tuple)) else UNKNOWN,
        maker=call,
        rows=rows,
    )


def _directory_features(call: Call, lead: tuple[Any, ...], split: str, rows: Rows) -> Value:
    common: dict[str, Any] = {"span": call.span, "source": call.short, "library": "tensorflow", "split": split}
    if call.short == "text_dataset_from_directory":
        return Array(role="x", shape=lead, dtype="str", rows=rows, **common)
    if call.short != "image_dataset_from_directory":
        return UNKNOWN
    mode = argument(call, "color_mode", 4, "rgb")
    channels = _CHANNELS.get(mode, UNKNOWN) if isinstance(mode, str) else UNKNOWN
    size = argument(call, "image_size", 6, (256, 256))
    sides: tuple[Any, ...] = (UNKNOWN, UNKNOWN)
    if isinstance(size, (tuple, list)) and len(size) == 2:
        sides = tuple(side if is_integer(side) else UNKNOWN for side in size)
    smooth = argument(call, "interpolation", None, "bilinear") in _SMOOTH
    order = argument(call, "data_format", None, None)
    channels_last = order in (None, "channels_last")
    return Array(
        role="x",
        shape=(*lead, *sides, channels) if channels_last else UNKNOWN,
        dtype="float32" if argument(call, "interpolation", None, "bilinear") == "bilinear" else UNKNOWN,
        low=0 if smooth else UNKNOWN,
        high=255 if smooth else UNKNOWN,
        images=True,
        scaling="raw",
        rows=rows,
        **common,
    )


def _directory_labels(call: Call, mode: Value, lead: tuple[Any, ...], classes: Any, split: str, rows: Rows) -> Value:
    form = {"int": "integer", "categorical": "one-hot", "binary": "binary"}.get(mode) if isinstance(mode, str) else None
    if form is None:
        return UNKNOWN
    labels = Array(
        span=call.span,
        source=call.short,
        library="tensorflow",
        role="y",
        split=split,
        shape={"integer": lead, "one-hot": (*lead, classes), "binary": (*lead, 1)}[form],
        dtype="int32" if form == "integer" else "float32",
        low=0,
        high=1 if form != "integer" else classes - 1 if is_integer(classes) else UNKNOWN,
        classes=classes,
        form=form,
        rows=rows,
    )
    return labels if form != "integer" or classes != 2 else replace(labels, form="integer")


def _split_dataset(context: Context, call: Call) -> Value:
    dataset = current(argument(call, "dataset", 0))
    if isinstance(dataset, (Array, tuple)):
        slices = replace(call, name="tensorflow.data.Dataset.from_tensor_slices")
        dataset = dataset_call(context, _with_tensors(slices, dataset))
    if not isinstance(dataset, Dataset) or argument(call, "preferred_backend", None, None) is not None:
        return UNKNOWN
    token = object()
    halves = []
    for name, split in (("left", "train"), ("right", "validation")):
        rows = dataset.rows.select("part", token, name)
        halves.append(
            replace(
                dataset,
                span=call.span,
                cardinality=UNKNOWN,
                rows=rows,
                split=split if dataset.split in ("", "train") else dataset.split,
                elements=UNKNOWN if isinstance(dataset.batched, int) else dataset.elements,
            )
        )
    return tuple(halves)


def _with_tensors(call: Call, value: Value) -> Call:
    found = bound(call, "dataset", 0)
    return call if found is None else replace(call, arguments={"tensors": replace(found, name="tensors", value=value)})


def adapted(context: Context, maker: Call, value: Value, at: Span, method: Span) -> None:
    """`layer.adapt(value)`: the layer made by `maker` learns from data."""
    value = current(value)
    subject = Fitted(maker, maker.short, [value])
    context.facts.append(Fact("scaler-fit", method, method, at, maker, (value,), subject=subject, library="keras"))


# ImageDataGenerator

_AUGMENTING = (
    "rotation_range",
    "width_shift_range",
    "height_shift_range",
    "brightness_range",
    "shear_range",
    "zoom_range",
    "channel_shift_range",
    "horizontal_flip",
    "vertical_flip",
)
_NORMALIZING = ("featurewise_std_normalization", "samplewise_std_normalization", "zca_whitening")
_CENTERING = ("featurewise_center", "samplewise_center")
_FLOWS = ("flow", "flow_from_directory", "flow_from_dataframe")


def fitted_method(context: Context, fitted: Fitted, name: str, call: Call) -> Value:
    """A method of an ImageDataGenerator or a Tokenizer."""
    fits = {"ImageDataGenerator": ("fit",), "Tokenizer": ("fit_on_texts", "fit_on_sequences")}[fitted.kind]
    if name in fits:
        found = bound(call, "x", 0) or bound(call, "texts", 0) or bound(call, "sequences", 0)
        value = current(found.value) if found is not None else UNKNOWN
        fitted.fitted.append(value)
        at = found.span if found is not None else call.callee
        context.facts.append(
            Fact("scaler-fit", call.span, call.callee, at, call, (value,), subject=fitted, library="keras")
        )
        return None
    if fitted.kind == "ImageDataGenerator" and name in _FLOWS:
        return _flow(fitted, name, call)
    if name == "texts_to_sequences":
        found = bound(call, "texts", 0)
        texts = current(found.value) if found is not None else UNKNOWN
        at = found.span if found is not None else call.callee
        context.facts.append(
            Fact("scaler-transform", call.span, call.callee, at, call, (texts,), subject=fitted, library="keras")
        )
        words = argument(fitted.call, "num_words", 0, None)
        high = words - 1 if is_integer(words) else UNKNOWN
        if isinstance(texts, Array):
            changes: dict[str, Any] = {"shape": (UNKNOWN,), "dtype": "object", "scaling": "raw", "low": 0, "high": high}
            return shapes.as_array(texts, call.span, call.name, "python", **changes)
        if is_integer(high):
            return Array(span=call.span, library="python", shape=(UNKNOWN,), dtype="object", low=0, high=high)
    return UNKNOWN


def _truth(maker: Call, names: tuple[str, ...]) -> bool | Unknown:
    """Whether any of these options is switched on."""
    values = [argument(maker, name, None, 0) for name in names]
    if any(not isinstance(value, Unknown) and bool(value) for value in values):
        return True
    return UNKNOWN if any(isinstance(value, Unknown) for value in values) else False


def _flow(fitted: Fitted, name: str, call: Call) -> Value:
    maker = fitted.call
    subset = argument(call, "subset", None, None)
    split = {"training": "train", "validation": "validation"}.get(subset, "") if isinstance(subset, str) else ""
    size = argument(call, "batch_size", {"flow": 2, "flow_from_directory": 5}.get(name), 32)
    made = Generator(
        call.span,
        name,
        call,
        maker,
        rescale=argument(maker, "rescale", None, None),
        preprocessing=_preprocessing(maker),
        standardizing=_truth(maker, (*_NORMALIZING, *_CENTERING)),
        augmenting=_truth(maker, _AUGMENTING),
        subset=subset,
        shuffled=argument(call, "shuffle", {"flow": 3, "flow_from_directory": 6}.get(name), True),
        batch_size=size if is_integer(size) else UNKNOWN,
    )
    return _flow_arrays(made, split) if name == "flow" else _flow_files(made, split, name)


def _preprocessing(maker: Call) -> bool | Unknown:
    value = argument(maker, "preprocessing_function", None, None)
    return UNKNOWN if isinstance(value, Unknown) and not maker.given("preprocessing_function") else value is not None


def _flow_arrays(made: Generator, split: str) -> Generator:
    features, labels = current(argument(made.call, "x", 0)), current(argument(made.call, "y", 1, None))
    images: Value = UNKNOWN
    rows = Rows()
    if isinstance(features, Array):
        shape = (None, *features.shape[1:]) if isinstance(features.shape, tuple) and features.shape else UNKNOWN
        images = _processed(made, replace(features, shape=shape, dtype="float32"))
        rows = features.rows
        if made.subset is not None:
            rows = rows.select("part", "flow", made.subset)
        split = split or features.split
    targets: Value = UNKNOWN
    if isinstance(labels, Array):
        shape = (None, *labels.shape[1:]) if isinstance(labels.shape, tuple) and labels.shape else UNKNOWN
        targets = replace(labels, shape=shape, exact=False)
    elements = images if labels is None else (images, targets)
    scaling = images.scaling if isinstance(images, Array) else UNKNOWN
    return replace(made, elements=elements, scaling=scaling, rows=rows, split=split, class_mode=UNKNOWN)


def _processed(made: Generator, images: Array) -> Array:
    """Pixels after the generator's own preprocessing."""
    span = made.call.span
    changed = images
    if made.preprocessing is not False:
        function = argument(made.maker, "preprocessing_function", None, None)
        known = isinstance(function, Reference) and function.name.endswith(".preprocess_input")
        own = known and function.name.split(".")[-2] in _IDENTITY
        changed = replace(changed, low=UNKNOWN, high=UNKNOWN, scaling="scaled" if known and not own else UNKNOWN)
    rescale = made.rescale
    if is_number(rescale) and rescale:
        changed = replace(arithmetic.with_number(changed, "*", rescale, span), dtype="float32")
    elif isinstance(rescale, Unknown):
        changed = replace(changed, low=UNKNOWN, high=UNKNOWN, scaling=UNKNOWN)
    if made.standardizing is not False:
        normalizing = _truth(made.maker, _NORMALIZING) is True
        changed = replace(changed, low=UNKNOWN, high=UNKNOWN, scaling="scaled" if normalizing else UNKNOWN)
    if made.augmenting is not False:
        changed = replace(changed, low=UNKNOWN, high=UNKNOWN)
    return replace(changed, exact=False)


def _flow_files(made: Generator, split: str, name: str) -> Generator:
    call = made.call
    path = argument(call, "directory", 0 if name == "flow_from_directory" else 1)
    mode = argument(call, "class_mode", None, "categorical")
    size = argument(call, "target_size", 1 if name == "flow_from_directory" else None, (256, 256))
    color = argument(call, "color_mode", 2 if name == "flow_from_directory" else None, "rgb")
    channels = _CHANNELS.get(color, UNKNOWN) if isinstance(color, str) else UNKNOWN
    sides: tuple[Any, ...] = (UNKNOWN, UNKNOWN)
    if isinstance(size, (tuple, list)) and len(size) == 2:
        sides = tuple(side if is_integer(side) else UNKNOWN for side in size)
    names = argument(call, "classes", None, None)
    classes = len(names) if isinstance(names, (list, tuple)) else 2 if mode == "binary" else UNKNOWN
    rows = Rows()
    if isinstance(path, str) and name == "flow_from_directory":
        split = split or split_of(path)
        rows = Rows(token=("directory", path))
        if made.subset is not None:
            rows = rows.select("part", ("flow", argument(made.maker, "validation_split", None, 0.0)), made.subset)
    smooth = argument(call, "interpolation", None, "nearest") in _SMOOTH
    pixels = Array(
        span=call.span,
        source=name,
        role="x",
        split=split,
        shape=(None, *sides, channels),
        dtype="float32",
        low=0 if smooth else UNKNOWN,
        high=255 if smooth else UNKNOWN,
        images=True,
        scaling="raw",
        rows=rows,
    )
    images = _processed(made, pixels)
    labels = _flow_labels(call, mode, classes, split, rows, name)
    elements: Value = UNKNOWN if isinstance(mode, Unknown) else images if mode is None else (images, labels)
    return replace(
        made,
        elements=elements,
        scaling=images.scaling,
        class_mode=mode,
        classes=classes,
        split=split,
        target_size=size,
        rows=rows,
    )


def _flow_labels(call: Call, mode: Value, classes: Any, split: str, rows: Rows, source: str) -> Value:
    forms = {"categorical": "one-hot", "binary": "binary", "sparse": "integer"}
    form = forms.get(mode) if isinstance(mode, str) else None
    if form is None:
        return UNKNOWN
    return Array(
        span=call.span,
        source=source,
        role="y",
        split=split,
        shape=(None, classes) if form == "one-hot" else (None,),
        dtype="float32",
        low=0,
        high=1 if form != "integer" else classes - 1 if is_integer(classes) else UNKNOWN,
        classes=classes,
        form=form,
        rows=rows,
    )


# Layers applied to data

_BLURRING = (
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
    "RandomBrightness",
    "RandomCrop",
    "CenterCrop",
    "RandomHeight",
    "RandomWidth",
    "GaussianNoise",
)


def layer(call: Call, value: Value, span: Span) -> Value:
    """A preprocessing layer (by the call that made it) applied to an array; NotImplemented for other layers."""
    value = current(value)
    if not isinstance(value, Array):
        return NotImplemented
    name = call.short
    value = replace(value, library="tensorflow")
    if name == "Rescaling":
        return _rescaled(call, value, span)
    if name in ("Normalization", "BatchNormalization", "LayerNormalization"):
        bounds: dict[str, Any] = {"low": UNKNOWN, "high": UNKNOWN, "exact": False}
        return derive(value, span, f"keras.layers.{name}", dtype="float32", scaling="scaled", **bounds)
    if name == "Resizing":
        return _resized(call, value, span)
    if name == "RandomFlip":
        return derive(value, span, "keras.layers.RandomFlip", dtype=UNKNOWN)
    if name == "TextVectorization":
        return _vectorized(call, value, span)
    if name in _BLURRING:
        return derive(
            value,
            span,
            f"keras.layers.{name}",
            shape=value.shape if name in ("RandomRotation", "RandomZoom", "RandomTranslation") else UNKNOWN,
            dtype=UNKNOWN,
            low=UNKNOWN,
            high=UNKNOWN,
            exact=False,
        )
    return NotImplemented


def _vectorized(call: Call, value: Array, span: Span) -> Value:
    """Texts as rows of word indices: below `max_tokens` when that is given."""
    if argument(call, "output_mode", 4, "int") != "int":
        return NotImplemented
    most, length = argument(call, "max_tokens", 0), argument(call, "output_sequence_length", 5)
    rows = value.shape[0] if isinstance(value.shape, tuple) and value.shape else UNKNOWN
    return derive(
        value,
        span,
        "keras.layers.TextVectorization",
        shape=(rows, length if is_integer(length) else UNKNOWN),
        dtype="int64",
        low=0,
        high=most - 1 if is_integer(most) else UNKNOWN,
        exact=False,
    )


def _rescaled(call: Call, value: Array, span: Span) -> Array:
    scale, offset = argument(call, "scale", 0), argument(call, "offset", 1, 0.0)
    if not is_number(scale) or not is_number(offset):
        unknown: dict[str, Any] = {"low": UNKNOWN, "high": UNKNOWN, "exact": False, "scaling": UNKNOWN}
        return derive(value, span, "keras.layers.Rescaling", dtype="float32", **unknown)
    changed = arithmetic.with_number(replace(value, dtype="float32"), "*", scale, span)
    if offset:
        changed = arithmetic.with_number(changed, "+", offset, span)
    return derive(replace(changed, steps=value.steps), span, "keras.layers.Rescaling", dtype=UNKNOWN)


def _resized(call: Call, value: Array, span: Span) -> Array:
    height, width = argument(call, "height", 0), argument(call, "width", 1)
    smooth = argument(call, "interpolation", 2, "bilinear") in ("bilinear", "nearest")
    sides = [side if is_integer(side) else UNKNOWN for side in (height, width)]
    shape: Any = UNKNOWN
    if isinstance(value.shape, tuple) and len(value.shape) in (3, 4):
        shape = (*value.shape[:-3], *sides, value.shape[-1])
    changes: dict[str, Any] = {"form": UNKNOWN, "classes": UNKNOWN}
    if not smooth:
        changes.update(low=UNKNOWN, high=UNKNOWN)
    return derive(value, span, "keras.layers.Resizing", shape=shape, dtype=UNKNOWN, exact=False, **changes)
