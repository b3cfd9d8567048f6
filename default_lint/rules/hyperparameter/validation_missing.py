"""The rule validation-missing."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.timeline import fits_with_model, has_validation


class ValidationMissing(Rule):
    """`fit` gets no validation data: nobody sees when the model stops to generalize.

    ## Why it matters
    The training loss falls even when the model only learns its examples by heart. The loss on other data shows when
    that begins, and callbacks such as EarlyStopping watch it.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Information only: a final training on all data, a GAN or a test needs no validation. Silent inside loops, and when
    another fit of the same model validates or another place evaluates it after every epoch.

    ## Fix safety
    No fix: which data to hold back is a choice.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "validation-missing"
    code = "HYP162"
    family = "hyperparameter"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at fits outside of loops."""
        for _, fit in fits_with_model(program):
            if fit.call is None or fit.loop or has_validation(fit) is not False:
                continue
            yield self.finding(fit.call.callee, "no validation data: overfitting stays unseen")
