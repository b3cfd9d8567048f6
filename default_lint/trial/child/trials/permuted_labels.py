"""Do the labels have anything to do with the inputs?"""

from __future__ import annotations

import math
from typing import Any

from .case import Case, Skipped
from .machine import Batch

FEWEST_ROWS = 128
STEPS = 200
LOOK = 10
GAIN = 0.02  # of the constant output's loss


def permuted_labels(case: Case) -> dict[str, Any]:
    """Training on half of the held rows with their labels and with labels of other rows; the other half judges.

    Labels say something about inputs when a model trained on true ones does better on rows that it has not seen than
    one trained on permuted ones, and than a constant output. The best moment of each run counts, so that overfitting
    does not hide it.

    Returns:
        rows, steps, rate; true, permuted: loss on the rows that trained; true_held, permuted_held: lowest loss on
            unseen rows (true labels); constant: of the best constant output there; true_accuracy, permuted_accuracy:
            highest accuracy on unseen rows, null when it does not classify; majority: accuracy of the commonest class;
        same: the true labels are no better.
    """
    case.needs_training()
    if case.fixed is not None:
        raise Skipped("the model takes batches of one size only")
    if case.rows < FEWEST_ROWS:
        raise Skipped(f"only {case.rows} rows are held, {FEWEST_ROWS} are needed")
    rate = case.results.get("rate_sweep", {}).get("best") or case.rate()
    if not rate or rate <= 0:
        raise Skipped("no learning rate is known that learns")
    half = case.rows // 2
    fitted, unseen = case.order[:half], case.order[half:]
    wrong = case.generator("permuted_labels").permutation(fitted)
    held = case.take(unseen)
    _, outputs = case.machine.outputs(case.initial, held, "calm")
    _, constant, _ = case.chance(held, outputs)
    majority = case.majority(held, outputs)
    seconds = case.time.left() / 2
    true = _learn(case, rate, fitted, fitted, held, seconds, STEPS)
    low = min(true["start"], true["constant"]) if math.isfinite(true["constant"]) else true["start"]
    if not true["end"] < low - 5 * GAIN * abs(low):
        raise Skipped("the true labels of these rows were not learned either")
    permuted = _learn(case, rate, fitted, wrong, held, math.inf, true["steps"])
    if permuted["steps"] < true["steps"]:
        raise Skipped(f"too little time: {permuted['steps']} steps")
    names = {"end": "", "held": "_held", "accuracy": "_accuracy"}
    result: dict[str, Any] = {"rows": case.rows, "steps": true["steps"], "rate": rate, "constant": constant}
    for label, run in (("true", true), ("permuted", permuted)):
        result.update({f"{label}{suffix}": run[name] for name, suffix in names.items()})
    result["majority"] = majority
    return {**result, "same": _same(result, len(unseen))}


def _learn(case: Case, rate: float, rows: Any, labels: Any, held: Batch, seconds: float, steps: int) -> dict[str, Any]:
    """Train on `rows` with the targets of `labels`; judge on the held rows at every tenth step."""
    size = min(case.batch_size, 32)
    pairs = zip(case.cut(rows, size), case.cut(labels, size))
    batches = [case.take(some, labels=theirs) for some, theirs in pairs]
    whole = case.take(rows, labels=labels)
    trainer = case.trainer("calm")
    trainer.start(case.initial, rate)
    stop = case.time.left() - seconds
    start, outputs = case.machine.outputs(case.initial, whole, "calm")
    run: dict[str, Any] = {"start": start, "held": math.inf, "accuracy": None}
    run["constant"] = case.chance(whole, outputs)[1]
    accuracies: list[float] = []
    for step in range(1, steps + 1):
        trainer.step(batches[step % len(batches)])
        run["steps"] = step
        if step % LOOK and step != steps:
            continue
        loss, outputs = case.machine.outputs(trainer.state, held, "calm")
        run["held"] = min(run["held"], loss if math.isfinite(loss) else math.inf)
        accuracies.append(case.accuracy(held, outputs) or 0.0)
        if case.time.left() < stop or case.time.left() < 0 or not math.isfinite(loss):
            break
    run["end"], outputs = case.machine.outputs(trainer.state, whole, "calm")
    if case.accuracy(whole, outputs) is not None:
        run["accuracy"] = max(accuracies)
    return run


def _same(result: dict[str, Any], rows: int) -> bool:
    """Neither the loss nor the accuracy on unseen rows is better than with permuted labels or a constant output."""
    floor = min(result["permuted_held"], result["constant"]) if math.isfinite(result["constant"]) else math.inf
    floor = min(floor, result["permuted_held"])
    better = result["true_held"] < floor - GAIN * abs(floor)
    if result["true_accuracy"] is not None:
        rival = max(result["permuted_accuracy"], result["majority"])
        # The highest of several looks is itself a little too high, hence three standard errors.
        error = math.sqrt(max(rival * (1 - rival), 1 / rows) / rows)
        better = better or result["true_accuracy"] > rival + 3 * error
    return not better
