"""LOS118 probabilities-with-from-logits."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class ProbabilitiesWithFromLogits(VerdictRule):
    """`from_logits=True` makes the loss apply softmax or sigmoid to values that are probabilities already.

    ## Why it matters
    With `from_logits=True` the loss applies the activation itself. Applied twice, it squeezes all probabilities into a
    narrow range, and the model learns slowly and badly. Keras on TensorFlow notices, warns and takes the hidden logits
    where it still finds them; the JAX and PyTorch backends train on the wrong values.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
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
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy())
    ```

    ## Known limits
    Silent when the final activation is not known.

    ## Fix safety
    Unsafe: on backends other than TensorFlow training changes, for the better. Removing the activation and keeping the
    flag is the other way; then `predict` returns logits.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "probabilities-with-from-logits"
    code = "LOS118"
    family = "loss"
    fixable = Safety.UNSAFE
