"""ACT102 sigmoid-with-categorical-loss."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class SigmoidWithCategoricalLoss(VerdictRule):
    """A categorical loss reads separate sigmoid outputs as if they were one distribution.

    ## Why it matters
    Sigmoid gives every unit its own probability between 0 and 1; they do not add up to 1. A categorical loss looks only
    at the unit of the true class, so nothing pushes the other units down as softmax would. Predictions are no
    distribution over the classes, and with the TensorFlow backend the loss is taken from hidden logits that the
    predictions do not follow.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    ```

    ## Known limits
    When an example can have several labels, sigmoid is right and the loss has to change to `binary_crossentropy`: that
    is the second fix, and the first one when the labels are known to mark several. One unit is another rule,
    `categorical-loss-on-one-unit`.

    ## Fix safety
    Unsafe: both fixes change what is trained.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "sigmoid-with-categorical-loss"
    code = "ACT102"
    family = "activation"
    fixable = Safety.UNSAFE
