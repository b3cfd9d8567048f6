"""The observation update-ratio-off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from default_lint.features.base import median, real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import model_series, update_ratios, usual_rate
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import plain, short, text_of

_AIM = -3.0  # log10 of a good step over the weights


class UpdateRatioOff(Observation):
    """One step of the optimizer changes the weights of most layers far too little, or far too much.

    ## Why it matters
    A step of about a thousandth of the weights' size lets a network learn. A millionth of it leads nowhere within any
    usual number of epochs; a step as large as the weights themselves throws away what was learned.

    ## What is measured
    For each layer the norm of the change that one real step makes, over the norm of its weights, as a power of ten. Off
    is what lies outside of 1e-4 to 1e-1 in most layers.

    ## Likely causes
    1. The learning rate.
    2. A schedule that decays within a few steps.
    3. Clipping far below the size of the gradients.

    ## What to do
    Multiply or divide the learning rate by ten until the ratio is near 1e-3; lengthen the schedule; raise the clipping.

    ## Known limits
    Silent while the run learns. Layers without a gradient do not count: their trouble is another. A run near its best
    point makes small steps by right, so small steps count only if they were small in the first epoch, or if the rate
    fell a hundredfold.

    ## References
    - Smith, "Cyclical Learning Rates for Training Neural Networks", 2017
    - [Optimizers](https://keras.io/api/optimizers/)
    """

    name = "update-ratio-off"
    code = "OPT152"
    family = "optimization"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Judge the first epoch and the last one, by the share of layers that are off."""
        if sight.health.state in ("unknown", "learns"):
            return
        ratios = list(update_ratios(sight).values())
        first, final = [row[0] for row in ratios], [row[-1] for row in ratios]
        if not ratios:
            return
        if _most(final, lambda ratio: ratio < LIMITS["update_ratio_low"]):
            start_low = _most(first, lambda ratio: ratio < LIMITS["update_ratio_low"])
            fall = _rate_fall(sight)
            if start_low or fall >= LIMITS["rate_fall"]:
                yield self._small(sight, final, fall if not start_low or fall >= LIMITS["rate_fall"] else 1.0)
        elif _most(first, lambda ratio: ratio > LIMITS["update_ratio_high"]):
            yield self._large(sight, first)

    def _small(self, sight: Sight, ratios: Sequence[float], fall: float) -> Seen:
        middle = median(ratios) or 0.0
        place, cause, why = _slow(sight, fall)
        epochs = [sight.model.epochs[-1].number]
        return self.seen(
            place,
            f"one step changed the weights by {text_of(10**middle, 1)} of their size, usual 1e-4 to 0.1",
            weight=0.85 if sight.health.fails else 0.65,
            cause=cause,
            measure="update_ratio",
            value=middle,
            epochs=epochs,
            notes=[why, _spread(ratios), _advice(sight, cause, middle)],
            severity=Severity.WARNING,
        )

    def _large(self, sight: Sight, ratios: Sequence[float]) -> Seen:
        middle = median(ratios) or 0.0
        huge = middle > 0.0
        weight = (0.85 if huge else 0.5) * (1.0 if sight.health.fails else 0.6)
        rate = real(sight.model.optimizer.get("learning_rate"))
        why = f"learning rate {plain(rate)}" if rate is not None else "likely cause: the learning rate"
        return self.seen(
            sight.places.learning_rate(),
            f"one step changed the weights by {short(10**middle)} times their size, usual 1e-4 to 0.1",
            weight=weight,
            cause="learning_rate",
            measure="update_ratio",
            value=middle,
            epochs=[sight.model.epochs[0].number],
            notes=[why, _spread(ratios), _advice(sight, "learning_rate", middle)],
            severity=Severity.WARNING if sight.health.fails or huge else Severity.INFO,
        )


def _most(ratios: Sequence[float], off: Callable[[float], bool]) -> bool:
    return sum(map(off, ratios)) > LIMITS["update_ratio_layers"] * len(ratios)


def _spread(ratios: Sequence[float]) -> str:
    return f"over {len(ratios)} layers: {text_of(10 ** min(ratios), 1)} to {text_of(10 ** max(ratios), 1)}"


def _rate_fall(sight: Sight) -> float:
    """The highest learning rate of the run (or of its start) over the last one; 1 when it is not known."""
    rates = [real(epoch.learning_rate) for epoch in sight.model.epochs]
    seen = [rate for rate in [real(sight.model.optimizer.get("learning_rate")), *rates] if rate is not None]
    if not seen or rates[-1] is None or max(seen) <= 0:
        return 1.0
    return max(seen) / max(rates[-1], 1e-300)


def _slow(sight: Sight, fall: float) -> tuple[Place, str, str]:
    """Where small steps come from: the schedule, the clipping or the rate."""
    rate = sight.places.learning_rate()
    if fall >= LIMITS["rate_fall"]:
        return rate, "schedule", f"the learning rate fell by a factor of {text_of(fall, 1)} during the run"
    gradients = [reading.value for reading in model_series(sight, "gradient_norm")]
    for name in ("clipnorm", "global_clipnorm", "clipvalue"):
        limit = real(sight.model.optimizer.get(name))
        if limit is not None and gradients and limit * LIMITS["clipping"] < max(gradients):
            why = f"`{name}` is {plain(limit)}, the gradient had a norm of {short(max(gradients))}"
            return sight.places.optimizer(name), "clipping", why
    number = real(sight.model.optimizer.get("learning_rate"))
    why = f"learning rate {plain(number)}" if number is not None else "likely cause: the learning rate"
    return rate, "learning_rate", why


def _advice(sight: Sight, cause: str, middle: float) -> str:
    if cause == "schedule":
        known = plain(usual_rate(sight))
        return f"try: a constant learning_rate={known} first, then a schedule over all steps of the run"
    if cause == "clipping":
        return "try: clipnorm=1.0, or none"
    rate, usual = real(sight.model.optimizer.get("learning_rate")), usual_rate(sight)
    if rate is not None and rate > 0 and (usual <= rate if middle < _AIM else usual >= rate):
        usual = min(float(f"{text_of(rate * 10 ** (_AIM - middle), 1)}"), 1.0)  # the usual rate would make it worse
    return f"try: learning_rate={plain(usual)}"
