"""ACT103 softmax-with-binary-loss."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class SoftmaxWithBinaryLoss(VerdictRule):
    """A binary loss scores each softmax output on its own, although they are one choice.

    ## Why it matters
    Softmax outputs belong together: they add up to 1 over the classes. Binary cross-entropy takes them apart into one
    yes-or-no question per unit and averages, so most of the loss comes from the classes that are not there. With the
    TensorFlow backend it even applies a sigmoid to the hidden logits, so the loss does not match the predictions.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5, activation="softmax"),
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
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    ```

    ## Known limits
    The confidence is lower for two units, where the two losses are close to each other. When the labels are known to
    mark several classes at once, the activation is what has to change.

    ## Fix safety
    Unsafe: the loss that fits depends on the labels (`sparse_categorical_crossentropy` for integers).

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "softmax-with-binary-loss"
    code = "ACT103"
    family = "activation"
    fixable = Safety.UNSAFE
