"""The rule kernel-larger-than-input."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Safety, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._windows import windows


class KernelLargerThanInput(Rule):
    """The kernel is larger than the axis it slides along.

    ## Why it matters
    Without padding the kernel has to lie wholly inside its input. A kernel of 25 has no position on 20 steps: Keras
    raises when it builds the layer.

    ## Example
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(20, 13))
    x = layers.Conv1D(32, 25, activation="relu")(inputs)
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inputs, layers.Dense(8, activation="softmax")(x))
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(20, 13))
    x = layers.Conv1D(32, 25, activation="relu", padding="same")(inputs)
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inputs, layers.Dense(8, activation="softmax")(x))
    ```

    ## Known limits
    Only with a known input size. Where earlier layers have shrunk the input and the kernel is at most 5,
    feature-map-vanishes speaks instead.

    ## Fix safety
    Unsafe: a smaller kernel may be what is meant.

    ## References
    - [Conv1D layer](https://keras.io/api/layers/convolution_layers/convolution1d/)
    """

    name = "kernel-larger-than-input"
    code = "LAY186"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the first window of each model that does not fit."""
        for window in windows(program):
            if window.too_large:
                message = f"a window of {window.size} does not fit into {window.room}"
                yield self.finding(window.span, message, notes=window.notes(), fixes=window.fixes())
