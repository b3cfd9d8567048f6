"""DAT326 input-scale."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Note, Severity
from default_lint.trial.observations._data import PASSING, arrays, first_layers, largest, number, word
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of
from default_lint.trial.trace import LayerTrace

_WEIGHTED = ("Dense", "Conv", "Depthwise", "Separable", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed")
_NORMAL = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "Normalization", "RMSNormalization")


class InputScale(Observation):
    """Large input values met the first weights unscaled, and the run did not go well.

    ## Why it matters
    Initial weights and usual learning rates are made for inputs around -1 to 1. With values up to 255 or 100,000 the
    first activations and gradients are as many times too large: units die or saturate in the first steps, the loss
    jumps, and columns with small numbers are not seen beside the large ones.

    ## What is measured
    Largest absolute value of the input, largest against smallest deviation of its columns, the kind of the first layer
    with weights, and how the run went.

    ## Likely causes
    1. Pixels 0..255 that were never divided by 255.
    2. Columns of a table in their natural units.

    ## What to do
    Divide pixels by 255, standardize columns with statistics of the training rows (`StandardScaler`), or put
    `keras.layers.Rescaling(1 / 255)` or an adapted `Normalization` first.

    ## Known limits
    Silent when anything but Dense, convolution or recurrent layers meets the input first, when a normalization follows
    directly, and when the run learns; very large values are then a remark.

    ## References
    - LeCun, Bottou, Orr and Müller, Efficient BackProp (1998)
    - [Keras: Rescaling](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/)
    """

    name = "input-scale"
    code = "DAT326"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the first input whose values are large."""
        meeting = raw_meeting(sight)
        if meeting is None or sight.health.state == "unknown":
            return
        for facts in arrays(sight, "x"):
            size, spread = largest(facts), number(facts, "column_spread") or 1.0
            if size is None or (size <= LIMITS["input_size"] and spread <= LIMITS["column_spread"]):
                continue
            if sight.health.learns and size <= LIMITS["pixel_size"]:
                continue
            large = size > LIMITS["input_size"]
            yield self.seen(
                sight.places.data("x"),
                f"values of {word(sight, 'x')} up to {text_of(size)} reached {_called(meeting)} unscaled"
                if large
                else f"columns of {word(sight, 'x')} differ {text_of(spread)} times in their spread",
                weight=self._weight(sight, large),
                cause="x_scale",
                measure="input_max" if large else "column_spread",
                value=size if large else spread,
                notes=self._notes(sight, meeting, facts.get("column_spread"), size),
                severity=Severity.INFO if sight.health.learns else None,
            )
            return

    def _weight(self, sight: Sight, large: bool) -> float:
        if sight.health.learns:
            return 0.15
        base = 0.82 if sight.health.fails else 0.65
        agreed = sight.found("images-not-scaled", "generator-without-rescale") is not None
        return base + (0.1 if agreed else 0.0) - (0.0 if large else 0.15)

    def _notes(self, sight: Sight, meeting: LayerTrace, spread: object, size: float) -> list[Note]:
        place, source = sight.places.layer(meeting.index), sight.places.data("x")
        same = place.document is source.document
        notes = [
            Note("the first weights they meet" if same else f"they meet `{meeting.name}`", place.span if same else None)
        ]
        if isinstance(spread, (int, float)) and spread > LIMITS["column_spread"]:
            notes.append(Note(f"the widest column spreads {text_of(spread)} times as far as the narrowest"))
        pixels = 200 < size <= 255
        notes.append(Note("most likely pixels 0..255" if pixels else "most likely columns in their natural units"))
        name = word(sight, "x").strip("`")
        scaler = "`StandardScaler`, or `keras.layers.Normalization` adapted to the training rows"
        advice = f"`{name} / 255.0`, for validation and test too" if pixels else scaler
        return [*notes, Note(f"try: {advice}")]


def raw_meeting(sight: Sight) -> LayerTrace | None:
    """The first layer with weights when the input reaches it as it is and no normalization follows directly."""
    met = list(first_layers(sight))
    if not met or not met[-1].kind.startswith(_WEIGHTED) or any(row.kind == "Embedding" for row in sight.model.layers):
        return None
    after = [row for row in sight.model.layers if row.index > met[-1].index]
    following = next((row for row in after if row.kind not in PASSING), None)
    plain = met[-1].activation in ("", "linear")
    return None if plain and following is not None and following.kind in _NORMAL else met[-1]


def _called(row: LayerTrace) -> str:
    return f"`{row.kind}`"
