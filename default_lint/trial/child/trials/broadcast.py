"""Does the loss pair each prediction with its own target?"""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Skipped
from .structure import leaves, rebuilt

SAME = 1e-4  # relative; far above rounding in float32


def broadcast(case: Case) -> dict[str, Any]:
    """The loss with the targets as they are against the targets in the shape of the outputs.

    A target (N,) under an output (N, 1) becomes (N, N) when a loss of the user's own subtracts the two: every
    prediction is compared with every target. Keras's own losses align the ranks first.

    Returns:
        target, output: the shapes (of the first pair that differs, else of the first pair);
        loss: as it is; aligned: with targets reshaped, absent when all shapes agree;
        broadcast: whether the two losses differ.
    """
    case.need_loss()
    machine, state = case.machine, case.initial_or_current
    batch = case.take(case.order[: case.fixed or 64])
    loss, outputs = machine.outputs(state, batch)
    targets = [machine.array(leaf) for leaf in leaves(batch.y)]
    shown = [np.asarray(leaf) for leaf in leaves(outputs)]
    if len(targets) != len(shown) or not targets:
        raise Skipped("the outputs and targets of the model do not pair up")
    differing = [i for i, (y, o) in enumerate(zip(targets, shown)) if y.shape != o.shape and y.size == o.size]
    first = differing[0] if differing else 0
    result: dict[str, Any] = {"target": _shape(targets[first]), "output": _shape(shown[first]), "broadcast": False}
    if not differing:
        return {**result, "loss": loss}
    # Outputs of our own, all different: those of an untrained or dead model may all be the same, which hides it.
    spread = _spread(shown, case.generator("broadcast"))
    aligned = [y.reshape(o.shape) if y.size == o.size else y for y, o in zip(targets, shown)]
    prediction = rebuilt(outputs, iter(spread))
    right = batch._replace(y=rebuilt(batch.y, iter([machine.tensor(y) for y in aligned])))
    result["loss"] = machine.loss_of(state, batch, prediction)
    result["aligned"] = machine.loss_of(state, right, prediction)
    size = max(abs(result["aligned"]), abs(result["loss"]), 1e-9)
    result["broadcast"] = abs(result["loss"] - result["aligned"]) > SAME * size
    return result


def _spread(outputs: list[Any], generator: Any) -> list[Any]:
    """Values between 0.1 and 0.9, valid as probabilities too, in the shapes of the outputs."""
    return [generator.uniform(0.1, 0.9, output.shape).astype(np.float32) for output in outputs]


def _shape(array: Any) -> list[tuple[int, ...]]:
    return list(array.shape)
