"""What the observations of data and loss share: outputs with their losses and labels, and numbers as people read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from default_lint.features.base import by_output
from default_lint.features.dynamic_baseline import canonical
from default_lint.features.dynamic_curves import accuracy_name
from default_lint.trial.observations.base import Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.words import quoted
from default_lint.trial.trace import Epoch, LayerTrace

Facts = Mapping[str, Any]

_REGRESSION = (
    "mean_squared_error",
    "mean_absolute_error",
    "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error",
    "huber",
    "log_cosh",
    "poisson",
    "cosine_similarity",
)
_OWN_ACTIVATION = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "PReLU": "prelu"}


class Head(NamedTuple):
    """One output of a model with what it is trained against.

    layer     the layer that makes it, None when not known; `loss` is canonical, "" when it is the user's own
    labels    facts about its labels, empty when not known
    """

    number: int
    layer: LayerTrace | None
    loss: str
    labels: Facts

    @property
    def units(self) -> int | None:
        """Size of the last axis of the output."""
        shape: Sequence[int | None] = self.layer.output if self.layer is not None else ()
        return shape[-1] if len(shape) > 1 else None

    @property
    def activation(self) -> str:
        """What the output goes through last, "" when the layer is not known."""
        if self.layer is None:
            return ""
        return str(_OWN_ACTIVATION.get(self.layer.kind) or self.layer.activation or "linear")

    @property
    def called(self) -> str:
        """The layer in backticks."""
        return quoted(self.layer.kind if self.layer is not None else "the output")

    @property
    def regression(self) -> bool:
        """Whether a loss for real numbers is in force."""
        return self.loss in _REGRESSION

    @property
    def width(self) -> int:
        """Size of the last axis of the labels, 1 for one number each."""
        shape = self.labels.get("shape")
        return shape[-1] if isinstance(shape, list) and len(shape) > 1 and isinstance(shape[-1], int) else 1


def heads(sight: Sight) -> Iterator[Head]:
    """The outputs in the model's order."""
    model = sight.model
    labels = by_output(arrays(sight, "y"), model)
    layers = {row.index: row for row in model.layers}
    for number in range(max(len(model.outputs), len(labels), 1)):
        layer = layers.get(model.outputs[number]) if number < len(model.outputs) else None
        yield Head(number, layer, _loss(model.losses, number), labels[number] if number < len(labels) else {})


def _loss(losses: Sequence[str], number: int) -> str:
    name = losses[number] if number < len(losses) else losses[0] if len(losses) == 1 else ""
    return canonical(name)


def arrays(sight: Sight, which: str) -> list[Facts]:
    """The facts about the arrays of "x", "y", "val_x" or "val_y"."""
    rows = sight.model.data.get(which)
    return [row if isinstance(row, Mapping) else {} for row in rows] if isinstance(rows, (list, tuple)) else []


def number(facts: Mapping[str, Any], name: str) -> float | None:
    """A finite number among facts, else None."""
    value = facts.get(name)
    if value is None or (isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)):
        return None
    try:
        real = float(value)
    except ValueError:
        return None
    return real if math.isfinite(real) else None


def accuracy(epoch: Epoch, prefix: str = "") -> float | None:
    """The accuracy that an epoch logged under whatever name; with the prefix "val_" that on validation data."""
    name = accuracy_name(epoch.logs)
    return None if name is None else number(epoch.logs, prefix + name)


def largest(facts: Facts) -> float | None:
    """The largest absolute value of an array."""
    low, high = number(facts, "min"), number(facts, "max")
    return None if low is None or high is None else max(abs(low), abs(high))


def word(sight: Sight, which: str) -> str:
    """What the user calls x or y at `fit`, in backticks."""
    place = sight.places.fit(which)
    text = place.document[place.span]
    return quoted(text if text.isidentifier() and text not in ("fit", "train_on_batch") else which)


def metrics(sight: Sight) -> Place:
    """The metrics that `compile` is given, else `compile`."""
    compiled, program = sight.places.compiled, sight.places.program
    given = compiled.call.given("metrics") if compiled is not None and compiled.call is not None else None
    if given is None or program is None:
        return sight.places.loss()
    return Place(program.document, given.span, "source")


def first_layers(sight: Sight) -> Iterator[LayerTrace]:
    """The layers up to the first that has weights to train or changes what it is given."""
    for row in sight.model.layers:
        if row.kind == "InputLayer":
            continue
        yield row
        if row.parameters or row.kind not in PASSING:
            return


PASSING = frozenset(
    (
        "Flatten",
        "Reshape",
        "Permute",
        "RepeatVector",
        "Dropout",
        "Masking",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "Cropping2D",
        "MaxPooling1D",
        "MaxPooling2D",
        "AveragePooling1D",
        "AveragePooling2D",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "RandomFlip",
        "RandomRotation",
        "RandomZoom",
        "RandomTranslation",
        "RandomCrop",
        "Resizing",
        "Concatenate",
    )
)
"""Layers that hand on the scale of what comes in."""
