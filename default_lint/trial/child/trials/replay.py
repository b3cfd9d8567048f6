"""Where does the first number appear that is not finite?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .case import Case, Skipped
from .machine import Batch, State
from .structure import leaves

STEPS = 200


def replay(case: Case) -> dict[str, Any]:
    """Training anew from the initial weights, by the user's optimizer and rate, until a number is not finite.

    Only for a training that ended with weights or a loss that are not finite.

    Returns:
        finite: nothing happened here (it takes other rows, or more steps); steps: made; rate; start, last: losses of
        the first step and of the last that was finite; growth: last / start;
        and unless finite: batch: index of the step; what: "input", "target", "output" (of a layer), "loss",
        "gradient" or "weights"; layer: index in the model's leaf layers, or "input", "target", "loss" again, null
        where it is not known; name: of that layer; largest: greatest absolute output of the layers before it (null
        for the first).
    """
    case.needs_training()
    if not _broke(case):
        raise Skipped("the training stayed finite")
    for what, part in (("input", case.subject.held.x), ("target", case.subject.held.y)):
        if any(not _finite(np.asarray(leaf)) for leaf in leaves(part)):
            return {"finite": False, "batch": 0, "what": what, "layer": what, "name": "", "steps": 0}
    trainer, rate = case.trainer(), case.rate()
    if rate is None:
        raise Skipped("the learning rate is not known")
    batches = [case.take(rows) for rows in case.cut(case.order, case.batch_size)]
    trainer.start(case.initial, rate)
    losses: list[float] = []
    for step in range(STEPS):
        if case.time.left() < 0:
            break
        batch, before = batches[step % len(batches)], trainer.state
        loss = trainer.step(batch)
        after = trainer.state
        if math.isfinite(loss):
            losses.append(loss)
            if all(_finite(case.machine.array(weight)) for weight in after.weights):
                continue
        return {**_numbers(rate, losses), "finite": False, "batch": step, **_cause(case, before, after, batch)}
    return {**_numbers(rate, losses), "finite": True}


def _broke(case: Case) -> bool:
    """The weights or the loss on the held rows are not finite after training."""
    try:
        state = case.current
    except Skipped:
        return True
    if any(not _finite(case.machine.array(value)) for value in [*state.weights, *state.others]):
        return True
    return not math.isfinite(case.machine.loss(state, case.all()))


def _numbers(rate: float, losses: list[float]) -> dict[str, Any]:
    if not losses:
        return {"rate": rate, "steps": 0, "start": None, "last": None, "growth": None}
    growth = losses[-1] / losses[0] if losses[0] else None
    return {"rate": rate, "steps": len(losses), "start": losses[0], "last": losses[-1], "growth": growth}


def _cause(case: Case, state: State, after: State, batch: Batch) -> dict[str, Any]:
    """What is not finite first in a step from `state` to `after`, in the order in which it is computed."""
    machine = case.machine
    with machine.scope(state), recorded(case) as outputs:
        machine.model(batch.x, training=True)
    largest: float | None = None
    for layer, arrays in outputs:
        if not all(_finite(array) for array in arrays):
            return {"what": "output", **_named(case, layer), "largest": largest}
        largest = max([float(np.abs(array).max()) for array in arrays if array.size], default=largest or 0.0)
    loss, gradients, _ = machine.gradient(state, batch)
    if not math.isfinite(loss):
        return {"what": "loss", "layer": "loss", "name": "", "largest": largest}
    bad = [not _finite(machine.array(gradient)) for gradient in gradients]
    # Gradients are computed from the end of the model, so the last broken one came first.
    broken = _layer_of(case, bad, last=True)
    if broken is not None:
        return {"what": "gradient", **_named(case, broken), "largest": largest}
    broken = _layer_of(case, [not _finite(machine.array(weight)) for weight in after.weights])
    return {"what": "weights", **_named(case, broken), "largest": largest}


def _layer_of(case: Case, bad: list[bool], last: bool = False) -> Any | None:
    """The layer that holds the first (or last) of the trainable variables that are marked."""
    marked = {id(variable) for variable, mark in zip(case.machine.trainable, bad) if mark}
    layers = [layer for layer in leaf_layers(case) if any(id(variable) in marked for variable in layer.variables)]
    return (layers[-1] if last else layers[0]) if layers else None


def leaf_layers(case: Case) -> list[Any]:
    """The layers without layers in them, as in the `model` event."""
    if case.subject.layers:
        return list(case.subject.layers)
    layers = case.model._flatten_layers(include_self=False)
    return [layer for layer in layers if not list(layer._flatten_layers(include_self=False))]


def _named(case: Case, layer: Any) -> dict[str, Any]:
    indices = [index for index, known in enumerate(leaf_layers(case)) if known is layer]
    return {"layer": indices[0] if indices else None, "name": str(getattr(layer, "name", ""))}


@contextmanager
def recorded(case: Case) -> Iterator[list[tuple[Any, list[Any]]]]:
    """Outputs of the leaf layers in the order of their calls, as (layer, numpy arrays)."""
    found: list[tuple[Any, list[Any]]] = []
    wanted = {id(layer) for layer in leaf_layers(case)}
    base = case.keras.layers.Layer
    original = base.__call__

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        outputs = original(self, *args, **kwargs)
        if id(self) in wanted:
            arrays = [case.machine.array(leaf) for leaf in leaves(outputs) if hasattr(leaf, "shape")]
            found.append((self, [array for array in arrays if array.dtype.kind == "f"]))
        return outputs

    base.__call__ = call
    try:
        yield found
    finally:
        base.__call__ = original


def _finite(array: Any) -> bool:
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
