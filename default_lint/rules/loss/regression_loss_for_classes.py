"""LOS130 regression-loss-for-classes."""

from __future__ import annotations

from default_lint.findings import Confidence, Safety
from default_lint.rules.loss._verdict import VerdictRule


class RegressionLossForClasses(VerdictRule):
    """A regression loss treats classes as numbers to come close to.

    ## Why it matters
    Squared or absolute error gives class probabilities a weak gradient that vanishes where the model is most wrong, and
    on class numbers it pretends that class 1 lies between 0 and 2. Cross-entropy is made for classes and learns them
    faster and better.

    ## Example
    ```python
    import keras
    import numpy as np

    x = np.random.rand(500, 20)
    y = keras.utils.to_categorical(np.random.randint(0, 5, 500), 5)
    model = keras.Sequential([
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x = np.random.rand(500, 20)
    y = keras.utils.to_categorical(np.random.randint(0, 5, 500), 5)
    model = keras.Sequential([
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    A Brier score does this on purpose. Labels 0 and 1 count only when they come from a known data set for
    classification: discriminators and small teaching programs train on them with a squared error.

    ## Fix safety
    Unsafe: another loss changes what is trained.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "regression-loss-for-classes"
    code = "LOS130"
    family = "loss"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE
