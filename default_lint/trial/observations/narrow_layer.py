"""The observation narrow-layer."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import heads, size, units
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import quoted
from default_lint.trial.trace import LayerTrace


class NarrowLayer(Observation):
    """A hidden layer is far narrower than its neighbors and than the number of classes, and the run does not get far.

    ## Why it matters
    All that the model knows about an example has to pass through the few numbers of this layer. With fewer units than
    classes they are hard to tell apart after it.

    ## What is measured
    The units of each hidden Dense layer, those of the layers before and after it, the number of classes, and how far
    training came.

    ## Likely causes
    1. A typing error, or the number of classes of another task.
    2. A bottleneck that is too tight.

    ## What to do
    At least as many units as classes.

    ## Known limits
    Silent while the run learns and for regression: autoencoders are narrow by intent.

    ## References
    - [Dense layer](https://keras.io/api/layers/core_layers/dense/)
    """

    name = "narrow-layer"
    code = "LAY195"
    family = "layer"
    severity = Severity.INFO
    confidence = Confidence.LOW

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare each hidden Dense layer with its neighbors that have weights."""
        if sight.health.state not in ("stuck", "weak") or sight.health.task != "classes":
            return
        rows = [layer for layer in sight.model.layers if size(sight, layer) and units(layer)]
        rows = [layer for layer in rows if not layer.kind.endswith("Normalization")]
        made = heads(sight)
        classes = _classes(sight, made)
        for before, layer, behind in zip(rows, rows[1:], rows[2:], strict=False):
            width, left, right = units(layer), units(before), units(behind)
            if layer.kind != "Dense" or layer in made or not (width and left and right and classes):
                continue
            if width <= LIMITS["narrow"] * min(left, right) and width < classes:
                yield self._narrow(sight, layer, width, (left, right, classes))

    def _narrow(self, sight: Sight, layer: LayerTrace, width: int, others: tuple[int, int, int]) -> Seen:
        left, right, classes = others
        tight = width <= LIMITS["narrow_classes"] * classes
        return self.seen(
            sight.places.layer(layer.index, "units"),
            f"{quoted(layer)} let {width} number{'s' if width > 1 else ''} through for {classes} classes",
            weight=0.6 if tight else 0.35,
            cause="capacity",
            measure="units",
            value=float(width),
            notes=[
                f"the layer before has {left} units, the layer after {right}",
                f"try: units={max(classes, min(left, right))}",
            ],
            severity=Severity.WARNING if tight else Severity.INFO,
        )


def _classes(sight: Sight, made: list[LayerTrace]) -> int:
    known = sight.y.get("classes")
    if isinstance(known, int) and known > 2:
        return known
    return max((units(layer) or 0 for layer in made), default=0)
