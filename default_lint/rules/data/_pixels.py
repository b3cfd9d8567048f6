"""Whether pixels 0..255 meet the weights of a model as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from default_lint.program.types import Layer, Model

_PASSING = frozenset(
    "Input InputLayer Reshape Flatten Permute Dropout SpatialDropout2D GaussianNoise GaussianDropout Activation ReLU "
    "LeakyReLU Resizing CenterCrop Cropping2D ZeroPadding2D UpSampling2D MaxPooling2D AveragePooling2D "
    "GlobalAveragePooling2D GlobalMaxPooling2D RandomFlip RandomRotation RandomZoom RandomTranslation RandomCrop "
    "RandomHeight RandomWidth RandomShear".split()
)
_WEIGHTED = frozenset(
    "Dense Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D DepthwiseConv2D Conv2DTranspose LSTM GRU SimpleRNN "
    "ConvLSTM2D".split()
)
_NORMALIZING = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization")
_PRETRAINED = frozenset(  # trained on -1..1 or standardized pixels; the others take about 0..255 or scale themselves
    "MobileNet MobileNetV2 InceptionV3 InceptionResNetV2 Xception NASNetMobile NASNetLarge ResNet50V2 ResNet101V2 "
    "ResNet152V2 DenseNet121 DenseNet169 DenseNet201".split()
)


@dataclass(frozen=True)
class Meeting:
    """The first layer that raw pixels meet; `pretrained` when it is a whole network that wants them scaled."""

    layer: Layer
    pretrained: bool = False


def raw_meeting(model: Model) -> Meeting | None:
    """Where unscaled inputs meet weights; None when something in front may scale them, or that is not known."""
    found = _from_start(model)
    return None if not isinstance(found, list) or not found else found[0]


def _from_start(model: Model) -> list[Meeting] | None:
    """All first meetings behind the model's inputs; [] when its layers only pass pixels on, None when unclear."""
    if model.kind not in ("sequential", "functional", "subclass") or not model.complete or not model.layers:
        return None
    if model.subclass is not None and (not model.listed or "train_step" in model.subclass.methods):
        return None
    starts = [layer for layer in model.layers if not layer.sources]
    return _gather(_follow(model, layer) for layer in starts) if len(starts) == 1 else None


def _follow(model: Model, layer: Layer) -> list[Meeting] | None:
    if layer.uncertain or layer.adapted:
        return None
    if layer.kind.startswith("keras.applications."):
        wanted = layer.short in _PRETRAINED and layer.call["weights"] == "imagenet"
        return [Meeting(layer, True)] if wanted else None
    if layer.nested is not None:
        inside = _from_start(layer.nested)
        if inside is None or inside:
            return inside
    elif layer.kind.startswith("keras.layers.") and layer.short in _WEIGHTED:
        return None if _normalized_behind(model, layer) else [Meeting(layer)]
    elif layer.kind not in ("keras.Input", "keras.InputLayer") and not (
        layer.kind.startswith("keras.layers.") and layer.short in _PASSING
    ):
        return None
    return _gather(_follow(model, other) for other in model.consumers(layer))


def _gather(results: Iterator[list[Meeting] | None]) -> list[Meeting] | None:
    together: list[Meeting] = []
    for result in results:
        if result is None:
            return None
        together.extend(result)
    return together


def _normalized_behind(model: Model, layer: Layer) -> bool:
    """A normalization right behind the first weights undoes the scale of the pixels."""
    behind = list(model.consumers(layer))
    seen: set[int] = set()
    while behind:
        other = behind.pop()
        if other.short in _NORMALIZING or other.kind.startswith("custom."):
            return True
        if other.nested is not None:
            starts = [inner for inner in other.nested.layers if not inner.sources]
            if any(inner.short in _NORMALIZING or _normalized_behind(other.nested, inner) for inner in starts):
                return True
        elif other.short not in _WEIGHTED and other.index not in seen:
            seen.add(other.index)
            behind.extend(model.consumers(other))
    return False
