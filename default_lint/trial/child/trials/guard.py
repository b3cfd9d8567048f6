"""Everything global that an experiment could move is put back, so that it may run within a live session too."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..randomness import Undo, kept


@contextmanager
def undisturbed(model: Any) -> Iterator[None]:
    """Within it the random generators stand at fixed seeds; after it everything is as before, whatever happened.

    Covers the random state and names that `..randomness.kept` does, the variables of a TensorFlow model that Keras does
    not track, and the losses that layers collected. Keras's own variables need no care: the experiments work on values
    of their own within a `StatelessScope`.
    """
    with kept() as stack:
        for step in _layers(model):
            stack.callback(step)
        random.seed(0)
        np.random.seed(0)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(0)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield


def _layers(model: Any) -> list[Undo]:
    """Losses that layers collected, and TensorFlow variables among their attributes."""
    undo: list[Undo] = []
    tensorflow: Any = sys.modules.get("tensorflow")
    variable = getattr(tensorflow, "Variable", None)
    for layer in getattr(model, "_flatten_layers", list)():
        for name in ("_losses", "_loss_ids"):
            held = getattr(layer, name, None)
            if isinstance(held, (list, set)):
                kept = held.copy()
                undo.append(lambda held=held, kept=kept: _refill(held, kept))  # type: ignore[misc]
        if variable is None:
            continue
        for value in list(vars(layer).values()):
            if isinstance(value, variable):
                content = value.numpy()
                undo.append(lambda value=value, content=content: value.assign(content))  # type: ignore[misc]
    return undo


def _refill(held: Any, kept: Any) -> None:
    held.clear()
    held.extend(kept) if isinstance(held, list) else held.update(kept)
