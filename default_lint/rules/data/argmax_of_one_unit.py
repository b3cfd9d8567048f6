"""The rule argmax-of-one-unit."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.objects import Prediction
from default_lint.program.types import Argument, Call, Layer, Program
from default_lint.program.values import Unknown, is_integer
from default_lint.rules.base import Rule
from default_lint.text import Document

_NAMES = ("numpy.argmax", "tensorflow.argmax", "tensorflow.math.argmax", "keras.ops.argmax", "keras.backend.argmax")


class ArgmaxOfOneUnit(Rule):
    """The largest of one output unit is looked for: `argmax` is always 0.

    ## Why it matters
    A model with one output unit gives one probability for each example. Its index is 0 whatever the probability, so
    that every example is put into class 0.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    classes = np.argmax(model.predict(x), axis=1)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    classes = (model.predict(x).ravel() > 0.5).astype("int32")
    ```

    ## Known limits
    Silent when the model was loaded or its output is not known, and when the predictions pass through other code.

    ## Fix safety
    Unsafe: 0.5 is the usual threshold, not the only one. Offered for a sigmoid output.

    ## References
    - [numpy.argmax](https://numpy.org/doc/stable/reference/generated/numpy.argmax.html)
    - [Model.predict](https://keras.io/api/models/model_training_apis/#predict-method)
    """

    name = "argmax-of-one-unit"
    code = "DAT238"
    family = "data"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at what argmax is taken of."""
        for call in program.calls_of(*_NAMES):
            source = next((item for item in call.arguments.values() if isinstance(item.value, Prediction)), None)
            output = _output(source.value) if source is not None else None
            if source is None or output is None or not _over_units(call, output):
                continue
            yield self.finding(
                call.callee,
                "argmax over one output unit is always 0",
                notes=[Note("the output has 1 unit", output.call.callee)],
                fixes=_fixes(program.document, call, source, output),
            )


def _output(prediction: Prediction) -> Layer | None:
    """The only output of the model, when it certainly has one unit."""
    model = prediction.model
    heads = model.output_layers() if model is not None and model.complete else ()
    if len(heads) != 1 or heads[0].uncertain:
        return None
    units = heads[0].call["units"] if isinstance(heads[0].shape, Unknown) and heads[0].short == "Dense" else None
    units = heads[0].units if units is None else units  # a model without an input shape is not built yet
    return heads[0] if is_integer(units) and units == 1 else None


def _over_units(call: Call, output: Layer) -> bool:
    """The last axis, however it is counted; tensorflow's own default is the first."""
    axis = call["axis"]
    if axis == -1:
        return True
    return is_integer(axis) and isinstance(output.shape, tuple) and axis == len(output.shape) - 1


def _fixes(document: Document, call: Call, source: Argument, output: Layer) -> list[Fix]:
    probability = output.activation == "sigmoid"
    threshold = "0.5" if probability else "a threshold"
    title = f"Compare the {'probability' if probability else 'output'} with {threshold}"
    text = document[source.span]
    from_numpy = ".predict(" in document[source.value.span] and call.name == "numpy.argmax"
    if not probability or not from_numpy or document[call.span].endswith("]"):
        return [Fix(title, (), Safety.SHOWN)]
    return [Fix(title, (Edit(call.span, f'({text}.ravel() > 0.5).astype("int32")'),), Safety.UNSAFE)]
