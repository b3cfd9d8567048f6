"""Features of the curves: loss, accuracy and validation, epoch by epoch and over the run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import accumulate, pairwise

from default_lint.features.base import (
    Run,
    change,
    correlation,
    decades,
    deviation,
    flag,
    known,
    mean,
    median,
    minus,
    number,
    ratio,
    slope,
)
from default_lint.features.dynamic_baseline import constant_loss, majority

ROOM = 1e-12  # differences below this share of the loss are rounding, not a turn


def loss(run: Run, epoch: int) -> float | None:
    """The logged training loss; the mean of the batches where none was logged."""
    logged = run.log(epoch, "loss")
    record = run.at(epoch)
    if logged is not None or record is None or "loss" in record.logs:
        return logged
    return mean(record.losses) if all(map(math.isfinite, record.losses)) else None


def val_loss(run: Run, epoch: int) -> float | None:
    """The logged validation loss."""
    return run.log(epoch, "val_loss")


def held_loss(run: Run, epoch: int) -> float | None:
    """The loss on the held batch, in inference mode."""
    return run.measure(epoch, "held_loss")


def accuracy_name(logs: Mapping[str, float]) -> str | None:
    """Under which name training accuracy was logged; top-k accuracies do not count."""
    names = (name for name in logs if not name.startswith("val_") and "top_k" not in name)
    return next((name for name in names if name == "acc" or name.endswith(("accuracy", "_acc"))), None)


def accuracy(run: Run, epoch: int, prefix: str = "") -> float | None:
    """The logged accuracy of a model whose targets are not real numbers."""
    record = run.at(epoch)
    if record is None or any(facts.get("form") == "real" for facts in run.targets):
        return None
    name = accuracy_name(record.logs)
    return None if name is None else run.log(epoch, prefix + name)


def val_accuracy(run: Run, epoch: int) -> float | None:
    """The logged validation accuracy."""
    return accuracy(run, epoch, "val_")


def held_accuracy(run: Run, epoch: int) -> float | None:
    """The accuracy on the held batch."""
    return run.measure(epoch, "held_accuracy")


Curve = Callable[[Run, int], float | None]


def first_loss(run: Run) -> float | None:
    """The loss of the very first batch, else of the first epoch."""
    if not run.epochs:
        return None
    losses = run.epochs[0].losses
    return losses[0] if losses and math.isfinite(losses[0]) else loss(run, 0)


def to_start(run: Run, epoch: int) -> float | None:
    """Loss over that of the first batch."""
    return ratio(loss(run, epoch), first_loss(run))


def held_to_start(run: Run, epoch: int) -> float | None:
    """Held loss over that before training."""
    return ratio(held_loss(run, epoch), held_loss(run, -1))


def lower(one: float | None, two: float | None) -> float | None:
    """The smaller of the known ones."""
    return min(known((one, two)), default=None)


def to_best(curve: Curve) -> Curve:
    """A curve over its lowest point so far; None once it was not positive."""

    def value(run: Run, epoch: int) -> float | None:
        if epoch < 0:
            return None
        lowest = run.keep(("lowest", curve), lambda: tuple(accumulate(run.curve(curve), lower)))
        return ratio(curve(run, epoch), lowest[epoch])

    return value


def step(curve: Curve) -> Curve:
    """The change against the real previous epoch, relative to the larger of both."""
    return lambda run, epoch: None if epoch < 1 else change(curve(run, epoch), curve(run, epoch - 1))


def difference(curve: Curve) -> Curve:
    """The signed difference to the real previous epoch."""
    return lambda run, epoch: None if epoch < 1 else minus(curve(run, epoch), curve(run, epoch - 1))


def rose(curve: Curve) -> Curve:
    """1 if the curve is above the previous epoch."""
    return lambda run, epoch: flag(step(curve)(run, epoch), lambda value: value > ROOM)


def fell(curve: Curve) -> Curve:
    """1 if the curve is below the previous epoch."""
    return lambda run, epoch: flag(step(curve)(run, epoch), lambda value: value < -ROOM)


def turn(before: float, at: float, after: float) -> float:
    """How far a curve turns back at a point: the smaller difference over the largest value, else 0."""
    one, two = change(at, before), change(after, at)
    size = max(abs(before), abs(at), abs(after))
    if one is None or two is None or not (min(one, two) < -ROOM and max(one, two) > ROOM):
        return 0.0
    return min(abs(at / size - before / size), abs(after / size - at / size))


def loss_turn(run: Run, epoch: int) -> float | None:
    """How far the loss turned back at the previous epoch."""
    if epoch < 2:
        return None
    before, at, after = (loss(run, epoch - back) for back in (2, 1, 0))
    return None if before is None or at is None or after is None else turn(before, at, after)


def turns(values: list[float]) -> float | None:
    """Share of the inner points at which a series turns back."""
    inner = [float(turn(*values[index - 1 : index + 2]) > 0) for index in range(1, len(values) - 1)]
    return mean(inner)


def amplitude(values: list[float]) -> float | None:
    """Mean size of the differences over the mean size of the values."""
    steps = [abs(after - before) for before, after in pairwise(values)]
    return ratio(mean(steps), mean([abs(value) for value in values]))


def losses(run: Run) -> list[float]:
    """The known losses of all epochs."""
    return known(run.curve(loss))


def batches(run: Run, epoch: int) -> list[float] | None:
    """The losses of the batches of an epoch; None below four or when one is not finite."""
    record = run.at(epoch)
    if record is None or len(record.losses) < 4 or not all(map(math.isfinite, record.losses)):
        return None
    return list(record.losses)


def batch_turns(run: Run, epoch: int) -> float | None:
    """Share of the batches at which the loss turns back."""
    values = batches(run, epoch)
    return None if values is None else turns(values)


def batch_amplitude(run: Run, epoch: int) -> float | None:
    """Standard deviation of the batch losses around their straight line, over their mean size."""
    values = batches(run, epoch)
    if values is None:
        return None
    tilt = slope(list(enumerate(values)))
    if tilt is None:
        return None
    flat = [value - tilt * index for index, value in enumerate(values)]
    return ratio(deviation(flat), mean([abs(value) for value in values]))


def batch_trend(run: Run, epoch: int) -> float | None:
    """Change from the mean of the first quarter of the batches to that of the last."""
    values = batches(run, epoch)
    if values is None:
        return None
    quarter = len(values) // 4
    return change(mean(values[-quarter:]), mean(values[:quarter]))


def batch_spike(run: Run, epoch: int) -> float | None:
    """The largest batch loss against the median one, in decades."""
    values = batches(run, epoch)
    return None if values is None else decades(max(values), median(values))


def to_constant(curve: Curve, weighted: bool = False) -> Curve:
    """A loss, less its penalties, over that of the best constant prediction."""

    def value(run: Run, epoch: int) -> float | None:
        penalty = run.measure(epoch, "regularization") or 0.0
        return ratio(minus(curve(run, epoch), penalty), constant_loss(run, weighted))

    return value


def metric(run: Run) -> str:
    """The name of the accuracy, "" without one."""
    return (accuracy_name(run.epochs[0].logs) if run.epochs else None) or ""


def skill(curve: Curve, validation: bool = False) -> Curve:
    """(accuracy - majority) / (1 - majority): 0 for the commonest label, 1 for all right."""

    def value(run: Run, epoch: int) -> float | None:
        base = majority(run, metric(run), validation)
        return None if base is None else ratio(minus(curve(run, epoch), base), 1.0 - base)

    return value


def seen(run: Run, validation: bool) -> float | None:
    """Number of rows behind a logged accuracy."""
    rows = number(run.model.data, "samples")
    if validation:
        part = number(run.model.asked, "validation_split")
        split = rows * part / (1 - part) if rows is not None and part is not None and 0 < part < 1 else None
        stated = number(run.model.data, "val_samples")
        return split if stated is None else stated
    if rows is not None:
        return rows
    batch = number(run.model.data, "batch")
    return None if batch is None or not run.epochs else batch * run.epochs[0].steps


def standard_errors(curve: Curve, validation: bool = False) -> Curve:
    """(accuracy - majority) in standard errors of the majority's share at this number of rows."""

    def value(run: Run, epoch: int) -> float | None:
        base, rows = majority(run, metric(run), validation), seen(run, validation)
        if base is None or rows is None or rows <= 0 or not 0 < base < 1:
            return None
        return ratio(minus(curve(run, epoch), base), math.sqrt(base * (1 - base) / rows))

    return value


