"""Does the trained model look at its inputs?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .case import Case, Skipped
from .machine import Batch
from .structure import leaves, mapped, rebuilt

SAME = 0.01  # relative difference of losses below which they count as the same
DEAF = 0.01  # change of the outputs below which they hardly depend on the inputs
CONSTANT = 1e-4  # the same for outputs, relative to their size (row 167 of the catalog has this threshold)


def zero_input(case: Case) -> dict[str, Any]:
    """The trained model on its held rows, on inputs of zeros, and on inputs that belong to other rows.

    Returns:
        loss, zeroed, shuffled and accuracy, zeroed_accuracy, shuffled_accuracy (accuracies when it classifies);
        change: root mean square difference of outputs between own and foreign inputs, relative to their size;
        constant: the outputs do not change at all;
        unused: indices of the inputs (of several) that alone make no difference to the outputs;
        useless: neither zeroed nor foreign inputs make the loss or the accuracy worse;
        ignored: useless, and the outputs hardly depend on the inputs (a model that has not learned yet depends on
        them, to no use).
    """
    machine, batch = case.machine, case.all()
    if case.rows < 8:
        raise Skipped(f"only {case.rows} rows are held")
    other = case.generator("zero_input").permutation(case.order)
    foreign = case.take(other, labels=case.order)
    numbers = [machine.array(leaf).dtype.kind in "fiub" for leaf in leaves(batch.x)]
    zeros = batch._replace(x=mapped(lambda leaf: leaf * 0, batch.x)) if all(numbers) else None
    loss, outputs = machine.outputs(case.current, batch)
    result: dict[str, Any] = {"loss": loss}
    accuracy = case.accuracy(batch, outputs)
    if accuracy is not None:
        result["accuracy"] = accuracy
    worse: list[bool] = []
    for name, changed in (("zeroed", zeros), ("shuffled", foreign)):
        if changed is None:
            continue
        result[name], there = machine.outputs(case.current, changed)
        if accuracy is not None:
            result[f"{name}_accuracy"] = case.accuracy(changed, there) or 0.0
        if case.subject.compute_loss is not None:
            worse.append(_worse(result, name, case.rows))
        if name == "shuffled":
            result["change"] = difference(outputs, there)
    result["constant"] = result["change"] < CONSTANT
    inputs = len(leaves(batch.x))
    if inputs > 1:
        result["unused"] = [i for i in range(inputs) if _one(case, batch, foreign, i, outputs) < CONSTANT]
    if case.subject.compute_loss is not None:
        result["useless"] = not any(worse)
    result["ignored"] = result.get("useless", True) and result["change"] < DEAF
    return result


def _worse(result: dict[str, Any], name: str, rows: int) -> bool:
    """The loss or the accuracy is clearly worse than on the right inputs."""
    loss, changed = result["loss"], result[name]
    if not math.isfinite(loss):
        raise Skipped("the loss of the trained model is not finite")
    worse = not changed <= loss + SAME * abs(loss)
    if "accuracy" in result:
        error = math.sqrt(max(result["accuracy"] * (1 - result["accuracy"]), 1 / rows) / rows)
        worse = worse or result["accuracy"] - result[f"{name}_accuracy"] > 2 * error
    return worse


def _one(case: Case, batch: Batch, foreign: Batch, index: int, outputs: Any) -> float:
    """How much the outputs change when one input comes from other rows."""
    flat = leaves(batch.x)
    flat[index] = leaves(foreign.x)[index]
    _, there = case.machine.outputs(case.current, batch._replace(x=rebuilt(batch.x, iter(flat))))
    return difference(outputs, there)


def difference(one: Any, other: Any) -> float:
    """Root mean square difference of two sets of outputs relative to the root mean square of the first."""
    pairs = [(np.asarray(a, float), np.asarray(b, float)) for a, b in zip(leaves(one), leaves(other))]
    size = math.sqrt(sum(float((a**2).mean()) for a, _ in pairs))
    return math.sqrt(sum(float(((a - b) ** 2).mean()) for a, b in pairs)) / max(size, 1e-12)
