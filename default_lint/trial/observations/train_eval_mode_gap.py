"""The observation train-eval-mode-gap."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, plain, quoted, short
from default_lint.trial.trace import LayerTrace

_USUAL_MOMENTUM = 0.99


class TrainEvalModeGap(Observation):
    """The same model on the same batch has quite another loss in training mode than in inference mode.

    ## Why it matters
    Dropout and BatchNormalization behave differently in the two modes. When they differ much, what was trained is not
    what predicts: the training loss says little about the validation loss, or the noise drowns what could be learned.

    ## What is measured
    After training, the loss on the held batch in both modes, and once more without noise but with the statistics of the
    batch, which tells dropout and BatchNormalization apart. Then the logged accuracies: near the loss of no skill
    a loss hardly shows a gap.

    ## Likely causes
    1. BatchNormalization whose momentum is so near 1 that its statistics never reach those of the data.
    2. Batches too small for BatchNormalization.
    3. A dropout rate that removes most of a layer.

    ## What to do
    `momentum=0.9` or 0.99 and more steps; batches of 16 or more; a dropout rate of 0.2 to 0.5.

    ## Known limits
    Dropout makes the training loss larger by right. So it counts only when the run does not learn, or when the rate is
    high and the loss with it stays near that of no skill; a gap between two small losses does not count at all.

    ## References
    - Ioffe and Szegedy, "Batch Normalization", 2015
    - Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014
    - [BatchNormalization layer](https://keras.io/api/layers/normalization_layers/batch_normalization/)
    """

    name = "train-eval-mode-gap"
    code = "TRN269"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The own test when it shows something, else the logs."""
        if sight.health.state == "unknown":
            return
        result = sight.test("mode_gap")
        train, evaluated, calm = (real(result.get(name)) for name in ("train", "eval", "calm"))
        if train is None or evaluated is None:
            yield from self._of_logs(sight)
            return
        worse_eval = evaluated > (train if calm is None else calm)
        statistics = _gap(sight, evaluated, train if calm is None else calm)
        noise = _gap(sight, evaluated if calm is None else calm, train)
        layer = _normalizing(sight)
        if layer is not None and worse_eval and statistics > LIMITS["mode_gap"] and statistics >= noise:
            yield self._batch_normalization(sight, layer, evaluated, train if calm is None else calm)
            return
        layer = _dropping(sight)
        if layer is not None and noise > LIMITS["mode_gap"] and train > (evaluated if calm is None else calm):
            yield from self._dropout(sight, layer, train, evaluated)
        else:
            yield from self._of_logs(sight)

    def _batch_normalization(self, sight: Sight, layer: LayerTrace, evaluated: float, train: float) -> Seen:
        momentum, steps = real(layer.settings.get("momentum")), sight.health.steps
        batch = real(sight.model.data.get("batch"))
        chance = sight.health.chance or sight.health.start
        harm = not sight.health.learns or (math.isfinite(chance) and evaluated > LIMITS["mode_harm"] * chance)
        place, cause = sight.places.layer(layer.index, "momentum"), "batchnorm"
        notes = [f"loss on the same batch: {short(train)} in training mode, {short(evaluated)} in inference mode"]
        advice = "try: more epochs, or `momentum=0.9`"
        slow = momentum is not None and 0 <= momentum <= 1
        if slow and momentum is not None:
            seen = 1 - momentum**steps
            notes.append(
                f"with momentum {plain(momentum)}, {steps} steps make {percent(seen)} of the moving statistics"
            )
            slow = momentum > _USUAL_MOMENTUM
            harm = harm and (slow or seen > LIMITS["statistics_seen"])
        if not slow and batch is not None and batch < LIMITS["batch_norm_rows"]:
            place, cause, advice = sight.places.batch_size(), "batch_size", "try: batch_size=32"
            notes.append(f"a batch of {batch:.0f} gives poor statistics")
        flag = sight.found("training-argument-missing")
        if flag is not None:
            place, cause, advice = place._replace(span=flag.span), "training_flag", "try: hand `training` to the layers"
        return self.seen(
            place,
            f"the loss was {short(evaluated)} at inference and {short(train)} in training, on one batch",
            weight=0.85 if harm and slow else 0.6 if harm else 0.2,
            cause=cause,
            measure="mode_gap",
            value=evaluated / train if train > 0 else evaluated,
            notes=[*notes, advice],
            severity=Severity.WARNING if harm else Severity.INFO,
        )

    def _dropout(self, sight: Sight, layer: LayerTrace, train: float, evaluated: float) -> Iterator[Seen]:
        rate = real(layer.settings.get("rate")) or 0.0
        high = rate >= LIMITS["dropout_high"]
        if sight.health.learns and not high:
            return
        harm = high and _drowned(sight, train)
        yield self.seen(
            sight.places.layer(layer.index, "rate"),
            f"{quoted(layer)} dropped {percent(rate)}; loss {short(train)} with it, {short(evaluated)} without",
            weight=0.8 if harm else 0.2 if sight.health.learns else 0.35,
            cause="dropout",
            measure="mode_gap",
            value=train / evaluated if evaluated > 0 else train,
            notes=[
                f"loss on the same batch: {short(train)} in training mode, {short(evaluated)} in inference mode",
                "`rate` is the share that is dropped, not the share that is kept",
                "try: a rate of 0.2 to 0.5",
            ],
            severity=Severity.WARNING if harm else Severity.INFO,
        )

    def _of_logs(self, sight: Sight) -> Iterator[Seen]:
        """Accuracies far apart where a layer with an extreme setting explains it."""
        train, validation = sight.health.accuracy, sight.health.validation
        if train is None or validation is None:
            return
        dropping, normalizing = _dropping(sight), _normalizing(sight)
        text = f"accuracy: {percent(train)} in training, {percent(validation)} at validation"
        if dropping is not None and validation - train > LIMITS["mode_accuracy"]:
            rate = real(dropping.settings.get("rate")) or 0.0
            harm = _drowned(sight, sight.health.last)
            if rate >= LIMITS["dropout_high"]:
                yield self.seen(
                    sight.places.layer(dropping.index, "rate"),
                    f"{quoted(dropping)} dropped {percent(rate)} of what it gets",
                    weight=0.65 if harm else 0.2,
                    cause="dropout",
                    measure="accuracy_gap",
                    value=train - validation,
                    notes=[text, "try: a rate of 0.2 to 0.5"],
                    severity=Severity.WARNING if harm else Severity.INFO,
                )
        momentum = real(normalizing.settings.get("momentum")) if normalizing is not None else None
        if normalizing is None or momentum is None or train - validation <= LIMITS["mode_accuracy"]:
            return
        if momentum >= LIMITS["momentum_extreme"]:
            yield self.seen(
                sight.places.layer(normalizing.index, "momentum"),
                f"{quoted(normalizing)} has momentum {plain(momentum)}: its statistics lag behind",
                weight=0.7,
                cause="batchnorm",
                measure="accuracy_gap",
                value=train - validation,
                notes=[text, "try: `momentum=0.9` or 0.99"],
            )


def _drowned(sight: Sight, train: float) -> bool:
    """Whether nearly all of what can be learned goes under in the noise: the loss stays near that of no skill."""
    chance = sight.health.chance or sight.health.start
    return not sight.health.learns or (math.isfinite(chance) and train > LIMITS["mode_harm"] * chance)


def _gap(sight: Sight, one: float, two: float) -> float:
    """How much larger one loss is than the other, relative to the smaller, or to a part of the loss of no skill."""
    base = sight.health.chance or sight.health.start
    floor = LIMITS["mode_floor"] * base if math.isfinite(base) and base > 0 else 0.0
    return abs(one - two) / max(min(abs(one), abs(two)), floor, 1e-12)


def _normalizing(sight: Sight) -> LayerTrace | None:
    """The BatchNormalization whose momentum is the highest."""
    rows = [layer for layer in sight.model.layers if layer.kind == "BatchNormalization"]
    return max(rows, key=lambda layer: real(layer.settings.get("momentum")) or 0.0, default=None)


def _dropping(sight: Sight) -> LayerTrace | None:
    """The dropout layer with the highest rate."""
    rows = [layer for layer in sight.model.layers if "Dropout" in layer.kind]
    return max(rows, key=lambda layer: real(layer.settings.get("rate")) or 0.0, default=None)
