"""The rule reshape-size."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Note, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import first_failures, place


class ReshapeSize(Rule):
    """A reshape asks for more or fewer elements than its input has.

    ## Why it matters
    `Reshape` keeps every element: the product of the target shape has to equal the product of the input shape, the
    batch axis left out. Otherwise Keras raises when the layer is built.

    ## Example
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(32,))
    x = layers.Dense(7 * 7 * 64, activation="relu")(inputs)
    x = layers.Reshape((8, 8, 64))(x)
    x = layers.Conv2DTranspose(1, 4, strides=4, activation="sigmoid")(x)
    model = keras.Model(inputs, x)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(32,))
    x = layers.Dense(7 * 7 * 64, activation="relu")(inputs)
    x = layers.Reshape((7, 7, 64))(x)
    x = layers.Conv2DTranspose(1, 4, strides=4, activation="sigmoid")(x)
    model = keras.Model(inputs, x)
    ```

    ## Known limits
    Silent where a size of the input or of the target is not known.

    ## Fix safety
    No fix: the layer before or the target may be meant differently.

    ## References
    - [Reshape layer](https://keras.io/api/layers/reshaping_layers/reshape/)
    """

    name = "reshape-size"
    code = "LAY187"
    family = "layer"
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every reshape whose element counts differ."""
        for model, layer, problem in first_failures(program, "reshape"):
            target = layer.call.given("target_shape")
            inside = target is not None and layer.site.contains(target.span)
            span = target.span if target is not None and inside else place(layer)
            source = model.sources(layer)
            notes = (Note(f"{problem.actual} elements come from here", place(source[0])),) if len(source) == 1 else ()
            yield self.finding(span, problem.message, notes=notes)
