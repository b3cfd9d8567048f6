"""The observation exploding-gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from default_lint.features.base import median, real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import (
    Blame,
    Reading,
    advice,
    after,
    doublings,
    large_input,
    model_series,
    odd_initializer,
    steep_rate,
    weighted,
)
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import plain, short


class ExplodingGradient(Observation):
    """The gradient grew without end, jumped far above its usual size, or is not finite.

    ## Why it matters
    A step along a huge gradient throws the weights out of the region where the loss was measured. The next gradient is
    larger still, until the numbers overflow.

    ## What is measured
    The norm of the gradient of all weights on the held batch after each epoch: above 1000 times its median, doubled in
    each of three epochs on end, or not finite.

    ## Likely causes
    1. The learning rate.
    2. An input or a target far from unit scale.
    3. Initial weights that are too large, or a long recurrent network.

    ## What to do
    Lower the learning rate; scale inputs and targets; `clipnorm=1.0` in the optimizer holds single jumps.

    ## Known limits
    Silent while the run learns, unless numbers are not finite. An input that is not finite itself has a finding of its
    own.

    ## References
    - Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013
    - [Optimizers](https://keras.io/api/optimizers/)
    """

    name = "exploding-gradient"
    code = "WEI155"
    family = "weights"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Not finite, else a jump, else growth."""
        broken = [
            Reading(epoch.number, count)
            for epoch in sight.model.epochs
            if (count := real(epoch.measures.get("nonfinite_gradients"))) is not None and count >= 1
        ]
        rows = model_series(sight, "gradient_norm")
        if broken:
            entries = "entries of the gradient were" if broken[0].value > 1 else "entry of the gradient was"
            text = f"{broken[0].value:.0f} {entries} not finite {after(broken[0].epoch)}"
            yield self._exploded(sight, text, "nonfinite_gradients", broken[0], rows)
            return
        if sight.health.learns or sight.health.state == "unknown":
            return
        jump, growth = _jump(rows), _growth(rows)
        if jump is not None:
            high, usual = jump
            times = f"{short(high.value / usual)} times its median"
            text = f"the gradient reached {short(high.value)} {after(high.epoch)}, {times}"
            yield self._exploded(sight, text, "gradient_norm", high, rows)
        elif growth is not None:
            begin, end = growth
            text = (
                f"the gradient grew from {short(begin.value)} to {short(end.value)} in {end.epoch - begin.epoch} epochs"
            )
            yield self._exploded(sight, text, "gradient_norm", end, rows)

    def _exploded(self, sight: Sight, text: str, measure: str, reading: Reading, rows: Sequence[Reading]) -> Seen:
        blame = _blame(sight)
        unclean = any(real(sight.x.get(name)) for name in ("nan", "inf"))
        weight = 0.75 if sight.health.fails else 0.4
        if unclean:
            weight = 0.2
        shown = ", ".join(short(row.value) for row in rows[-5:])
        return self.seen(
            blame.place,
            text,
            weight=weight,
            cause=blame.cause,
            measure=measure,
            value=reading.value,
            epochs=[reading.epoch],
            notes=[*([f"norm of the gradient by epoch: {shown}"] if rows else []), blame.why, _advice(sight, blame)],
            severity=Severity.WARNING if sight.health.fails and not unclean else Severity.INFO,
            symptom=blame.cause == "learning_rate" and "likely" in blame.why,
        )


def _jump(rows: Sequence[Reading]) -> tuple[Reading, float] | None:
    """The highest number and the median, when it is far above."""
    middle = median([row.value for row in rows])
    if not middle or middle <= 0 or len(rows) < 3:
        return None
    high = max(rows, key=lambda row: row.value)
    return (high, middle) if high.value > LIMITS["exploding_jump"] * middle else None


def _growth(rows: Sequence[Reading]) -> tuple[Reading, Reading] | None:
    """The first and last of the epochs on end in which the number at least doubled, when there are enough."""
    found = list(doublings(rows, int(LIMITS["growth_epochs"])))
    return (found[-1][0], found[-1][-1]) if found else None


def _blame(sight: Sight) -> Blame:
    scale = large_input(sight)
    if scale is not None:
        return scale
    rate = steep_rate(sight)
    if rate is not None:
        return rate
    for layer in weighted(sight):
        name = odd_initializer(sight, layer)
        if name and name != "bias_initializer":
            place = sight.places.layer(layer.index, name)
            return Blame(place, "initializer", f"`{name}` gives the weights a scale of its own")
    number = real(sight.model.optimizer.get("learning_rate"))
    shown = f" ({plain(number)})" if number is not None and math.isfinite(number) else ""
    why = f"likely causes: the learning rate{shown}, targets of large scale, large initial weights"
    return Blame(sight.places.learning_rate(), "learning_rate", why)


def _advice(sight: Sight, blame: Blame) -> str:
    clip = ", and clipnorm=1.0 against single jumps" if blame.cause == "learning_rate" else ""
    return advice(sight, blame, 'try: the default `kernel_initializer="glorot_uniform"`') + clip
