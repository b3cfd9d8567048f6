"""ACT109 double-activation."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Safety
from default_lint.program.types import Program
from default_lint.rules.activation._pairs import pairs
from default_lint.rules.base import Rule

_UNCHANGING = ("relu", "relu6")


class DoubleActivation(Rule):
    """Two activations follow each other with no weights between them.

    ## Why it matters
    A layer with `activation=` followed by an activation layer applies both. Relu twice is a waste; relu before
    softmax makes all low scores equal, sigmoid before relu makes the relu useless. Usually one of them was left over
    from an earlier version.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential()
    model.add(keras.Input((20,)))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Activation("relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential()
    model.add(keras.Input((20,)))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Known limits
    Softmax inside a model after tanh or another activation is left alone, as attention does it; only an output is
    reported. Softmax twice is `double-softmax`.

    ## Fix safety
    Safe for relu twice, which means the same as once. Otherwise unsafe: the first activation is removed, because the
    separate layer was more likely meant.

    ## References
    - [Keras: Layer activation functions](https://keras.io/api/layers/activations/)
    """

    name = "double-activation"
    code = "ACT109"
    family = "activation"
    confidence = Confidence.MEDIUM
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding per pair."""
        for pair in pairs(program):
            first, second = pair.first.name, pair.second.name
            if first == second == "softmax" or (second == "softmax" and not pair.last):
                continue
            if pair.same:
                message = f"`{first}` is applied twice in a row"
                safety = Safety.SAFE if first in _UNCHANGING else Safety.UNSAFE
                fixes = pair.drop_second(safety) or pair.drop_first(safety)
            else:
                message = f"`{second}` is applied to the output of `{first}`, with no weights between"
                fixes = pair.drop_first(Safety.UNSAFE)
            yield self.finding(pair.span, message, notes=pair.notes(), fixes=fixes)