def broken(run: Run, epoch: int) -> float | None:
    """1 if a batch loss, or the logged loss, was not finite."""
    record = run.at(epoch)
    if record is None:
        return None
    logged = record.logs.get("loss", 0.0)
    return float(record.broken is not None or not math.isfinite(logged))


def broken_batch(run: Run) -> float | None:
    """The number, over all epochs, of the first batch whose loss was not finite."""
    passed = 0
    for record in run.model.epochs:
        if record.broken is not None:
            return float(passed + record.broken)
        passed += record.steps
    return None


def ever_broken(run: Run) -> float | None:
    """1 if the loss was not finite in any batch, of unfinished epochs too."""
    every = run.model.epochs
    return (
        float(any(r.broken is not None or not math.isfinite(r.logs.get("loss", 0.0)) for r in every)) if every else None
    )


def agreement(run: Run) -> float | None:
    """Correlation of loss and accuracy over the epochs."""
    pairs = [(loss(run, epoch), accuracy(run, epoch)) for epoch in range(len(run.epochs))]
    both = [(one, two) for one, two in pairs if one is not None and two is not None]
    return correlation([one for one, _ in both], [two for _, two in both])


def best_epoch(curve: Curve) -> Callable[[Run], float | None]:
    """Where in the run a curve was lowest: 0 the first epoch, 1 the last."""

    def value(run: Run) -> float | None:
        count = len(run.epochs)
        points = [(found, epoch) for epoch in range(count) if (found := curve(run, epoch)) is not None]
        return None if count < 2 or not points else min(points)[1] / (count - 1)

    return value


