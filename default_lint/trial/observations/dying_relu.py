"""The observation dying-relu."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import (
    Blame,
    Reading,
    advice,
    after,
    at_start,
    counted,
    large_input,
    last,
    odd_initializer,
    series,
    steep_rate,
)
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, quoted
from default_lint.trial.trace import LayerTrace


class DyingRelu(Observation):
    """Units of a ReLU layer are 0 on every example that was looked at.

    ## Why it matters
    A unit whose input is negative on all examples gives 0 and passes no gradient: it never learns again. When most of a
    layer is dead, little of the input gets through, and the layers before it stop learning too.

    ## What is measured
    Per unit, whether its output is 0 on the whole held batch and at every position, before training and after each
    epoch. A single 0 is no sign: a ReLU is meant to give many.

    ## Likely causes
    1. Dead from the start: a bias or kernel initializer that makes all inputs negative, or an input of large scale.
    2. Died while training: a learning rate so high that one step threw the units below 0.
    3. An earlier layer that is dead or constant.

    ## What to do
    Drop the initializer or scale the input when the units were dead from the start; lower the learning rate when they
    died later. `kernel_initializer="he_normal"` or a leaky activation make it less likely.

    ## Known limits
    The held batch is a sample: a rare unit may answer to examples outside of it. Silent about a run that learns unless
    nearly the whole layer is dead, and only for information then.

    ## References
    - Lu et al., "Dying ReLU and Initialization: Theory and Numerical Examples", 2020
    - [Layer activation functions](https://keras.io/api/layers/activations/)
    """

    name = "dying-relu"
    code = "ACT114"
    family = "activation"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at each layer that has a share of dead units; the first that is dead explains those after it."""
        if sight.health.state == "unknown":
            return
        before = False
        for layer in sight.model.layers:
            dead = last(sight, layer.index, "activation_dead")
            if dead is None or dead.value < LIMITS["dead_some"]:
                continue
            most = dead.value >= LIMITS["dead_most"]
            if most or not sight.health.learns:
                yield self._dead(sight, layer, dead, before)
            before = before or most

    def _dead(self, sight: Sight, layer: LayerTrace, dead: Reading, before: bool) -> Seen:
        most = dead.value >= LIMITS["dead_most"]
        failing = sight.health.fails or (most and not sight.health.learns)
        blame = _blame(sight, layer, dead.value)
        weight = 0.9 if dead.value >= 1 else 0.8 if most else 0.4
        if not sight.health.fails:
            weight *= 0.3 if sight.health.learns else 0.8
        rows = sight.model.epochs[-1].measures.get("measured_samples")
        examples = f" on all {rows:.0f} examples" if rows and rows == rows and rows > 1 else ""
        notes = [_history(sight, layer)]
        if before:
            notes.append("an earlier layer is dead as well: what comes in hardly varies")
        return self.seen(
            blame.place,
            f"{counted(dead.value, layer)} of {quoted(layer)} were 0{examples} {after(dead.epoch)}",
            weight=weight * (0.5 if before else 1.0),
            cause=blame.cause,
            measure="activation_dead",
            value=dead.value,
            epochs=[dead.epoch],
            notes=[*notes, blame.why, _advice(sight, blame)],
            severity=Severity.WARNING if failing and not before else Severity.INFO,
            # A run that broke down kills units on its way; that does not tell why it broke down.
            symptom=blame.cause == "dead_units" and sight.health.state == "broken",
        )


def _early(sight: Sight, layer: LayerTrace) -> Reading | None:
    start = at_start(sight, layer.index, "activation_dead")
    if start is not None:
        return Reading(-1, start)
    rows = series(sight, layer.index, "activation_dead")
    return rows[0] if len(rows) > 1 else None


def _history(sight: Sight, layer: LayerTrace) -> str:
    early = _early(sight, layer)
    rows = series(sight, layer.index, "activation_dead")
    middle = [] if len(rows) < 3 else [rows[len(rows) // 2]]
    shown = dict.fromkeys([*([early] if early is not None else []), *middle, rows[-1]])
    return "dead: " + ", ".join(f"{percent(row.value)} {after(row.epoch)}" for row in shown)


def _blame(sight: Sight, layer: LayerTrace, dead: float) -> Blame:
    """The initializer or the input for units that never lived, the learning rate for those that died."""
    early = _early(sight, layer)
    here = sight.places.layer(layer.index)
    if early is not None and early.value >= LIMITS["dead_from_start"] * dead:
        name = odd_initializer(sight, layer)
        if name:
            place = sight.places.layer(layer.index, name)
            return Blame(place, "initializer", f"dead from the start: `{name}` likely keeps the inputs below 0")
        scale = large_input(sight, layer)
        if scale is not None:
            return scale
        return Blame(here, "dead_units", "dead from the start: look at what comes in and at the initial weights")
    scale = large_input(sight, layer)
    rate = steep_rate(sight)
    if early is not None and rate is not None:
        return rate._replace(why=f"the units died while training; {rate.why}")
    if scale is not None and sight.health.fails:
        return scale
    why = "when they died was not measured: a high learning rate, or the initial weights"
    if early is not None:
        why = "the units died while training: the learning rate is the likeliest cause"
    return Blame(here, "dead_units", why)


def _advice(sight: Sight, blame: Blame) -> str:
    if blame.cause == "initializer":
        return 'try: the default `bias_initializer="zeros"` with `kernel_initializer="he_normal"`'
    otherwise = 'try: a tenth of the learning rate, `kernel_initializer="he_normal"`, or `activation="leaky_relu"`'
    return advice(sight, blame, otherwise)
