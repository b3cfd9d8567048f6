"""LAY384 shape-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Note, Severity
from default_lint.trial.observations._crash import Misfit, misfit
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place, _callee
from default_lint.trial.observations.words import quoted


class ShapeMismatch(Observation):
    """A layer refused the shape that came in.

    ## Why it matters
    A layer has a fixed number of axes, and weights for a fixed size of the last one. Anything else stops the run at the
    first step.

    ## What is measured
    The exception of Keras, which names the layer, what it takes and what came.

    ## Likely causes
    1. Images without a channel axis, sequences without an axis of features.
    2. `shape` of the input is not that of the data.
    3. A recurrent layer before another one without `return_sequences=True`.

    ## What to do
    Add the axis (`x[..., None]`), give `keras.Input` the shape of one row (`x.shape[1:]`), or keep the sequence.

    ## Known limits
    Shapes that only fail inside an operation are told by the exception itself.

    ## References
    - [Keras: Input](https://keras.io/api/layers/core_layers/input/)
    """

    name = "shape-mismatch"
    code = "LAY384"
    family = "layer"
    severity = Severity.ERROR

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Read the exception."""
        found = misfit(sight)
        if found is None:
            return
        place = _place(sight, found)
        source = sight.places.data("x")
        notes = [Note("the input is made here", source.span)] if source.document is place.document else []
        came = f" {found.found}" if found.found else ""
        yield self.seen(
            place,
            f"{quoted(found.name)} refused an input of shape{came}"[:80]
            if came
            else f"{quoted(found.name)} refused its input",
            weight=0.95,
            cause="layer" if found.layer is not None else "x",
            measure="shape",
            value=0.0,
            notes=[
                *notes,
                Note(f"it takes {found.expected}" if found.expected else "it takes another"),
                Note(_advice(found)),
            ],
        )


def _place(sight: Sight, found: Misfit) -> Place:
    """The layer, else the line of the exception when the model was built there, else what `fit` is given."""
    if found.layer is not None:
        return sight.places.layer(found.layer.index)
    site = sight.trace.ended.site
    where = sight.places.sources.span(site) if site is not None else None
    if where is not None and not sight.model.fits:
        return Place(where[0].document, _callee(where[0].document, where[1], ""), "site")
    return sight.places.fit("x")


def _advice(found: Misfit) -> str:
    if "ndim" in found.expected:
        kind = found.layer.kind if found.layer is not None else ""
        if kind.startswith(("LSTM", "GRU", "SimpleRNN")):
            return "try: `x[..., None]`, or `return_sequences=True` on the recurrent layer before"
        return "try: `x[..., None]` for a missing last axis, `Flatten` where there is one too many"
    return "try: `keras.Input(x.shape[1:])`, the shape of one row"