def drop(run: Run) -> float | None:
    """How much of the first batch's loss the run lost."""
    there = losses(run)
    return None if not there else change(there[-1], first_loss(run))


def initial(run: Run) -> float | None:
    """Loss before training, less the penalties, over that of the best constant prediction, in decades."""
    before = held_loss(run, -1)
    penalty = run.measure(-1, "regularization") or 0.0
    start = minus(before, penalty)
    return decades(start if start is not None else first_loss(run), constant_loss(run, True))


def regularization_share(run: Run, epoch: int) -> float | None:
    """Penalties over the logged loss, which holds them."""
    return ratio(run.measure(epoch, "regularization"), loss(run, epoch))


def points_apart(run: Run, epoch: int) -> float | None:
    """Training less validation accuracy."""
    return minus(accuracy(run, epoch), val_accuracy(run, epoch))


def val_ratio(run: Run, epoch: int) -> float | None:
    """Validation loss over training loss; where class weights changed the latter, both over their constant losses."""
    asked = run.model.asked
    if not asked.get("class_weight") and not asked.get("sample_weight"):
        return ratio(val_loss(run, epoch), loss(run, epoch))
    return ratio(to_constant(val_loss)(run, epoch), to_constant(loss, True)(run, epoch))


def wait(run: Run, epoch: int) -> float | None:
    """Share of the time spent waiting for data."""
    return run.measure(epoch, "wait")


def seconds(run: Run, epoch: int) -> float | None:
    """Duration of an epoch."""
    record = run.at(epoch)
    return None if record is None else record.seconds


def learning_rate(run: Run, epoch: int) -> float | None:
    """The learning rate, as it was; nothing here changes it."""
    record = run.at(epoch)
    return None if record is None else record.learning_rate
