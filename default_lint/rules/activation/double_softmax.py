"""ACT110 double-softmax."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Safety
from default_lint.program.types import Program
from default_lint.rules.activation._pairs import pairs
from default_lint.rules.base import Rule


class DoubleSoftmax(Rule):
    """Softmax of softmax squeezes all probabilities towards each other.

    ## Why it matters
    The second softmax takes probabilities between 0 and 1 for logits. With ten classes its output never goes beyond
    0.23 even when the model is sure, so the loss cannot get low and gradients are small.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential()
    model.add(keras.Input((20,)))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.add(layers.Softmax())
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential()
    model.add(keras.Input((20,)))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    ```

    ## Known limits
    Softmax over different axes is left alone.

    ## Fix safety
    Unsafe: training and predictions change.

    ## References
    - [Keras: Softmax layer](https://keras.io/api/layers/activation_layers/softmax/)
    """

    name = "double-softmax"
    code = "ACT110"
    family = "activation"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding per pair."""
        for pair in pairs(program):
            if pair.first.name == pair.second.name == "softmax" and pair.second.units != 1:
                fixes = pair.drop_second(Safety.UNSAFE) or pair.drop_first(Safety.UNSAFE)
                yield self.finding(pair.span, "`softmax` is applied twice", notes=pair.notes(), fixes=fixes)
