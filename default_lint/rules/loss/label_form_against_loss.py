"""LOS120 label-form-against-loss."""

from __future__ import annotations

from default_lint.findings import Safety, Severity
from default_lint.rules.loss._verdict import VerdictRule


class LabelFormAgainstLoss(VerdictRule):
    """The labels do not have the form that the loss takes: integers, one-hot rows or 0 and 1.

    ## Why it matters
    `sparse_categorical_crossentropy` takes one class number per example, `categorical_crossentropy` one row with a
    single 1. Given the other form, Keras 3 raises an error about shapes at the first step; older versions could
    broadcast and train on nonsense.

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
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
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
    Silent when it is not visible how the labels were made. Labels of a directory loader are `label-mode-against-loss`.

    ## Fix safety
    Unsafe, although swapping the loss keeps its meaning: the labels could be converted instead.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    - [Keras: to_categorical](https://keras.io/api/utils/python_utils/#to_categorical-function)
    """

    name = "label-form-against-loss"
    code = "LOS120"
    family = "loss"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE
