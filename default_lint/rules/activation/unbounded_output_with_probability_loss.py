"""ACT104 unbounded-output-with-probability-loss."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class UnboundedOutputWithProbabilityLoss(VerdictRule):
    """A cross-entropy is given values that are neither probabilities nor logits.

    ## Why it matters
    Cross-entropy takes the logarithm of a probability. Relu goes beyond 1 and is exactly 0 for half of its inputs, tanh
    goes below 0. Keras clips such values to the edge of the range, where the gradient is 0: the model stops learning
    without any warning, or its loss jumps.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="relu"),
    ])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Known limits
    Silent for a relu with `max_value`, and for `exponential` with a categorical loss, which divides by the sum. With
    `from_logits=True` an activation that cuts the logits off is reported with lower confidence.

    ## Fix safety
    Unsafe: another activation changes what is trained.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "unbounded-output-with-probability-loss"
    code = "ACT104"
    family = "activation"
    fixable = Safety.UNSAFE
