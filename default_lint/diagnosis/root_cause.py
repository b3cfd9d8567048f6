"""Level three: what is at fault within a family, and where in the source it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from default_lint.diagnosis.suspicion import Judged
from default_lint.findings import Learned, Level
from default_lint.text import Document, Span
from default_lint.trial.observations.place import Place, Places

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Bundle
    from default_lint.diagnosis.sample import Sample


class Home(NamedTuple):
    """Where a cause stands: a kind of place, its names ("" for any) and the feature that tells the token."""

    kind: str
    name: str = ""
    feature: str = ""


HOMES = {
    "learning-rate": Home("optimizer", "learning_rate"),
    "learning-rate-schedule": Home("optimizer", "schedule"),
    "optimizer": Home("optimizer", "optimizer"),
    "momentum": Home("optimizer", "momentum"),
    "gradient-clipping": Home("optimizer", "clipping"),
    "weight-decay": Home("optimizer", "weight_decay"),
    "batch-size": Home("fit", "batch_size"),
    "disabled-batching": Home("fit", "batch_size"),
    "epochs": Home("fit", "epochs"),
    "early-stopping-mode": Home("fit", "callbacks"),
    "early-stopping-patience": Home("fit", "callbacks"),
    "validation-missing": Home("fit", "validation"),
    "validation-on-training-data": Home("fit", "validation"),
    "loss": Home("loss", "loss"),
    "from-logits": Home("loss", "loss"),
    "labels-off-by-one": Home("data", "y"),
    "training-labels": Home("data", "y"),
    "class-overlap": Home("data"),
    "noisy-data": Home("data"),
    "scaled-on-one-side": Home("data", "x"),
    "shuffled-pairs": Home("data"),
    "sorted-data": Home("data"),
    "training-data-missing": Home("data"),
    "unbalanced-data": Home("data"),
    "unscaled-inputs": Home("data", "x"),
    "activation": Home("layer", feature="layer.activation"),
    "added-activation": Home("layer", feature="layer.activation"),
    "double-activation": Home("layer", feature="layer.activation"),
    "missing-activation": Home("layer", feature="layer.activation"),
    "output-activation": Home("layer", feature="layer.activation"),
    "bias": Home("layer", feature="layer.bias"),
    "dropout-on-output": Home("layer"),
    "dropout-rate": Home("layer", feature="layer.dropout"),
    "embedding-size": Home("layer", feature="layer.vocabulary"),
    "filters": Home("layer", feature="layer.units"),
    "frozen-weights": Home("layer", feature="layer.frozen"),
    "initializer": Home("layer", feature="layer.gain"),
    "kernel-size": Home("layer", feature="layer.kernel"),
    "masking": Home("layer", feature="layer.mask"),
    "missing-weight-regularizer": Home("layer", feature="layer.penalty"),
    "output-shape": Home("layer", feature="layer.units"),
    "output-units": Home("layer", feature="layer.units"),
    "padding": Home("layer", feature="layer.same"),
    "pooling-size": Home("layer", feature="layer.pool"),
    "return-sequences": Home("layer", feature="layer.sequences"),
    "strides": Home("layer", feature="layer.stride"),
    "units": Home("layer", feature="layer.units"),
    "weight-regularizer": Home("layer", feature="layer.penalty"),
}
"""Where the causes stand that the corpus was made with; any other layer cause is looked for among all layers."""
OUTPUT = frozenset({"output-activation", "output-shape", "output-units"})


def causes(sample: Sample, bundle: Bundle, families: Iterable[Level], judged: Sequence[Judged]) -> tuple[Level, ...]:
    """The likeliest cause within each family that holds, at the place where it is likeliest.

    `judged` are the places of the source with their probabilities.
    """
    found = []
    for family in families:
        model = sample.model(bundle, f"cause.{family.label}")
        if model is None or not family.holds:
            continue
        shares = model.probabilities(sample.values)
        label = max(shares, key=lambda name: shares[name])
        learned = _among(model.judge(sample.values, model.classes.index(label)), shares[label])
        level = sample.level("cause", label, model, learned, family.label)
        found.append(replace(level, place=_place(level, sample, judged)))
    return tuple(found)


def _among(learned: Learned, share: float) -> Learned:
    """A judgment of one cause with its probability among all causes; base and contributions still sum to it."""
    factor = share / learned.probability
    parts = {feature: value * factor for feature, value in learned.contributions.items()}
    return replace(learned, probability=share, base=learned.base * factor, contributions=parts)


def _place(level: Level, sample: Sample, judged: Sequence[Judged]) -> tuple[Document, Span] | None:
    """Where the source has the cause: the likeliest place of its kind, else the place that a run has for it."""
    home = HOMES.get(level.label, Home("layer") if level.family in ("layer", "weights", "activation") else Home(""))
    document = sample.program.document if sample.program is not None else None
    there = [item for item in judged if item.document is document and item.site.kind == home.kind]
    there = [item for item in there if home.name in ("", item.site.name)]
    if level.label in OUTPUT:
        there = [item for item in there if item.site.values.get("layer.output")] or there
    if there:
        best = max(there, key=lambda item: item.probability)
        return best.document, _token(best, home.feature)
    made = _made(home, level.label, sample.sight.places)
    if made is not None:
        return made.document, made.span
    return next((place for reason in level.reasons if reason.contribution > 0 for place in reason.spans), None)


def _token(judged: Judged, feature: str) -> Span:
    """The argument that a feature was read from, else the place itself."""
    site = judged.site
    names = (name for name in site.origins if feature and (name == feature or name.startswith(f"{feature}.")))
    spans = (span for name in names for span in site.origins[name])
    return next((span for span in spans if site.whole.contains(span)), site.span)


def _made(home: Home, label: str, places: Places) -> Place | None:
    """The place of a cause by what the run knows of the source; None for layers, of which it may be any."""
    if label in OUTPUT and places.trace.outputs:
        argument = "activation" if label == "output-activation" else "units"
        return places.layer(places.trace.outputs[0], argument)
    if home.kind == "optimizer":
        return places.schedule() if home.name == "schedule" else places.optimizer(*_ARGUMENTS.get(home.name, ()))
    if home.kind == "fit":
        arguments = {"validation": ("validation_data", "validation_split")}.get(home.name, (home.name,))
        return places.batch_size() if home.name == "batch_size" else places.fit(*arguments)
    if home.kind == "loss":
        return places.loss()
    return places.data(home.name or "x") if home.kind == "data" else None


_ARGUMENTS = {
    "learning_rate": ("learning_rate", "lr"),
    "momentum": ("momentum", "beta_1", "rho"),
    "clipping": ("clipnorm", "clipvalue", "global_clipnorm"),
    "weight_decay": ("weight_decay",),
}


__all__ = ["HOMES", "Home", "causes"]
