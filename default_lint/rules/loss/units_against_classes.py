"""LOS122 units-against-classes."""

from __future__ import annotations

from default_lint.findings import Safety, Severity
from default_lint.rules.loss._verdict import VerdictRule


class UnitsAgainstClasses(VerdictRule):
    """The output has another number of units than the labels have classes.

    ## Why it matters
    With too few units a label has no unit of its own: TensorFlow raises an error on a CPU and gives NaN on a GPU. With
    one-hot labels the widths have to be equal. Too many units train, but some never stand for anything.

    ## Example
    ```python
    import keras
    import numpy as np

    x = np.random.rand(500, 20)
    y = keras.utils.to_categorical(np.random.randint(0, 5, 500), 5)
    model = keras.Sequential([
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(4, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
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
    Silent when the number of classes is not known, for instance for labels read from a file. One unit more than classes
    is a remark at information level: some models keep one for the background.

    ## Fix safety
    Unsafe: the model changes its shape, and weights saved before do not fit any more.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "units-against-classes"
    code = "LOS122"
    family = "loss"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE
