"""Data whose sizes are not those that the model was built for."""

from __future__ import annotations

from default_lint.program.data_values import Array, Dataset, Generator, current
from default_lint.program.types import Layer, Model
from default_lint.program.values import Shape, Unknown, Value, is_integer

_CASTING = frozenset("Rescaling Normalization Dropout GaussianNoise Activation ReLU LeakyReLU Masking".split())
_SIZED = frozenset("Dense Conv1D Conv2D Conv3D SeparableConv2D LSTM GRU SimpleRNN Bidirectional".split())
_GRIDS = frozenset(
    "Conv2D SeparableConv2D DepthwiseConv2D MaxPooling2D MaxPool2D AveragePooling2D BatchNormalization".split()
)


def features_of(value: Value) -> Array | None:
    """The features with their batch axis first, as `fit` hands them on; None when they are not known."""
    if isinstance(value, Dataset):
        value = value.inputs if is_integer(value.batched) else None
    if isinstance(value, Generator):
        value = value.elements[0] if isinstance(value.elements, tuple) and value.elements else None
    value = current(value)
    return value if isinstance(value, Array) else None


def wrong_sizes(model: Model, given: Shape) -> bool:
    """True when Keras certainly refuses data of this shape, which has as many axes as the model's input.

    A functional model refuses every other size. A sequential one goes on until a layer has no weights for it.
    """
    declared = model.inputs[0]
    if isinstance(given, Unknown) or isinstance(declared, Unknown) or len(given) != len(declared) or len(given) < 2:
        return False
    pairs = list(zip(declared[1:], given[1:], strict=True))
    apart = [is_integer(one) and is_integer(other) and one != other for one, other in pairs]
    if not any(apart) or not model.complete or any(layer.uncertain for layer in model.layers):
        return False
    if model.kind == "functional":
        return True
    layers = [layer for layer in model.layers if layer.kind != "keras.Input"]
    first = next((layer for layer in layers if layer.short not in _CASTING), None)
    if first is None:
        return False
    if first.short in _SIZED and apart[-1]:
        return True
    return _flattened_apart(layers, declared, given)


def _flattened_apart(layers: list[Layer], declared: Shape, given: Shape) -> bool:
    """True when another number of cells certainly reaches the `Dense` behind `Flatten`."""
    flat = next((place for place, layer in enumerate(layers) if layer.short == "Flatten"), None)
    if flat is None or any(layer.short not in _CASTING | _GRIDS for layer in layers[:flat]):
        return False
    after = next((layer for layer in layers[flat + 1 :] if layer.short not in _CASTING), None)
    old, new = _side(declared), _side(given)
    left = _side(layers[flat - 1].shape) if flat else old
    if after is None or after.short != "Dense" or old is None or new is None or left is None:
        return False
    if flat == 0:
        return old[0] * old[1] != new[0] * new[1]
    extra = [two - one for one, two in zip(old, new, strict=True)]
    apart = any(abs(more) >= 2 * -(-one // cells) for more, one, cells in zip(extra, old, left, strict=True))
    return apart and (min(extra) >= 0 or max(extra) <= 0)


def _side(shape: Shape) -> tuple[int, int] | None:
    """Height and width of a map."""
    if isinstance(shape, Unknown) or len(shape) != 4:
        return None
    height, width = shape[1:3]
    return (height, width) if is_integer(height) and is_integer(width) and min(height, width) > 0 else None
