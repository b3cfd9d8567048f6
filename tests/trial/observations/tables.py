"""Sources and facts for the tests of observations about data and loss."""

from __future__ import annotations

from typing import Any

from tests.trial.observations.runs import epoch

BINARY = """\
import keras
from data import load

table, kind = load()
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu")])
model.add(keras.layers.Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(table, kind, epochs=5, validation_data=(table[:9], kind[:9]))
"""

REGRESSION = """\
import keras
from data import load

x, price = load()
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu")])
model.add(keras.layers.Dense(1))
model.compile("sgd", loss="mse")
model.fit(x, price, epochs=5, validation_split=0.2)
"""


def labels(form: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    """Facts about 1000 labels, to be given as `data`."""
    facts = {"name": "", "shape": [1000], "dtype": "float32", "rows": 1000, "form": form, "min": low, "max": high}
    return {"y": [{**facts, "nan": 0, "inf": 0, "constant": False, **more}]}


def inputs(low: float = -3.0, high: float = 3.0, **more: Any) -> dict[str, Any]:
    """Facts about a table of four columns, to be given as `data`."""
    facts = {"name": "", "shape": [1000, 4], "dtype": "float32", "rows": 1000, "min": low, "max": high, "columns": 4}
    return {"x": [{**facts, "nan": 0, "inf": 0, "integers": False, "constant_columns": [], **more}]}


def real(mean: float = 0.0, std: float = 1.0, **more: Any) -> dict[str, Any]:
    """Facts about real targets within three deviations."""
    return labels("real", mean - 3 * std, mean + 3 * std, **{"mean": mean, "std": std, "zero": 0.0, **more})


def two(majority: float = 0.5) -> dict[str, Any]:
    """Facts about labels 0 and 1, of which 0 has the share `majority`."""
    counts = {"0": round(1000 * majority), "1": 1000 - round(1000 * majority)}
    return labels("binary", 0, 1, classes=2, counts=counts, majority=majority, entropy=0.2 if majority > 0.8 else 1.0)


def losses(*values: float, **more: Any) -> list[Any]:
    """Epochs with these losses and no accuracy."""
    return [epoch(at, value, **more) for at, value in enumerate(values)]


FLAT = losses(1.0, 1.0, 1.0, 1.0)
"""A regression of unit variance that gets nowhere."""

FALLS = losses(1.0, 0.4, 0.1, 0.05)
"""One that learns."""
