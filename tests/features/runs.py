"""Records of runs made by hand, and varied ones from a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from default_lint.features.dynamic import Features, of
from default_lint.trial.trace import Epoch, LayerTrace, ModelTrace

FORMS = ("integer", "one-hot", "binary", "signs", "multi-hot", "probabilities", "real")
LOSS_OF = {
    "integer": "sparse_categorical_crossentropy",
    "one-hot": "categorical_crossentropy",
    "binary": "binary_crossentropy",
    "signs": "hinge",
    "multi-hot": "binary_crossentropy",
    "probabilities": "binary_crossentropy",
    "real": "mean_squared_error",
}


def dense(index: int, parameters: int = 20, kind: str = "Dense", **more: Any) -> LayerTrace:
    """A layer with weights."""
    more.setdefault("trainable", parameters)
    return LayerTrace(index=index, name=f"layer_{index}", kind=kind, parameters=parameters, **more)


def epoch(number: int, loss: float | None = None, **more: Any) -> Epoch:
    """An epoch of 10 steps; `logs` beyond the loss by name."""
    logs = dict(more.pop("logs", {}))
    if loss is not None:
        logs["loss"] = loss
    return Epoch(number=number, fit=0, logs=logs, steps=more.pop("steps", 10), **more)


def curve(losses: Sequence[float], **series: Sequence[float]) -> tuple[Epoch, ...]:
    """Epochs with a loss and other logged series."""
    return tuple(
        epoch(number, loss, logs={name: values[number] for name, values in series.items()})
        for number, loss in enumerate(losses)
    )


def model(epochs: Sequence[Epoch] = (), **more: Any) -> ModelTrace:
    """A model with its epochs."""
    return ModelTrace(number=0, name="m", kind="Sequential", epochs=tuple(epochs), **more)


def features(epochs: Sequence[Epoch] = (), **more: Any) -> Features:
    """The features of such a model."""
    return of(model(epochs, **more))


def layered(*rows: Mapping[int, Mapping[str, float]], **more: Any) -> Features:
    """A run whose epochs have measures of layers; three Dense layers of 20 weights unless given."""
    more.setdefault("layers", (dense(0), dense(1), dense(2)))
    return features([epoch(number, 1.0, layers=row) for number, row in enumerate(rows)], **more)


LAYER_MEASURES = (
    "weight_norm weight_mean weight_std weight_max weights_small weights_large weight_change update_norm gradient_norm "
    "gradient_mean gradient_std gradient_max gradient_zero gradient_missing activation_mean activation_std "
    "activation_max activation_zero activation_dead activation_saturated activation_constant input_std input_max "
    "nonfinite_weights nonfinite_gradients nonfinite_activations"
).split()
MEASURES = (
    "held_loss held_accuracy gradient_norm gradient_noise prediction_std prediction_mean prediction_min prediction_max "
    "prediction_top prediction_classes weight_norm nonfinite_weights nonfinite_gradients nonfinite_activations "
    "first_nonfinite measured_samples regularization wait"
).split()
SHARES = ("weights_", "gradient_zero", "activation_zero", "activation_dead", "activation_s", "activation_c", "wait")


def varied(seed: int) -> tuple[ModelTrace, dict[str, float]]:
    """A run and its hardware: any number of epochs and layers, any task, with things missing and things broken."""
    chance = random.Random(seed)
    layers = [dense(index, chance.choice([20, 400])) for index in range(chance.randint(1, 5))]
    layers[-1] = dense(len(layers) - 1, output=(None, chance.choice([1, 3, 6])))
    if chance.random() < 0.3:
        layers.insert(1, dense(len(layers), 8, "BatchNormalization"))
    gone = {name for name in (*LAYER_MEASURES, *MEASURES) if chance.random() < 0.15}
    broken = chance.random() < 0.3
    data, losses = _data(chance), ()
    if data.get("y"):
        losses = (LOSS_OF[data["y"][0]["form"]],)
        if data["y"][0]["form"] == "real" and chance.random() < 0.5:
            losses = ("mean_absolute_error",)
    epochs = []
    for number in range(-1, chance.choice([0, 1, 2, 3, 5, 8])):
        epochs.append(_epoch(chance, number, layers, gone, broken))
    trace = model(
        epochs[1:],
        layers=tuple(layers),
        outputs=(layers[-1].index,),
        start=epochs[0] if chance.random() < 0.8 else None,
        data=data,
        losses=losses,
    )
    hardware = {name: chance.uniform(0, 100) for name in ("cpu", "gpu_memory", "memory")}
    return trace, hardware if chance.random() < 0.8 else {}


def _epoch(chance: random.Random, number: int, layers: Sequence[LayerTrace], gone: set[str], broken: bool) -> Epoch:
    level = chance.lognormvariate(0, 1)
    trained = number >= 0
    logs: dict[str, float] = {}
    if trained:
        logs = {"loss": level, "accuracy": chance.random()}
        if "held_accuracy" not in gone:
            logs |= {"val_loss": level * chance.lognormvariate(0, 0.5), "val_accuracy": chance.random()}
    burst = broken and trained and chance.random() < 0.4
    if burst:
        logs["loss"] = math.nan
    return Epoch(
        number=number,
        fit=0,
        logs=logs,
        steps=20 * trained,
        seconds=chance.uniform(0.1, 5),
        learning_rate=10 ** chance.uniform(-5, 0),
        losses=tuple(level * chance.lognormvariate(0, 0.3) for _ in range(12)) if trained else (),
        broken=chance.randrange(20) if burst else None,
        complete=chance.random() < 0.9,
        measures={name: _measure(chance, name, broken) for name in MEASURES if name not in gone},
        layers={
            layer.index: {
                "weight_size": float(layer.parameters),
                **{name: _measure(chance, name, broken) for name in LAYER_MEASURES if name not in gone},
            }
            for layer in layers
        },
    )


def _measure(chance: random.Random, name: str, broken: bool) -> float:
    if name.startswith("nonfinite"):
        return float(chance.choice([0, 0, 3])) if broken else 0.0
    if name == "first_nonfinite":
        return float(chance.choice([-1, 0, 2])) if broken else -1.0
    if name.startswith(SHARES) or name in ("held_accuracy", "prediction_top"):
        return chance.choice([0.0, 1.0, chance.random()])
    if name == "gradient_missing":
        return float(chance.random() < 0.2)
    if name == "prediction_classes":
        return float(chance.randint(1, 3))
    if name in ("weight_change", "update_norm") and chance.random() < 0.2:
        return 0.0
    size = 10 ** chance.uniform(-3, 3)
    below = name == "prediction_min" or (name.endswith("_mean") and chance.random() < 0.5)
    return -size if below else size


def _data(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.1:
        return {}
    form = chance.choice(FORMS)
    rows, columns = 500, 10
    low = chance.choice([-1.0, 0.0])
    x = {
        "shape": [rows, columns],
        "dtype": chance.choice(["float32", "uint8"]),
        "rows": rows,
        "columns": columns,
        "min": low,
        "max": 10 ** chance.uniform(-2, 4),
        "mean": chance.uniform(-1, 3),
        "std": 10 ** chance.uniform(-2, 2),
        "nan": chance.choice([0, 7]),
        "inf": 0,
        "zero": chance.random(),
        "constant_columns": list(range(chance.choice([0, 2]))),
        "duplicate_columns": [[0, 1]] * chance.choice([0, 1]),
        "column_spread": 10 ** chance.uniform(0, 5),
    }
    y: dict[str, Any] = {"form": form, "shape": [rows], "rows": rows, "nan": chance.choice([0, 3]), "inf": 0}
    y |= {"constant": chance.random() < 0.2, "mean": chance.random(), "std": chance.uniform(0.1, 0.5)}
    y |= {"min": low, "max": {"integer": 3.0, "real": 10 ** chance.uniform(-1, 4)}.get(form, 1.0)}
    if form in ("integer", "one-hot", "binary", "signs"):
        names = {"binary": (0, 1), "signs": (-1, 1)}.get(form, (0, 1, 2))
        counts = {str(name): chance.randint(1, 300) for name in names}
        parts = [count / sum(counts.values()) for count in counts.values()]
        entropy = -sum(part * math.log(part) for part in parts) / math.log(len(parts))
        y |= {"counts": counts, "classes": len(parts), "majority": max(parts), "entropy": entropy}
        y |= {"sorted": chance.choice([0.0, 1.0])}
    facts: dict[str, Any] = {"x": [x], "y": [y], "samples": rows, "batch": chance.choice([1, 32, 500])}
    if chance.random() < 0.7:
        facts |= {"val_samples": 100, "overlap": chance.choice([0.0, 0.4]), "lengths_differ": chance.random() < 0.2}
    return facts
