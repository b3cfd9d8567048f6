"""TRN261 cannot-overfit-batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.rates import blame
from default_lint.trial.observations.words import plain, text_of


class CannotOverfitBatch(Observation):
    """A copy of the model could not learn a few examples by heart.

    ## Why it matters
    Any network with enough weights learns 32 examples by heart in a few hundred steps. One that cannot has a fault in
    the model, the loss or the labels, and no amount of data or epochs will help.

    ## What is measured
    After the run, a copy is set back to its first weights and trained on up to 32 held examples without dropout, for up
    to 300 steps, once with the user's optimizer and once with Adam at a rate that works.

    ## Likely causes
    1. An output activation or loss that does not fit the labels.
    2. Weights that do not train: all equal, frozen, behind dead units.
    3. With the user's optimizer only: its learning rate.
    4. A model that is too small.

    ## What to do
    Repair head, loss and initializers first; raise the capacity last.

    ## Known limits
    Contradicting labels of equal inputs cannot be learned by any model. Silent unless the run itself failed: a small
    model on noisy data learns without ever learning by heart.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning, 2016, section 11.5
    """

    name = "cannot-overfit-batch"
    code = "TRN261"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The own test `overfit_batch`."""
        result = sight.test("overfit_batch")
        if not sight.health.fails or (result.get("fits") is not False and result.get("user_fits") is not False):
            return
        by_best = result.get("fits") is True
        samples = real(result.get("samples")) or 0
        steps = real(result.get("user_steps" if by_best else "steps")) or 0
        start, end = real(result.get("start")), real(result.get("user_end" if by_best else "end"))
        if start is None or end is None:
            return
        optimizer = by_best and blame(sight) >= 0.5
        yield self.seen(
            sight.places.learning_rate() if optimizer else sight.places.loss(),
            f"{plain(samples)} examples were not learned by heart: "
            f"loss {text_of(start)} to {text_of(end)} in {plain(steps)} steps",
            weight=0.7 if optimizer else 0.45,
            cause="learning_rate" if optimizer else "model",
            measure="overfit_batch",
            value=end,
            notes=(
                *_others(result, by_best),
                "likely causes: a head that does not fit loss and labels, weights that do not train, too few units",
            ),
            symptom=not optimizer,
        )


def _others(result: Mapping[str, Any], learned: bool) -> list[str]:
    """What came of the other optimizers and rates, where any was tried to its end."""
    own, best = ((result.get(prefix + "optimizer"), real(result.get(prefix + "rate"))) for prefix in ("user_", "best_"))
    if learned:
        return [f"{best[0]} at {text_of(best[1])} did learn them"] if best[0] and best[1] is not None else []
    tried = result.get("tried")
    pairs = [tuple(pair) for pair in tried] if isinstance(tried, (list, tuple)) else [best]
    rates = sorted({real(rate) or 0.0 for name, rate in pairs if name == "Adam" and (name, real(rate)) != own} - {0.0})
    span = " to ".join(text_of(rate) for rate in dict.fromkeys((rates[0], rates[-1]))) if rates else ""
    return [f"Adam at {span} did not either"] if rates else []
