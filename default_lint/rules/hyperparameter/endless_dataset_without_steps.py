"""The rule endless-dataset-without-steps."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import Dataset
from default_lint.program.types import Argument, Fit, Program
from default_lint.program.values import Value
from default_lint.rules.base import Rule
from default_lint.rules.hyperparameter._common import source_argument
from default_lint.text import Document, Span


class EndlessDatasetWithoutSteps(Rule):
    """A dataset that repeats without end is used without a number of steps: the first epoch never ends.

    ## Why it matters
    `repeat()` without a count makes a dataset endless. An epoch is one pass over the data, so without
    `steps_per_epoch` it never ends: no validation, no callback, no checkpoint. `tf.keras` before 2.16 raises instead.
    `fit` starts the dataset anew in every epoch, so that `repeat` is not needed at all.

    ## Example
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    train = tf.data.Dataset.from_tensor_slices((x, y)).batch(32).repeat()
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    train = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Known limits
    Silent for generators of the user's, whose length is not known; `ImageDataGenerator` tells Keras its length.

    ## Fix safety
    Unsafe: removing `repeat()` changes the dataset wherever else it is used.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    - [tf.data: Dataset.repeat](https://www.tensorflow.org/api_docs/python/tf/data/Dataset#repeat)
    """

    name = "endless-dataset-without-steps"
    code = "HYP170"
    family = "hyperparameter"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at training, validation and evaluation data."""
        for model in program.models:
            for use in model.uses:
                for data, argument, steps in _data(use):
                    call = use.call
                    if not isinstance(data, Dataset) or data.infinite is not True or call is None:
                        continue
                    if steps not in call.arguments or call[steps] is not None:
                        continue
                    repeat = next((step.span for step in reversed(data.steps) if step.name.endswith(".repeat")), None)
                    what = "the validation" if steps == "validation_steps" else "the first epoch"
                    what = what if use.kind == "fit" else f"`{use.method or use.kind}`"
                    yield self.finding(
                        argument.span,
                        f"endless dataset without `{steps}`: {what} never ends",
                        notes=[Note("repeated without a count here", repeat)] if repeat is not None else [],
                        fixes=_fixes(program.document, repeat),
                    )


def _data(use: Fit) -> Iterator[tuple[Value, Argument, str]]:
    source = source_argument(use)
    if source is not None:
        yield use.x, source, "steps_per_epoch" if use.kind == "fit" else "steps"
    validation = use.call.given("validation_data") if use.call is not None and use.kind == "fit" else None
    if validation is not None:
        yield use.validation, validation, "validation_steps"


def _fixes(document: Document, repeat: Span | None) -> list[Fix]:
    """Cut `.repeat()` off the end of the expression that makes the dataset endless."""
    tail = ".repeat()"
    if repeat is None or not document[repeat].endswith(tail):
        return []
    edit = Edit(Span(repeat.end - len(tail), repeat.end), "")
    return [Fix("Remove `.repeat()`", (edit,), Safety.UNSAFE)]
