"""OPT238 learning-rate-off."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Fix, Note, Safety, Severity
from default_lint.rules.optimization._common import set_rate
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.rates import sweep
from default_lint.trial.observations.words import plain, text_of


class LearningRateOff(Observation):
    """Other learning rates learned from the same batches; the one in use did not.

    ## Why it matters
    The learning rate decides whether the optimizer overshoots (too high: the loss jumps or explodes) or crawls (too
    low: the loss hardly moves in the epochs given). No other argument stops so many networks from learning.

    ## What is measured
    After the run, a copy of the model is set back to its first weights and trained for a few dozen steps on held
    batches with the same optimizer at rates from 1e-6 to 10. A rate learned when its loss fell clearly.

    ## Likely causes
    1. A rate copied from another optimizer (0.1 suits SGD, not Adam).
    2. A typing error in the exponent.
    3. A schedule that starts too high or decays at once.

    ## What to do
    Take a rate from the range that learned; its geometric middle is a good start.

    ## Known limits
    A few dozen steps cannot tell a rate that is a little slow from a good one, so only rates at least three times
    outside the range are reported, and only when the run itself came not far. A low rate is given credit for the steps
    of the run: ten times the steps of the sweep make up for a rate ten times lower.

    ## Fix safety
    Unsafe: another rate trains another model. The rate that the sweep found best is written where the rate is a number,
    a constant or left out; where something else decides it, such as an argument of the script, that is only a
    suggestion. There is none where a callback changes the rate, or the optimizer is given by name.

    ## References
    - Smith, Cyclical Learning Rates for Training Neural Networks, 2017 (the range test)
    - [Keras: Optimizers](https://keras.io/api/optimizers/)
    """

    name = "learning-rate-off"
    code = "OPT238"
    family = "optimization"
    severity = Severity.WARNING
    confidence = Confidence.HIGH
    fixable = Safety.UNSAFE

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The user's rate against the range that learned."""
        found = sweep(sight)
        if found is None or not (found.too_high or found.too_low) or not sight.health.poor:
            return
        side = "above" if found.too_high else "below"
        middle = found.best or ((found.low or found.current) * (found.high or found.current)) ** 0.5
        static = sight.found("learning-rate-out-of-range") is not None
        text = _written(middle)
        fixes, constant = _fixes(sight, found.current, text) if not found.strange else ((), ())
        yield self.seen(
            sight.places.learning_rate(),
            f"learning rate {plain(found.current)} is {side} the range that learned: {found.range}",
            weight=0.4 if found.strange else min(0.97, (0.9 if sight.health.fails else 0.8) + 0.05 * static),
            cause="learning_rate",
            measure="rate_sweep",
            value=found.current,
            notes=(
                f"{plain(found.tried[0])} to {plain(found.tried[1])} were tried "
                "from the first weights on the same batches",
                *constant,
                "such rates work where inputs or targets are out of scale: look there first"
                if found.strange
                else f"try: learning_rate={text}",
            ),
            fixes=fixes,
            severity=Severity.INFO if found.strange else None,
        )


def _written(rate: float) -> str:
    """A rate as Keras takes it, which refuses whole numbers."""
    text = text_of(rate, 1)
    return f"{text}.0" if text.isdecimal() else text


def _fixes(sight: Sight, current: float, text: str) -> tuple[tuple[Fix, ...], tuple[Note, ...]]:
    """The fix that writes a rate into the source, and a note at the constant that it changes."""
    program, compiled = sight.places.program, sight.places.compiled
    call = compiled.optimizer.call if compiled is not None and compiled.optimizer is not None else None
    if program is None or call is None or "learning_rate" not in call.arguments:
        return (), ()
    fix, constant = set_rate(program, call, current, text)
    return (() if fix is None else (fix,)), (() if constant is None else (Note("the rate is set here", constant),))
