"""Level two: in which families is the fault of a run? Each has a classifier of its own; several may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from default_lint.findings import Level

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Bundle
    from default_lint.diagnosis.sample import Sample

FAMILIES = ("activation", "layer", "loss", "optimization", "hyperparameter", "regularization", "weights", "data")


def categorize(sample: Sample, bundle: Bundle) -> tuple[Level, ...]:
    """The families that hold, the likeliest first."""
    found = []
    for family in FAMILIES:
        model = sample.model(bundle, f"categorization.{family}")
        if model is not None and model.probability(sample.values) >= model.threshold:
            found.append(sample.level("categorization", family, model, model.judge(sample.values)))
    return tuple(sorted(found, key=lambda level: -level.learned.probability))
