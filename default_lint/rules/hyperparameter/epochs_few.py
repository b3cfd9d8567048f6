"""The rule epochs-few."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Severity
from default_lint.program.data_values import Dataset
from default_lint.program.types import Fit, Model, Program
from default_lint.program.values import is_integer
from default_lint.rules.base import Rule
from default_lint.rules.timeline import fits_with_model, is_pretrained

_FEW = 2


class EpochsFew(Rule):
    """A model is trained from scratch for one or two epochs only.

    ## Why it matters
    `epochs` is 1 unless told otherwise. One pass over the data seldom suffices for random weights: training stops
    while the loss is still falling, and the result looks like a model that cannot learn.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, batch_size=32, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, batch_size=32, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Information only: a huge data set or a smoke test needs no more. Silent inside loops, for a model that is fitted
    more than once or may be pretrained, and when the length of an epoch is set by `steps_per_epoch` or `repeat`.

    ## Fix safety
    No fix: how many epochs are enough is seen in the loss.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "epochs-few"
    code = "HYP156"
    family = "hyperparameter"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at models that are fitted exactly once, outside of loops."""
        for model, fit in fits_with_model(program):
            call = fit.call
            if call is None or not _is_whole_training(model, fit):
                continue
            epochs = call["epochs"]
            if is_integer(epochs) and 0 < epochs <= _FEW:
                times = "1 epoch" if epochs == 1 else f"{epochs} epochs"
                given = call.given("epochs") is not None
                message = f"trained for {times} only" if given else "`epochs` is missing: trained for 1 epoch only"
                yield self.finding(call.where("epochs"), message)


def _is_whole_training(model: Model, fit: Fit) -> bool:
    call = fit.call
    if call is None or fit.loop or len(model.fits) > 1 or is_pretrained(model):
        return False
    if any(call.given(name) for name in ("steps_per_epoch", "initial_epoch")):
        return False
    return not (isinstance(fit.x, Dataset) and fit.x.repeated is not False)
