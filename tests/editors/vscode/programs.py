"""What is opened in the tests: small programs with faults, written to a folder by `write`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FAULTS = '''"""Cats, counted by hand."""
import keras
from keras import layers

model = keras.Sequential()
model.add(keras.Input((32, 32, 3)))
model.add(layers.Flatten())
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(1, name="🐈 ", activation="softmax"))
model.compile(optimizer=keras.optimizers.Adam(lr=1e-3), loss="binary_crossentropy")
'''

OPTIMIZER = """import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam({}=1e-3), loss="mse")
"""

OLD = """import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD({lr}=0.01), loss="mse")
model.{fit}(source, epochs=3)
"""

UNITS = """import keras

model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(1, activation="softmax"),{comment}
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy")
"""

SHAPES = """import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(8, 3),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
"""

TRAINED = """import keras
import numpy as np

keras.utils.set_random_seed(1)
x = np.random.default_rng(1).normal(size=(512, 4)).astype("float32")
y = 200_000 + 50_000 * x.sum(axis=1)

model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, validation_split=0.25, epochs={epochs}, verbose=0)
"""

CELLS = (
    "# A notebook",
    "import keras\nfrom keras import layers",
    """model = keras.Sequential([keras.Input((12,))])
model.add(layers.Dense(24, activation="relu"))
model.add(layers.Dense(1, activation="sigmoid"))""",
    'model.compile(optimizer=keras.optimizers.RMSprop(lr=1e-4), loss="binary_crossentropy")',
    "model.fit_generator(source, epochs=2)",
)


def notebook(*sources: str) -> dict[str, Any]:
    """A notebook of Python; a cell that begins with `# ` is text."""
    cells = []
    for number, source in enumerate(sources):
        cell: dict[str, Any] = {"cell_type": "markdown" if source.startswith("# ") else "code", "id": f"cell-{number}"}
        cell |= {"metadata": {}, "source": source.splitlines(keepends=True)}
        cells.append(cell if cell["cell_type"] == "markdown" else {**cell, "execution_count": None, "outputs": []})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(folder: Path) -> None:
    """Write all programs into a folder."""
    scripts = {
        "faults.py": FAULTS,
        "optimizer.py": OPTIMIZER.format("lr"),
        "old.py": OLD.format(lr="lr", fit="fit_generator"),
        "units.py": UNITS.format(comment=""),
        "growing.py": SHAPES,
        "shapes.py": SHAPES,
        "trained.py": TRAINED.format(epochs=3),
        "patience.py": TRAINED.format(epochs=100_000),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in scripts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "cells.ipynb").write_text(json.dumps(notebook(*CELLS), indent=1), encoding="utf-8")
