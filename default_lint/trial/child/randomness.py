"""All random state and all names of Keras that a program shares: remembered, and put back."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Undo = Callable[[], object]


@contextlib.contextmanager
def kept() -> Iterator[contextlib.ExitStack]:
    """After it every generator of the program goes on as if nothing had been drawn inside, and so do Keras's names.

    Covers Python, numpy, TensorFlow (the seeds of eager operations, the global `tf.random.Generator`), PyTorch (host
    and CUDA) and Keras (names, the shared seed generator). Callbacks that the caller adds to the stack run before. One
    that fails keeps no other from being run; its error is raised at the end.
    """
    with contextlib.ExitStack() as stack:
        for remember in (_python, _numpy, _tensorflow, _torch, _keras):
            with contextlib.suppress(Exception):  # what cannot be read cannot be put back
                for step in remember():
                    stack.callback(step)
        yield stack


def _python() -> Iterator[Undo]:
    state = random.getstate()
    yield lambda: random.setstate(state)


def _numpy() -> Iterator[Undo]:
    state = np.random.get_state()
    yield lambda: np.random.set_state(state)


def _tensorflow() -> Iterator[Undo]:
    context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    if context is not None:
        for name in ("_rng", "_seed"):
            if hasattr(context, name):
                yield from _attribute(context, name)
    generator: Any = getattr(sys.modules.get("tensorflow.python.ops.stateful_random_ops"), "global_generator", None)
    if generator is not None:
        numbers = generator.state.numpy()
        yield lambda: generator.state.assign(numbers)


def _attribute(context: Any, name: str) -> Iterator[Undo]:
    held = getattr(context, name)
    yield lambda: setattr(context, name, held)
    if isinstance(held, random.Random):
        state = held.getstate()
        yield lambda: held.setstate(state)


def _torch() -> Iterator[Undo]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_rng_state"):
        return
    state = torch.get_rng_state()
    yield lambda: torch.set_rng_state(state)
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        states = torch.cuda.get_rng_state_all()
        yield lambda: torch.cuda.set_rng_state_all(states)


def _keras() -> Iterator[Undo]:
    """Keras's table of global attributes: new ones go, names count on from where they were."""
    module = sys.modules.get("keras.src.backend.common.global_state")
    table: Any = getattr(module, "GLOBAL_STATE_TRACKER", None)
    if table is None:
        return
    known = set(vars(table))
    names = vars(table).get("object_name_uids")
    counts = None if names is None else dict(names)

    def put_back() -> None:
        for name in set(vars(table)) - known:
            delattr(table, name)
        if names is not None and counts is not None:
            names.clear()
            names.update(counts)

    yield put_back
    shared = vars(table).get("global_seed_generator")
    if shared is not None:
        convert = sys.modules["keras"].ops.convert_to_numpy
        seed = np.array(convert(shared.state))

        def reseed() -> None:
            if not np.array_equal(convert(shared.state), seed):
                shared.state.assign(seed)

        yield reseed
