"""OPT247 schedule-too-fast."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import short, text_of

_CALLBACKS = ("LearningRateScheduler", "ReduceLROnPlateau")


class ScheduleTooFast(Observation):
    """The learning rate fell to a small part of its start before the model had learned.

    ## Why it matters
    Once the rate is a hundredth of what it was, further epochs change little. A decay meant for thousands of steps
    that ends within one epoch freezes the network where it stands.

    ## What is measured
    The learning rate at the end of each epoch.

    ## Likely causes
    1. `decay_steps` counted in epochs where Keras counts optimizer steps.
    2. A decay factor applied each epoch that is far below 1.
    3. A `ReduceLROnPlateau` with no patience.

    ## What to do
    Let the decay last as long as the training: `decay_steps = epochs * steps_per_epoch`.

    ## Known limits
    Silent when the model learned all the same.

    ## References
    - [Keras: Learning rate schedules](https://keras.io/api/optimizers/learning_rate_schedules/)
    """

    name = "schedule-too-fast"
    code = "OPT247"
    family = "optimization"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The rate of the last epoch against the first."""
        initial = sight.model.optimizer.get("initial_learning_rate") or sight.model.optimizer.get("learning_rate")
        points = [(epoch.number, rate) for epoch in sight.model.complete if (rate := epoch.learning_rate) is not None]
        if not points or not sight.health.poor:
            return
        first = max([rate for _, rate in points] + ([float(initial)] if isinstance(initial, (int, float)) else []))
        if first <= 0:
            return
        small = [number for number, rate in points if rate < LIMITS["schedule_left"] * first]
        if not small or len(points) - points.index(next(p for p in points if p[0] == small[0])) < len(points) / 2:
            return
        last = points[-1][1]
        yield self.seen(
            self._place(sight),
            f"the learning rate fell from {short(first)} to {short(last)} by epoch {small[0] + 1} of {len(points)}",
            weight=0.88,
            cause="schedule",
            measure="learning_rate",
            value=last / first,
            epochs=small,
            notes=(
                f"the loss went from {text_of(sight.health.start)} to {text_of(sight.health.last)} in the whole run",
                f"try: a decay over the whole training ({sight.health.steps} steps here), or a constant {short(first)}",
            ),
        )

    def _place(self, sight: Sight) -> Place:
        use, program = sight.places.use, sight.places.program
        place = sight.places.schedule()
        if use is None or program is None or sight.model.optimizer.get("schedule"):
            return place
        call = next((call for call in use.callbacks or () if call.short in _CALLBACKS), None)
        return place if call is None else Place(program.document, call.callee, "source")
