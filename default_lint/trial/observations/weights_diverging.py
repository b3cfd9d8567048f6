"""The observation weights-diverging."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import (
    Blame,
    Reading,
    advice,
    after,
    at_start,
    doublings,
    large_input,
    series,
    steep_rate,
    weighted,
)
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import quoted, short
from default_lint.trial.trace import LayerTrace


class WeightsDiverging(Observation):
    """The weights grew without end, or are not finite.

    ## Why it matters
    Weights that double with each epoch run away from any solution. Once a weight is NaN or infinite, all predictions
    are, and no later step can repair it.

    ## What is measured
    The norm of the weights of each layer after each epoch: doubled in each of two epochs on end, ten times that before
    training while the run fails, or not finite.

    ## Likely causes
    1. The learning rate.
    2. An input far from unit scale, or one that is not finite.
    3. A loss that is not bounded below for these labels.

    ## What to do
    Lower the learning rate; scale the input; look at the loss when its value is negative and falling.

    ## Known limits
    Silent about growth while the run learns: weights grow by right from a small start.

    ## References
    - Goodfellow, Bengio and Courville, "Deep Learning", chapter 8, 2016
    """

    name = "weights-diverging"
    code = "WEI213"
    family = "weights"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Weights that are not finite, else the layer that grew most."""
        for epoch in sight.model.epochs:
            count = real(epoch.measures.get("nonfinite_weights"))
            if count is not None and count >= 1:
                yield self._broken(sight, Reading(epoch.number, count))
                return
        if sight.health.learns or sight.health.state == "unknown":
            return
        grown = [(factor, layer, rows) for layer in weighted(sight) for factor, rows in _growths(sight, layer)]
        if not grown:
            return
        factor, layer, rows = max(grown, key=lambda row: row[0])
        blame = _blame(sight)
        yield self.seen(
            blame.place,
            f"the weights of {quoted(layer)} grew {short(factor)}-fold in {_span(rows)}",
            weight=0.75 if sight.health.fails else 0.4,
            cause=blame.cause,
            measure="weight_norm",
            value=factor,
            epochs=[row.epoch for row in rows],
            notes=[f"norm of its weights: {_numbers(rows)}", blame.why, advice(sight, blame)],
            severity=Severity.WARNING if sight.health.fails else Severity.INFO,
        )

    def _broken(self, sight: Sight, reading: Reading) -> Seen:
        blame = _blame(sight)
        unclean = any(real(sight.x.get(name)) for name in ("nan", "inf"))
        return self.seen(
            blame.place,
            f"{reading.value:.0f} weight{'s were' if reading.value > 1 else ' was'} not finite {after(reading.epoch)}",
            weight=0.3 if unclean else 0.7,
            cause=blame.cause,
            measure="nonfinite_weights",
            value=reading.value,
            epochs=[reading.epoch],
            notes=[
                *(["x holds numbers that are not finite: they spread to the weights"] if unclean else []),
                blame.why,
                advice(sight, blame),
            ],
            severity=Severity.WARNING,
            symptom=True,
        )


def _growths(sight: Sight, layer: LayerTrace) -> Iterator[tuple[float, list[Reading]]]:
    """How many times a layer's weights grew, and over which epochs, where that is too much."""
    rows = series(sight, layer.index, "weight_norm")
    start = at_start(sight, layer.index, "weight_norm")
    if start is not None:
        rows = [Reading(-1, start), *rows]
    rows = [row for row in rows if row.value > LIMITS["weights_nothing"]]
    if len(rows) > 1 and sight.health.fails and rows[-1].value >= LIMITS["weights_grown"] * rows[0].value:
        yield rows[-1].value / rows[0].value, [rows[0], rows[-1]]
    for part in doublings(rows, int(LIMITS["weights_epochs"])):
        yield part[-1].value / part[0].value, list(part)


def _span(rows: list[Reading]) -> str:
    count = rows[-1].epoch - rows[0].epoch
    return "1 epoch" if count == 1 else f"{count} epochs"


def _numbers(rows: list[Reading]) -> str:
    return ", ".join(f"{short(row.value)} {after(row.epoch)}" for row in rows)


def _blame(sight: Sight) -> Blame:
    rate = steep_rate(sight)
    if rate is not None:
        return rate
    scale = large_input(sight)
    if scale is not None:
        return scale
    return Blame(sight.places.learning_rate(), "learning_rate", "likely causes: the learning rate, the scale of x or y")
