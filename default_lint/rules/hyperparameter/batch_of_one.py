"""The rule batch-of-one."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety
from default_lint.program.data_values import Array
from default_lint.program.types import Fit, Layer, Model, Program, product
from default_lint.program.values import Unknown, is_integer
from default_lint.rules.base import Rule
from default_lint.rules.shared import in_test
from default_lint.rules.timeline import fits_with_model, is_number_literal

_FEW_ROWS = 200  # below this a batch of one costs nothing
_LARGE_INPUT = 128 * 128 * 3  # above this one example may be all that the memory holds


class BatchOfOne(Rule):
    """A model is trained with `batch_size=1`: every step follows the gradient of a single example.

    ## Why it matters
    The gradient of one example is noise around the gradient of the data. The weights jump about, an epoch takes as
    many steps as there are examples and many times as long, and BatchNormalization has nothing to average over.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, batch_size=1, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, batch_size=32, validation_split=0.2)
    ```

    ## Known limits
    Silent for stateful recurrent layers, inputs of variable or unknown size, several inputs, large images, fewer than
    200 examples, training inside a loop, and layers that are not understood.

    ## Fix safety
    Unsafe: another batch size trains another model.

    ## References
    - [Practical recommendations for gradient-based training](https://arxiv.org/abs/1206.5533)
    """

    name = "batch-of-one"
    code = "HYP157"
    family = "hyperparameter"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at fits on arrays whose batch size is certainly 1."""
        for model, fit in fits_with_model(program):
            argument = fit.call.given("batch_size") if fit.call is not None else None
            if argument is None or not is_integer(argument.value) or argument.value != 1:
                continue
            if fit.loop or in_test(program.document, fit.span) or not _has_ordinary_input(model) or _is_small(fit):
                continue
            fixes = []
            if is_number_literal(program.document, argument.span):
                fixes.append(Fix("Replace with `32`", (Edit(argument.span, "32"),), Safety.UNSAFE))
            normalization = next((layer for layer in model.layers if layer.short == "BatchNormalization"), None)
            notes = []
            if normalization is not None:
                notes.append(Note("this layer averages over a batch of 1", normalization.call.callee))
            message = "`batch_size=1` follows the gradient of single examples, usual 16 to 256"
            yield self.finding(argument.span, message, notes=notes, fixes=fixes)


def _has_ordinary_input(model: Model) -> bool:
    """One input of known, moderate size, and nothing that carries state from batch to batch."""
    if not model.complete or len(model.inputs) != 1 or any(_is_special(layer) for layer in model.layers):
        return False
    size = product(model.inputs[0])
    return not isinstance(size, Unknown) and size <= _LARGE_INPUT


def _is_special(layer: Layer) -> bool:
    if not layer.kind.startswith(("keras.", "operator.")):
        return True
    return "stateful" in layer.call.arguments and layer.call["stateful"] is not False


def _is_small(fit: Fit) -> bool:
    """True when the data certainly hold few examples, or are no array at all."""
    if not isinstance(fit.x, Array):
        return not isinstance(fit.x, Unknown)
    shape = fit.x.shape
    return isinstance(shape, tuple) and bool(shape) and is_integer(shape[0]) and shape[0] < _FEW_ROWS
