"""TRN263 loss-not-finite."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.health import broken
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.rates import blame
from default_lint.trial.observations.words import text_of


class LossNotFinite(Observation):
    """The loss became NaN or infinite.

    ## Why it matters
    One NaN in the loss makes every gradient NaN, the next update makes every weight NaN, and from then on nothing is
    learned.

    ## What is measured
    The loss of each batch; afterwards training is replayed from the first weights on held batches until a number is
    not finite, which tells whether the input, a layer or the loss itself was the first.

    ## Likely causes
    1. NaN in the data.
    2. A learning rate at which weights explode.
    3. A logarithm or a division in a loss of your own, without a lower bound.
    4. Recurrent layers with `relu`, or an exponential.

    ## What to do
    Fix the first place that went non-finite; `clipnorm=1.0` and a lower rate help against explosion only.

    ## Known limits
    The replay uses held batches: a NaN that a single rare example causes may not come back.

    ## References
    - [Keras: TerminateOnNaN](https://keras.io/api/callbacks/terminate_on_nan/)
    """

    name = "loss-not-finite"
    code = "TRN263"
    family = "training"
    severity = Severity.ERROR
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The first batch that was not finite, and the first place in the replay."""
        epoch = broken(sight.model)
        if epoch is None:
            return
        when = f"in epoch {epoch.number + 1}"
        if epoch.broken is not None:
            when = f"in batch {epoch.broken + 1} of epoch {epoch.number + 1}"
        place, cause, what, weight = self._first(sight)
        notes = [f"first not finite when training was replayed: {what}"] if what else []
        start, best = sight.health.start, sight.health.best
        if math.isfinite(start) and math.isfinite(best):
            notes.append(f"the finite losses before went from {text_of(start)} to {text_of(best)}")
        yield self.seen(
            place,
            f"the loss became NaN or infinite {when}",
            weight=weight,
            cause=cause,
            notes=(*notes, self._advice(cause)),
            symptom=not what,
            measure="loss",
            value=math.nan,
            epochs=(epoch.number,),
        )

    def _first(self, sight: Sight) -> tuple[Place, str, str, float]:
        """Where the replay says that it began: place, cause, words, weight."""
        replay = sight.test("replay")
        where = replay.get("layer")
        if where == "loss":
            return sight.places.loss(), "loss", "the loss function itself, its inputs were finite", 0.85
        if where == "input":
            return sight.places.data("x"), "x", "the input", 0.9
        index = real(where)
        if index is not None and blame(sight) < 0.5:
            row = next((row for row in sight.model.layers if row.index == int(index)), None)
            name = f"`{row.name}`" if row is not None else f"layer {int(index)}"
            return sight.places.layer(int(index), "activation"), "activation", f"the output of {name}", 0.6
        return sight.places.learning_rate(), "learning_rate", "", 0.6

    def _advice(self, cause: str) -> str:
        return {
            "loss": "try: a lower bound inside the logarithm or division, such as `ops.log(y + 1e-7)`",
            "x": "try: remove or fill the NaN before training",
            "activation": "try: a bounded or normalized activation here, `clipnorm=1.0` in the optimizer",
            "learning_rate": "try: a learning rate ten times lower, and `clipnorm=1.0`",
        }[cause]
