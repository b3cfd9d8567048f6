"""The rule shuffle-off."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Safety, Severity
from default_lint.program.data_values import Array
from default_lint.program.types import Fit, Layer, Model, Program
from default_lint.program.values import is_integer
from default_lint.rules.base import Rule
from default_lint.rules.timeline import fits_with_model

_ORDERED = (
    "LSTM",
    "GRU",
    "SimpleRNN",
    "RNN",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Bidirectional",
    "TimeDistributed",
)
_INDEPENDENT = ("keras.datasets.", "sklearn.datasets.")


class ShuffleOff(Rule):
    """`fit` is told not to shuffle examples that have no order: every epoch sees the same batches.

    ## Why it matters
    Shuffling makes every batch a fair sample of the data. Without it, sorted data give batches of a single class that
    pull the weights to and fro, and the same batches in the same order are easily learned by heart.

    ## Example
    ```python
    import keras
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    scale = keras.layers.Normalization()
    scale.adapt(x)
    model = keras.Sequential([keras.Input((30,)), scale, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, shuffle=False)
    ```

    ## Use instead
    ```python
    import keras
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    scale = keras.layers.Normalization()
    scale.adapt(x)
    model = keras.Sequential([keras.Input((30,)), scale, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## Known limits
    Heard by default only for data sets that are known to have no order in time (`keras.datasets`, `sklearn.datasets`).
    Silent for models with recurrent layers or layers that are not understood, inside loops, for a
    single epoch, and for one batch of all examples.

    ## Fix safety
    Unsafe: the batches differ, so other weights are trained.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "shuffle-off"
    code = "HYP167"
    family = "hyperparameter"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at fits on arrays, by models that know no order."""
        for model, fit in fits_with_model(program):
            argument = fit.call.given("shuffle") if fit.call is not None else None
            if argument is None or argument.value is not False or not isinstance(fit.x, Array):
                continue
            if fit.loop or not _knows_no_order(model) or _makes_no_difference(fit):
                continue
            fixes = []
            if argument.removal is not None:
                fixes.append(Fix("Remove `shuffle=False`", (Edit(argument.removal, ""),), Safety.UNSAFE))
            sure = _has_no_order(fit)
            yield self.finding(
                argument.span,
                "`shuffle=False` gives the same batches in every epoch",
                fixes=fixes,
                severity=None if sure else Severity.INFO,
                confidence=None if sure else Confidence.LOW,
            )


def _knows_no_order(model: Model) -> bool:
    return model.complete and bool(model.layers) and not any(_may_know_order(layer) for layer in model.layers)


def _may_know_order(layer: Layer) -> bool:
    if layer.nested is not None:
        return not _knows_no_order(layer.nested)
    return layer.short in _ORDERED or not layer.kind.startswith(("keras.", "operator."))


def _makes_no_difference(fit: Fit) -> bool:
    """True for a single epoch, and for a single batch that holds all examples."""
    if fit.call is None or fit.call["epochs"] == 1:
        return True
    size, shape = fit.call["batch_size"], fit.x.shape if isinstance(fit.x, Array) else None
    rows = shape[0] if isinstance(shape, tuple) and shape else None
    return is_integer(size) and is_integer(rows) and size >= rows


def _has_no_order(fit: Fit) -> bool:
    return isinstance(fit.x, Array) and fit.x.source.startswith(_INDEPENDENT)
