"""The rule validation-on-training-data."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety
from default_lint.program.data_values import Array
from default_lint.program.types import Argument, Call, Fit, Program
from default_lint.rules.base import Rule
from default_lint.rules.hyperparameter._common import plain_text, same_rows, source_argument
from default_lint.rules.timeline import fits_with_model, keyword_argument_span
from default_lint.text import Document


class ValidationOnTrainingData(Rule):
    """The validation data are the training data, so that overfitting cannot be seen.

    ## Why it matters
    Validation asks how the model does on examples it has not learned from. On the training data the answer is always
    flattering: the curves agree, EarlyStopping never sees the turn, and a useless model looks excellent.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_data=(x, y))
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
    Silent when the validation examples are weighted, as graph networks do to hide nodes, and when the origin of the
    examples is not known and they are not written as the training data are.

    ## Fix safety
    Unsafe: a fifth of the data is held back, from the end: shuffle sorted data first.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "validation-on-training-data"
    code = "HYP163"
    family = "hyperparameter"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Compare what is validated on with what is trained on."""
        for _, fit in fits_with_model(program):
            call, source = fit.call, source_argument(fit)
            argument = call.given("validation_data") if call is not None else None
            if call is None or argument is None or source is None or _is_weighted(call, fit):
                continue
            same = _is_same(fit) or _reads_same(program.document, call, source, argument)
            part = not same and _is_part(fit)
            if same or part:
                what = "part of the training data" if part else "the training data"
                yield self.finding(
                    argument.span,
                    f"the validation data are {what}",
                    notes=[Note("trained on the same examples", source.span)],
                    fixes=[] if part else _fixes(program.document, fit, argument),
                    confidence=Confidence.MEDIUM if part else None,
                )


def _is_weighted(call: Call, fit: Fit) -> bool:
    weighted = isinstance(fit.validation, (tuple, list)) and len(fit.validation) > 2
    return weighted or call.given("sample_weight") is not None


def _is_same(fit: Fit) -> bool:
    features = fit.validation[0] if isinstance(fit.validation, (tuple, list)) and fit.validation else fit.validation
    identity = getattr(features, "identity", None)
    return identity is not None and identity is getattr(fit.x, "identity", None)


def _is_part(fit: Fit) -> bool:
    x, y = fit.x, fit.y
    if isinstance(x, Array) and isinstance(y, Array) and x.rows.base == y.rows.base and x.rows != y.rows:
        return False  # the parts were mixed up: the business of split-order
    features = fit.validation[0] if isinstance(fit.validation, (tuple, list)) and fit.validation else fit.validation
    # labels of the same rows in the features' place are a split unpacked in the wrong order
    return getattr(features, "role", "") == getattr(fit.x, "role", "") and same_rows(features, fit.x)


def _reads_same(document: Document, call: Call, source: Argument, argument: Argument) -> bool:
    """`fit(a, b, validation_data=(a, b))`, or `fit(data, validation_data=data)`."""
    labels = call.given("y")
    features = plain_text(document, source.span)
    if labels is None:
        return bool(features) and features == plain_text(document, argument.span)
    if not features or not plain_text(document, labels.span):
        return False
    written = "".join(document[argument.span].split()).strip("()[],")
    return written == f"{features},{plain_text(document, labels.span)}".strip("()[],")


def _fixes(document: Document, fit: Fit, argument: Argument) -> list[Fix]:
    is_array = isinstance(fit.x, Array) or isinstance(fit.validation, (tuple, list))
    place = keyword_argument_span(document, argument)
    if place is None or not is_array or (fit.call is not None and fit.call.given("validation_split")):
        return []
    edit = Edit(place, "validation_split=0.2")
    return [Fix("Replace with `validation_split=0.2`", (edit,), Safety.UNSAFE)]
