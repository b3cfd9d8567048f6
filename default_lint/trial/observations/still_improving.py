"""HYP271 still-improving."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features import dynamic_curves as curves
from default_lint.features.base import Run
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.rates import sweep
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent


class StillImproving(Observation):
    """Training ended, by its own number of epochs, while the loss was still falling fast.

    ## Why it matters
    The epochs that would have made the model good were not run.

    ## What is measured
    The fall of the loss in the last epoch, and how far the run came from a constant prediction.

    ## Likely causes
    1. `epochs` is left at its default of 1, or at the value of a first try.
    2. Early stopping with too little patience.
    3. A learning rate that is too low, so that more epochs are needed.

    ## What to do
    Raise `epochs`, and let `EarlyStopping(restore_best_weights=True)` end the training.

    ## Known limits
    Silent when our own budget ended the training, and at information level when the model is good already, unless it
    had three epochs or fewer and the loss fell by more than a tenth in the last of them.

    ## References
    - [Keras: EarlyStopping](https://keras.io/api/callbacks/early_stopping/)
    """

    name = "still-improving"
    code = "HYP271"
    family = "hyperparameter"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The last step of the loss, in a run that ended by itself."""
        health, model = sight.health, sight.model
        if model.capped or model.trained != "fit" or (health.fails and health.state != "stuck"):
            return
        if sight.trace.ended.kind not in ("finished", "exit"):
            return
        losses = curves.losses(Run(model))
        asked = model.asked.get("epochs")
        if not losses or health.epochs == 0 or (isinstance(asked, (int, float)) and health.epochs < asked):
            return
        before = losses[-2] if len(losses) > 1 else health.start
        gain = (before - losses[-1]) / before if before > 0 else 0.0
        if not gain > LIMITS["still_gain"]:
            return
        few = health.epochs <= LIMITS["few_epochs"] and health.steps <= LIMITS["few_steps"]
        found = sweep(sight)
        slow = found is not None and found.too_low
        fast = few and gain > LIMITS["still_fast"] and health.last > LIMITS["still_left"] * health.start
        serious = not slow and (fast or (few if health.fails else health.state == "weak"))
        yield self.seen(
            sight.places.fit("epochs"),
            f"the loss still fell by {percent(gain)} in the last of "
            f"{health.epochs} epoch{'s' if health.epochs > 1 else ''}",
            weight=(0.8 if few else 0.55) if serious else 0.25,
            cause="epochs",
            measure="loss",
            value=gain,
            epochs=(health.epochs - 1,),
            notes=(
                f"{health.steps} updates were made in all",
                f"try: epochs={max(20, 5 * health.epochs)} with EarlyStopping on the validation loss",
            ),
            severity=Severity.WARNING if serious else Severity.INFO,
        )
