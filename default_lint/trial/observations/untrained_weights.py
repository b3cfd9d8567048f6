"""The observation untrained-weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.program.types import Model, Program
from default_lint.trial.observations._layers import series, size, usual_rate, weighted
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, plain, quoted
from default_lint.trial.trace import LayerTrace

_LOADED = (".load_weights", ".load_model", ".set_weights", "keras.applications.", "hub.KerasLayer")


class UntrainedWeights(Observation):
    """Weights stayed as they were: they are frozen, no gradient reaches them, or no step changes them.

    ## Why it matters
    A layer that does not learn keeps its random weights. The layers after it have to work with noise.

    ## What is measured
    Per layer, which weights are trainable, whether the loss depends on them at all (a gradient exists), and the change
    of the weights from epoch to epoch.

    ## Likely causes
    1. `trainable = False` on layers that were never trained.
    2. The layer is not on the way to the loss, or an operation without gradient lies between (argmax, round, a
       comparison, numpy).
    3. A learning rate of 0, or a custom loop that leaves these weights out of the update.

    ## What to do
    Freeze only layers with pretrained weights. Use differentiable operations. Hand all of `trainable_variables` to the
    optimizer.

    ## Known limits
    Silent about frozen layers while the rest learns well, when weights are loaded anywhere in the script, and when the
    run trains the same layers earlier or in another model (as in a GAN).

    ## References
    - [Transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/)
    """

    name = "untrained-weights"
    code = "WEI153"
    family = "weights"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """All frozen, some frozen, without a gradient, unchanged: the first of these that holds for a layer."""
        layers = [layer for layer in sight.model.layers if size(sight, layer)]
        if not layers or not sight.model.epochs:
            return
        frozen = [layer for layer in layers if layer.frozen and not _trained_elsewhere(sight, layer)]
        if len(frozen) == len(layers):
            yield self._frozen(sight, frozen, len(layers), everything=True)
            return
        if frozen and not _loads(sight) and sight.health.state != "unknown" and _falls_short(sight):
            yield self._frozen(sight, frozen, len(layers), everything=False)
        yield from self._without_gradient(sight)
        yield from self._unchanged(sight)

    def _frozen(self, sight: Sight, frozen: Sequence[LayerTrace], total: int, *, everything: bool) -> Seen:
        share = sum(size(sight, layer) for layer in frozen) / sum(size(sight, layer) for layer in sight.model.layers)
        others = ", ".join(quoted(layer) for layer in frozen[:4]) + (", ..." if len(frozen) > 4 else "")
        which = f"all {total}" if everything else f"{len(frozen)} of {total}"
        return self.seen(
            _freezing(sight, frozen[0]),
            f"{which} layers with weights were frozen: nothing in them was trained",
            weight=0.95 if everything else 0.75 if sight.health.fails else 0.6,
            cause="frozen",
            measure="frozen_weights",
            value=share,
            notes=[
                f"frozen: {others}; {percent(share)} of all weights, and no weights are loaded into them",
                "try: leave `trainable` at True for layers without pretrained weights, and compile after setting it",
            ],
            severity=Severity.ERROR if everything else Severity.WARNING,
        )

    def _without_gradient(self, sight: Sight) -> Iterator[Seen]:
        rows = {layer.index: series(sight, layer.index, "gradient_missing") for layer in weighted(sight)}
        missing = [
            layer for layer in weighted(sight) if rows[layer.index] and all(row.value >= 1 for row in rows[layer.index])
        ]
        if not missing:
            return
        everything = len(missing) == len(weighted(sight))
        layer = missing[-1]  # the one nearest to the loss: what cuts the gradient off comes after it
        names = ", ".join(quoted(other) for other in missing[:4])
        cut = "the loss has no gradient at all" if everything else f"layers without a gradient: {names}"
        failing = sight.health.state != "learns"
        yield self.seen(
            sight.places.loss() if everything else sight.places.layer(layer.index),
            "no gradient reached any layer" if everything else f"no gradient reached {quoted(layer)}",
            weight=0.95 if everything else 0.75 if failing else 0.2,
            cause="loss" if everything else "layer",
            measure="gradient_missing",
            value=1.0,
            epochs=[row.epoch for row in rows[layer.index]][-1:],
            notes=[
                cut,
                "likely causes: argmax, round, a comparison or numpy on the way to the loss; an unused layer",
                "try: operations of `keras.ops` that have a gradient, and a path from this layer to the loss",
            ],
            severity=Severity.ERROR if everything else Severity.WARNING if failing else Severity.INFO,
        )

    def _unchanged(self, sight: Sight) -> Iterator[Seen]:
        still = [layer for layer in weighted(sight) if _still(sight, layer)]
        if not still or sight.health.state == "unknown":
            return
        everything = len(still) == len(weighted(sight))
        layer = still[0]
        gradients = [row.value for row in series(sight, layer.index, "gradient_norm")]
        zero_rate = real(sight.model.optimizer.get("learning_rate")) == 0.0
        rate = everything and zero_rate
        cut_off = bool(gradients) and max(gradients) == 0.0
        why, advice = _why_still(sight, rate, cut_off)
        failing = not sight.health.learns
        place = sight.places.learning_rate() if rate else sight.places.layer(layer.index)
        count = f"{len(still)} of {len(weighted(sight))} layers" if len(still) > 1 else quoted(layer)
        yield self.seen(
            place,
            f"the weights of {count} never changed in {len(series(sight, layer.index, 'weight_change'))} epochs",
            weight=0.95 if rate else (0.4 if cut_off else 0.75) if failing else 0.2,
            cause="learning_rate" if rate else "layer",
            measure="weight_change",
            value=0.0,
            epochs=[row.epoch for row in series(sight, layer.index, "weight_change")],
            notes=[f"unchanged: {', '.join(quoted(other) for other in still[:4])}", why, advice],
            severity=Severity.WARNING if failing else Severity.INFO,
            symptom=cut_off and not rate,
        )


def _falls_short(sight: Sight) -> bool:
    """Whether the run got less far than one should in which the frozen layers are of use."""
    gain = sight.health.gain
    return not sight.health.learns or (gain is not None and gain < LIMITS["frozen_gain"])


def _still(sight: Sight, layer: LayerTrace) -> bool:
    changes = series(sight, layer.index, "weight_change")
    gradient = series(sight, layer.index, "gradient_missing")
    steps = sum(epoch.steps for epoch in sight.model.epochs)
    missing = bool(gradient) and gradient[-1].value >= 1
    known = bool(changes) and steps >= LIMITS["warm_up_steps"] and not missing
    return known and all(change.value == 0.0 for change in changes)


def _why_still(sight: Sight, rate: bool, cut_off: bool) -> tuple[str, str]:
    if rate:
        return "the learning rate was 0", f"try: learning_rate={plain(usual_rate(sight))}"
    if cut_off:
        return (
            "its gradient was exactly 0: likely dead or constant units after it, or weights that are all 0",
            "try: the default initializers, and a look at the layers after it",
        )
    return (
        "likely causes: the step is smaller than the weights' precision, or the update leaves these weights out",
        "try: hand all of `trainable_variables` to the optimizer, and check the learning rate",
    )


def _trained_elsewhere(sight: Sight, layer: LayerTrace) -> bool:
    """Whether the run trains the layer before it is frozen, or in another model, as the discriminator of a GAN."""
    if any(change.value > 0 for change in series(sight, layer.index, "weight_change")):
        return True
    others = (model for model in sight.trace.models if model.number != sight.model.number)
    return any(row.name == layer.name and row.trainable for model in others for row in model.layers)


def _loads(sight: Sight) -> bool:
    """Whether the script loads weights anywhere: then frozen layers are likely meant."""
    for program in sight.places.sources.programs:
        if any(name in program.document.text for name in ("load_weights", "load_model", "set_weights", "from_preset")):
            return True
        if any(name in call.name for call in program.calls for name in _LOADED):
            return True
        if any(model.kind in ("loaded", "application") for model in _models(program)):
            return True
    return False


def _models(program: Program) -> Iterator[Model]:
    for reading in program.readings():
        yield from reading.models


def _freezing(sight: Sight, layer: LayerTrace) -> Place:
    """Where the layer was frozen: an assignment to `trainable`, its argument, else the layer."""
    place = sight.places.layer(layer.index, "trainable")
    source = sight.places.source_layer(layer.index)
    if source is not None and source.call.given("trainable") is not None:
        return place
    for program in sight.places.sources.programs:
        if program.document is not place.document:
            continue
        found = [
            event
            for model in _models(program)
            for event in model.events
            if event.kind == "trainable" and event.value is False
        ]
        mine = [
            event
            for event in found
            if source is not None and event.layer is not None and event.layer.call is source.call
        ]
        if found:
            return place._replace(span=(mine or found)[0].span, how="source")
    return place
