"""The features of a training run: numbers about epochs, layers and the run, each with the places it is about.

`of(model)` gives the `Features` of one model of a trace. Numbers that are missing or not finite are NaN in a series and
None elsewhere, never 0; that a run broke has features of its own (`loss_broken`, `nonfinite`, ...).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from default_lint.features.base import (
    FLAG,
    REDUCTIONS,
    SHARE,
    Feature,
    Origin,
    Run,
    aggregate,
    real,
    reduce,
)
from default_lint.features.table_curves import CURVES
from default_lint.features.table_data import DATA
from default_lint.features.table_layers import LAYERS
from default_lint.trial.trace import ModelTrace

FIRST = (1, 2, 5, 10)
"""Numbers of first epochs of which a run has a row, beside all of them."""

FEATURES: dict[str, Feature] = {feature.name: feature for feature in (*CURVES, *LAYERS, *DATA)}

# The columns of the published callback (DEFault, ICSE 2025), and what stands for them here. The index of the epoch is
# no feature: its mean would say how long a run was.
METHOD: dict[str, tuple[str, ...]] = {
    "epoch": (),
    "train_loss": ("loss", "loss_to_start", "loss_to_constant"),
    "train_acc": ("accuracy", "accuracy_skill", "accuracy_z"),
    "val_loss": ("val_loss", "val_loss_to_constant", "val_loss_ratio"),
    "val_acc": ("val_accuracy", "val_accuracy_skill", "val_accuracy_z"),
    "large_weight_count": ("large_weights", "weights_large", "weight_max"),
    "acc_gap_too_big": ("accuracy_gap",),
    "loss_oscillation": ("loss_turn", "loss_turns", "batch_turns", "batch_amplitude"),
    "dying_relu": ("activation_dead", "activation_zero"),
    "gradient_vanish": ("gradient_to_weight", "gradient_sensitivity", "gradient_ends", "gradient_slope"),
    "gradient_explode": ("gradient_growth", "model_gradient_growth", "gradient_peak"),
    "decrease_acc_count": ("accuracy_fell", "accuracy_change"),
    "increase_loss_count": ("loss_rose", "loss_change"),
    "cons_mean_weight_count": ("weight_still", "weight_change", "weight_mean"),
    "cons_std_weight_count": ("weight_still", "weight_change", "weight_std"),
    "nan_weight_count": ("nonfinite_weights",),
    "nan_gradients_count": ("nonfinite_gradients",),
    "saturated_activation": ("activation_saturated",),
    "mean_gradient": ("gradient_norm", "layer_gradient_norm", "gradient_sensitivity"),
    "gradient_std": ("layer_gradient_norm", "gradient_sensitivity"),
    "gradient_max": ("layer_gradient_norm", "gradient_sensitivity"),
    "gradient_min": ("layer_gradient_norm", "gradient_sensitivity"),
    "gradient_median": ("layer_gradient_norm", "gradient_sensitivity"),
    "adjusted_lr": ("learning_rate",),
    "mean_activation": ("activation_mean", "activation_offset"),
    "std_activation": ("activation_std", "activation_gain"),
    "mean_grad": ("gradient_mean", "gradient_bias"),
    "std_grad": ("gradient_std", "gradient_peak"),
    "cpu_utilization": ("cpu",),
    "gpu_memory_utilization": ("gpu_memory",),
    "memory_usage": ("memory",),
}


def of(model: ModelTrace, hardware: Mapping[str, float] | None = None) -> Features:
    """The features of one model of a run; `hardware` of the trace is only passed through to people."""
    return Features(Run(model, hardware))


class Features:
    """The features of one run, computed when asked for.

    Names are those of `FEATURES`; an unknown one, or one of another level, raises KeyError. Every number is finite.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    @property
    def epochs(self) -> tuple[int, ...]:
        """The numbers of the epochs that the series run over."""
        return tuple(epoch.number for epoch in self.run.epochs)

    @property
    def partial(self) -> bool:
        """Whether no epoch came to its end, so that the series tell of an unfinished one."""
        return self.run.partial

    def series(self, name: str) -> tuple[float, ...]:
        """One number an epoch, NaN where unknown, of a feature of epochs."""
        return self._of(_at_level(name, "epoch"), None)

    def layer(self, index: int, name: str) -> tuple[float, ...]:
        """One number an epoch, NaN where unknown, of a feature of layers, for the layer with an index."""
        return self._of(_at_level(name, "layer"), index)

    def layers(self, name: str) -> dict[int, tuple[float, ...]]:
        """The series of each layer for which the feature is known in some epoch, by index in model order."""
        rows = {layer.index: self.layer(layer.index, name) for layer in self.run.model.layers}
        return {index: row for index, row in rows.items() if any(map(math.isfinite, row))}

    def reduced(self, name: str, how: str) -> tuple[float, ...]:
        """A feature of layers as one number an epoch: the min, median, max, mean, first or last of the layers."""
        rows = list(self.layers(name).values())
        values = []
        for epoch in range(len(self.run.epochs)):
            there = [row[epoch] for row in rows if math.isfinite(row[epoch])]
            values.append(_or_nan(reduce(there, how)))
        return tuple(values)

    def last(self, name: str, layer: int | None = None) -> float | None:
        """The number of the last epoch, of a layer for a feature of layers; None when it is unknown there."""
        series = self.series(name) if layer is None else self.layer(layer, name)
        return real(series[-1]) if series else None

    def before(self, name: str, layer: int | None = None) -> float | None:
        """The same before training, for features that need no training; None for the others."""
        feature = _at_level(name, "epoch" if layer is None else "layer")
        return real(feature.function(self.run, -1) if layer is None else feature.function(self.run, -1, layer))

    def value(self, name: str) -> float | None:
        """The number of a feature of the run."""
        return real(_at_level(name, "run").function(self.run))

    def known(self, name: str) -> bool:
        """Whether there is any number of a feature."""
        feature = FEATURES[name]
        if feature.level == "run":
            return self.value(name) is not None
        return bool(self.layers(name)) if feature.level == "layer" else any(map(math.isfinite, self.series(name)))

    def row(self, first: int | None = None) -> dict[str, float]:
        """The run as one row of finite numbers under names in order, of its first epochs only when `first` is given.

        `feature.aggregate` for epochs, `feature.reduction.aggregate` for layers, `feature` for runs; what is unknown
        is the neutral value of its feature, and `<group>_known` tells whether a group was measured at all.
        """
        if first is not None:
            kept = self.run.epochs[: max(first, 0)]
            return Features(Run(replace(self.run.model, epochs=kept), self.run.hardware)).row()
        found: dict[str, float] = {}
        groups: dict[str, bool] = {}
        for feature in FEATURES.values():
            if not feature.in_row:
                continue
            group = feature.topic.group
            groups[group] = groups.get(group, False) or self.known(feature.name)
            if feature.level == "run":
                value = self.value(feature.name)
                found[feature.name] = feature.scale.neutral if value is None else value
            elif feature.level == "epoch":
                found.update(_aggregates(feature, feature.name, self.series(feature.name)))
            else:
                for how in feature.over:
                    series = self.reduced(feature.name, how)
                    found.update(_aggregates(feature, f"{feature.name}.{how}", series))
        found.update((f"{group}_known", float(there)) for group, there in groups.items())
        return dict(sorted(found.items()))

    def origins(self, name: str) -> tuple[Origin, ...]:
        """What a feature, or a column of the row, is about, the most telling place first.

        Of a share or a flag of layers: the layers where it is above 0 after the last epoch, the largest first. Of any
        other number of layers, or when none is: all layers that have it. Of a column of the row: the layer that gave
        the number in the last epoch. Of an unknown number: the place where a reader would look for what is missing.
        """
        feature = FEATURES.get(name.partition(".")[0])
        if feature is None:
            group = name.removesuffix("_known")
            topic = next((f.topic for f in FEATURES.values() if f.topic.group == group and name != group), None)
            if topic is None:
                raise KeyError(name)
            named = [place for place in topic.about if place != "layer"]
            return tuple(self._origin(place) for place in named or [topic.absent])
        if feature.where is not None:
            found = feature.where(self.run)
            if found:
                return found
        if not self.known(feature.name):
            return (self._origin(feature.topic.absent),)
        places: list[Origin] = []
        for place in feature.topic.about:
            places += self._layer_origins(feature, name) if place == "layer" else [self._origin(place)]
        return tuple(dict.fromkeys(places))

    def to_json(self) -> dict[str, Any]:
        """All numbers as JSON knows them: null where unknown; what is shown only, too."""
        result: dict[str, Any] = {
            "epochs": list(self.epochs),
            "partial": self.partial,
            "epoch": {},
            "layer": {},
            "run": {},
        }
        for name, feature in FEATURES.items():
            if feature.level == "run":
                result["run"][name] = self.value(name)
            elif feature.level == "epoch":
                result["epoch"][name] = [real(value) for value in self.series(name)]
            else:
                rows = self.layers(name)
                result["layer"][name] = {str(index): [real(value) for value in row] for index, row in rows.items()}
        return result

    def _of(self, feature: Feature, layer: int | None) -> tuple[float, ...]:
        more = () if layer is None else (layer,)
        epochs = range(len(self.run.epochs))
        function = feature.function
        return self.run.keep(
            (feature.name, layer), lambda: tuple(_or_nan(real(function(self.run, epoch, *more))) for epoch in epochs)
        )

    def _origin(self, place: str) -> Origin:
        name, _, argument = place.partition(".")
        outputs = self.run.model.outputs
        return Origin(name, outputs[0] if name == "output" and outputs else None, argument)

    def _layer_origins(self, feature: Feature, name: str) -> list[Origin]:
        if feature.level != "layer":
            return [Origin("layer", layer.index) for layer in self.run.weighted()]
        rows = self.layers(feature.name)
        how = name.split(".")[1] if name.count(".") else ""
        if how not in REDUCTIONS or how == "mean":
            final = {index: [value for value in row if math.isfinite(value)][-1] for index, row in rows.items()}
            marked = sorted((index for index in rows if final[index] > 0), key=lambda index: -final[index])
            counted = feature.scale in (SHARE, FLAG) and marked
            return [Origin("layer", index) for index in (marked if counted else rows)]
        epoch = max(place for row in rows.values() for place, value in enumerate(row) if math.isfinite(value))
        there = [(row[epoch], index) for index, row in rows.items() if math.isfinite(row[epoch])]
        if how in ("first", "last"):
            return [Origin("layer", there[0 if how == "first" else -1][1])]
        wanted = reduce([value for value, _ in there], how)
        assert wanted is not None
        return [Origin("layer", min(there, key=lambda pair: abs(pair[0] - wanted))[1])]


def _at_level(name: str, level: str) -> Feature:
    feature = FEATURES[name]
    if feature.level != level:
        raise KeyError(f"{name} is a feature of each {feature.level}, not of each {level}")
    return feature


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _aggregates(feature: Feature, name: str, series: tuple[float, ...]) -> dict[str, float]:
    found = {}
    for how in feature.how:
        value = aggregate(series, how)
        unknown = 0.0 if how in ("std", "slope") else feature.scale.neutral
        found[f"{name}.{how}"] = unknown if value is None else value
    return found


__all__ = ["FEATURES", "FIRST", "METHOD", "Feature", "Features", "Origin", "of"]
