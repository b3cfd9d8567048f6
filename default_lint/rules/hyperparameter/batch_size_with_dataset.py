"""The rule batch-size-with-dataset."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.data_values import Dataset, Generator
from default_lint.program.types import Fit, Program
from default_lint.program.values import is_integer, is_known
from default_lint.rules.base import Rule
from default_lint.rules.hyperparameter._common import is_pipeline, noun, source_span


class BatchSizeWithDataset(Rule):
    """`batch_size` is given together with a dataset or generator, which brings its own batches.

    ## Why it matters
    A `tf.data.Dataset` decides by `.batch` how many examples are in a batch. Keras 3 ignores the argument without a
    word, so tuning it changes nothing; `tf.keras` before 2.16 raises a ValueError.

    ## Example
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20, batch_size=64)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Known limits
    Silent when it is not known whether the data are a dataset, and for the user's own generator classes.

    ## Fix safety
    Safe: the argument has no effect.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "batch-size-with-dataset"
    code = "HYP159"
    family = "hyperparameter"
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at everything that takes data."""
        for model in program.models:
            for use in model.uses:
                argument = use.call.given("batch_size") if use.call is not None else None
                if argument is None or argument.value is None or not is_known(argument.value) or not is_pipeline(use.x):
                    continue
                fixes = []
                if argument.removal is not None:
                    fixes.append(Fix("Remove `batch_size`", (Edit(argument.removal, ""),), Safety.SAFE))
                yield self.finding(
                    argument.keyword or argument.span,
                    f"`batch_size` has no effect: the {noun(use.x)} makes its own batches",
                    notes=[Note(_batches(use), source_span(use))],
                    fixes=fixes,
                )


def _batches(use: Fit) -> str:
    size = use.x.batched if isinstance(use.x, Dataset) else use.x.batch_size if isinstance(use.x, Generator) else None
    if is_integer(size):
        return f"this {noun(use.x)} has batches of {size}"
    return f"this is a {noun(use.x)}"
