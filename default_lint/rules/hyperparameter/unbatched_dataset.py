"""The rule unbatched-dataset."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Safety, Severity
from default_lint.program.data_values import Array, Dataset
from default_lint.program.types import Argument, Fit, Model, Program
from default_lint.program.values import Unknown, Value
from default_lint.rules.base import Rule
from default_lint.rules.hyperparameter._common import source_argument
from default_lint.text import Document


class UnbatchedDataset(Rule):
    """A dataset is passed to the model without `.batch`: single examples arrive where batches are expected.

    ## Why it matters
    Keras takes every element of a `tf.data.Dataset` as one batch. Without `.batch` the first axis of an example is
    taken for the batch axis: Keras raises on the shape, or, if the shape happens to fit, trains on nonsense.

    ## Example
    ```python
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000)
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
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train.batch(32), epochs=20)
    ```

    ## Known limits
    Silent when a mapped function may build batches by itself, and for datasets from generators, windows or files of
    unknown content.

    ## Fix safety
    Unsafe: the batch size is a choice.

    ## References
    - [tf.data: Dataset.batch](https://www.tensorflow.org/api_docs/python/tf/data/Dataset#batch)
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "unbatched-dataset"
    code = "HYP160"
    family = "hyperparameter"
    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at training, validation and evaluation data."""
        for model in program.models:
            for use in model.uses:
                for value, argument in _data(use):
                    certain = _is_unbatched(model, value)
                    if certain is None:
                        continue
                    yield self.finding(
                        argument.span,
                        "the dataset has no `.batch`: the model gets single examples",
                        fixes=_fixes(program.document, argument),
                        confidence=Confidence.HIGH if certain else None,
                    )


def _fixes(document: Document, argument: Argument) -> list[Fix]:
    text = document[argument.span]
    try:
        body = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return []
    if not isinstance(body, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return []
    return [Fix("Add `.batch(32)`", (Edit(argument.span, f"{text}.batch(32)"),), Safety.UNSAFE)]


def _data(use: Fit) -> Iterator[tuple[Value, Argument]]:
    source = source_argument(use)
    if source is not None:
        yield use.x, source
    validation = use.call.given("validation_data") if use.call is not None and use.kind == "fit" else None
    if validation is not None:
        yield use.validation, validation


def _is_unbatched(model: Model, value: Value) -> bool | None:
    """True when the shapes prove it, False when only the pipeline says so, None when it may be batched."""
    if not isinstance(value, Dataset) or value.batched is not None:
        return None
    features = value.inputs
    wanted = model.inputs[0] if len(model.inputs) == 1 else None
    if isinstance(features, Array) and not isinstance(features.rank, Unknown):
        if isinstance(wanted, tuple):
            return True if features.rank < len(wanted) else None
        return False
    return None if any(step.name.endswith(".map") for step in value.steps) else False
