"""Everything global that an experiment could move is put back, so that it may run within a live session too."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

Undo = Callable[[], None]


@contextmanager
def undisturbed(model: Any, keras: Any) -> Iterator[None]:
    """Within it the random generators stand at fixed seeds; after it everything is as before, whatever happened.

    Covers the global state of Python, numpy, TensorFlow, PyTorch and Keras (names, seeds), the variables of a
    TensorFlow model that Keras does not track, and the losses that layers collected. Keras's own variables need no
    care: the experiments work on values of their own within a `StatelessScope`.
    """
    undo: list[Undo] = []
    try:
        for remember in (_python, _numpy, _tensorflow, _torch, lambda: _keras(keras), lambda: _layers(model)):
            undo += remember()
        random.seed(0)
        np.random.seed(0)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(0)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        for step in reversed(undo):
            step()


def _python() -> list[Undo]:
    state = random.getstate()
    return [lambda: random.setstate(state)]


def _numpy() -> list[Undo]:
    state = np.random.get_state()
    return [lambda: np.random.set_state(state)]


def _tensorflow() -> list[Undo]:
    """The generator that gives seeds to eager operations, and the global `tf.random.Generator` when there is one."""
    undo: list[Undo] = []
    eager = sys.modules.get("tensorflow.python.eager.context")
    context = getattr(eager, "_context", None)
    if context is not None:
        for name in ("_rng", "_seed"):
            if not hasattr(context, name):
                continue
            held = getattr(context, name)
            undo.append(lambda name=name, held=held: setattr(context, name, held))  # type: ignore[misc]
            if isinstance(held, random.Random):
                state = held.getstate()
                undo.append(lambda held=held, state=state: held.setstate(state))  # type: ignore[misc]
    stateful = sys.modules.get("tensorflow.python.ops.stateful_random_ops")
    generator = getattr(stateful, "global_generator", None)
    if generator is not None:
        numbers = generator.state.numpy()
        undo.append(lambda: generator.state.assign(numbers))
    return undo


def _torch() -> list[Undo]:
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return []
    state = torch.get_rng_state()
    undo: list[Undo] = [lambda: torch.set_rng_state(state)]
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        states = torch.cuda.get_rng_state_all()
        undo.append(lambda: torch.cuda.set_rng_state_all(states))
    return undo


def _keras(keras: Any) -> list[Undo]:
    """Counters of automatic names and the seed generator that layers without a seed of their own share."""
    state: Any = sys.modules.get(f"{keras.__name__}.src.backend.common.global_state")
    tracker = getattr(state, "GLOBAL_STATE_TRACKER", None)
    if tracker is None:
        return []
    undo: list[Undo] = []
    names = getattr(tracker, "object_name_uids", None)
    if names is not None:
        counts = dict(names)

        def put_names_back() -> None:
            names.clear()
            names.update(counts)

        undo.append(put_names_back)
    shared = getattr(tracker, "global_seed_generator", None)
    if shared is None:
        undo.append(lambda: setattr(tracker, "global_seed_generator", None))
    else:
        seed = np.array(keras.ops.convert_to_numpy(shared.state))
        undo.append(lambda: shared.state.assign(seed))
    return undo


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
