"""The observation hidden-layers-linear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from default_lint.findings import Confidence, Note, Severity
from default_lint.trial.observations._layers import heads
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, quoted
from default_lint.trial.trace import LayerTrace

_JUDGED = ("Dense", "Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D")
_LINEAR = (
    *("InputLayer", "Input", "Flatten", "Reshape", "Permute", "RepeatVector", "Dropout", "SpatialDropout1D"),
    *("SpatialDropout2D", "GaussianNoise", "BatchNormalization", "AveragePooling1D", "AveragePooling2D", "Rescaling"),
    *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D"),
    *("UpSampling1D", "UpSampling2D", "Add", "Subtract", "Average", "Concatenate", "Normalization", "Embedding"),
    *("Activation", "Conv1DTranspose", "Conv2DTranspose", "SpatialDropout3D", "AlphaDropout", "GaussianDropout"),
)
_OUTER = ("Sequential", "Model", "Functional")


class HiddenLayersLinear(Observation):
    """No hidden layer has an activation: the whole network is one linear map, and it does not fit the data.

    ## Why it matters
    Linear layers in a row compute what a single one can. Such a network draws straight borders only; whatever else is
    in the data it cannot learn, however long it trains.

    ## What is measured
    The activations of the layers as the run built them, and how far training came.

    ## Likely causes
    1. `activation=` is missing: Dense and Conv layers have none unless told.
    2. The activation was written as a layer of its own and left out.

    ## What to do
    `activation="relu"` in each hidden layer.

    ## Known limits
    Silent when the run learns, when a layer of unknown kind stands between, and for subclassed models whose `call`
    could not be read: the activation may be there.

    ## References
    - Goodfellow, Bengio and Courville, "Deep Learning", section 6.1, 2016
    - [Layer activation functions](https://keras.io/api/layers/activations/)
    """

    name = "hidden-layers-linear"
    code = "ACT108"
    family = "activation"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """All of the hidden layers, in a run that got stuck or not far."""
        if sight.health.state not in ("stuck", "weak", "diverged"):
            return
        made = heads(sight)
        layers = [layer for layer in sight.model.layers if layer.kind in _JUDGED and layer not in made]
        if not layers or not made or not _readable(sight) or not _linear(sight, made):
            return
        first = layers[0]
        place = sight.places.layer(first.index, "activation")
        others = [_other(sight, layer) for layer in layers[1 : 1 + int(LIMITS["named_layers"])]]
        count = "the hidden layer had" if len(layers) == 1 else f"all {len(layers)} hidden layers had"
        reached = sight.health.accuracy
        result = f"; accuracy {percent(reached)}" if reached is not None and 0 <= reached <= 1 else ""
        yield self.seen(
            place,
            f"{count} no activation: the network was linear{result}",
            weight={"stuck": 0.9, "weak": 0.75}.get(sight.health.state, 0.5),
            cause="activation",
            measure="linear_layers",
            value=float(len(layers)),
            epochs=[epoch.number for epoch in sight.model.epochs[-1:]],
            notes=[
                f"{quoted(first)} is the first hidden layer; one layer could do what all of them do",
                *others,
                'try: `activation="relu"` in each hidden layer',
            ],
        )


def _linear(sight: Sight, made: Sequence[LayerTrace]) -> bool:
    """Whether every layer before the outputs is known to be linear."""
    end = max(layer.index for layer in made)
    before = [layer for layer in sight.model.layers if layer.index < end and layer not in made]
    return all(
        layer.kind in (*_LINEAR, *_JUDGED) and layer.activation in ("", "linear") and _plain(layer) for layer in before
    )


def _plain(layer: LayerTrace) -> bool:
    return layer.kind != "Activation" or layer.activation == "linear"


def _readable(sight: Sight) -> bool:
    """Whether nothing else than the layers can hold an activation: the source's operations are linear, or none."""
    model = sight.places.model
    if model is None or not model.complete:
        return sight.model.kind in ("Sequential",)
    operations = [layer for layer in model.layers if not layer.kind.startswith(("keras.layers.", "keras.Input"))]
    plain = ("operator.add", "operator.sub")
    return all(layer.kind in plain or layer.short in _OUTER for layer in operations)


def _other(sight: Sight, layer: LayerTrace) -> Note:
    place = sight.places.layer(layer.index, "activation")
    return Note(f"{quoted(layer)} has no activation either", place.span)
