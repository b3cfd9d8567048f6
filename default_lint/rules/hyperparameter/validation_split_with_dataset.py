"""The rule validation-split-with-dataset."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program
from default_lint.program.values import is_number
from default_lint.rules.base import Rule
from default_lint.rules.hyperparameter._common import is_pipeline, noun, source_span
from default_lint.rules.timeline import fits_with_model


class ValidationSplitWithDataset(Rule):
    """`validation_split` is given together with a dataset or generator; Keras raises.

    ## Why it matters
    Keras cuts the validation part off the end of arrays. A dataset or generator has no end to cut at, so `fit` raises
    a ValueError before the first batch.

    ## Example
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(data, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(data, epochs=20)
    ```

    ## Known limits
    Silent when it is not known whether the data are a dataset, and for the user's own generator classes.

    ## Fix safety
    Unsafe: without the argument the program runs, but does not validate. Better cut a part off with `take` and `skip`
    and pass it as `validation_data`.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "validation-split-with-dataset"
    code = "HYP161"
    family = "hyperparameter"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at fits with a split that is certainly not 0."""
        for _, fit in fits_with_model(program):
            argument = fit.call.given("validation_split") if fit.call is not None else None
            if argument is None or not is_number(argument.value) or argument.value == 0 or not is_pipeline(fit.x):
                continue
            if fit.call is not None and fit.call.given("validation_data"):
                continue
            fixes = []
            if argument.removal is not None:
                fixes.append(Fix("Remove `validation_split`", (Edit(argument.removal, ""),), Safety.UNSAFE))
            yield self.finding(
                argument.keyword or argument.span,
                f"`validation_split` needs arrays, Keras raises on a {noun(fit.x)}",
                notes=[Note(f"this is a {noun(fit.x)}", source_span(fit))],
                fixes=fixes,
            )
