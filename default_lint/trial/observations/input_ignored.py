"""DAT262 input-ignored."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.words import text_of


class InputIgnored(Observation):
    """With zeroed or exchanged inputs the trained model reached the same loss.

    ## Why it matters
    What it predicts does not come from the inputs: they carry nothing about the labels, or do not get through.

    ## What is measured
    After the run, the loss on held examples as they are, with inputs of zero, and with inputs of other examples.

    ## Likely causes
    1. Inputs and labels were shuffled apart.
    2. A layer in between lets nothing through (dead or saturated units).
    3. A branch of the model is not connected to the output.

    ## What to do
    Check that `x[i]` and `y[i]` belong together just before `fit`.

    ## Known limits
    A model that has not learned yet ignores its input too, so only failing runs are reported.

    ## References
    - Adebayo et al., Sanity Checks for Saliency Maps, 2018 (the idea of exchanged inputs)
    """

    name = "input-ignored"
    code = "DAT262"
    family = "data"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The own test `zero_input`."""
        result = sight.test("zero_input")
        loss, zeroed = real(result.get("loss")), real(result.get("zeroed"))
        if not result.get("ignored") or loss is None or zeroed is None or not sight.health.fails:
            return
        yield self.seen(
            sight.places.data("x"),
            f"with inputs of zero the loss was {text_of(zeroed)}, with the real ones {text_of(loss)}",
            weight=0.35,
            cause="x",
            measure="zero_input",
            value=zeroed - loss,
            notes=(
                "likely causes: x and y shuffled apart, a layer that lets nothing through, an unconnected branch",
                "try: compare `x[i]` and `y[i]` of a few examples just before `fit`",
            ),
            symptom=True,
        )
