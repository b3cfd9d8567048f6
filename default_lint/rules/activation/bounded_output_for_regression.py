"""ACT106 bounded-output-for-regression."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class BoundedOutputForRegression(VerdictRule):
    """The output activation cannot reach the values that the model has to predict.

    ## Why it matters
    Sigmoid stays between 0 and 1, tanh between -1 and 1, relu never goes below 0. When the targets lie outside, the
    output settles at the edge of its range, where the gradient is 0, and predictions stay wrong however long the
    training.

    ## Example
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.boston_housing.load_data()
    model = keras.Sequential([
        layers.Normalization(),
        layers.Dense(64, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=50, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.boston_housing.load_data()
    model = keras.Sequential([
        layers.Normalization(),
        layers.Dense(64, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=50, validation_split=0.2)
    ```

    ## Known limits
    Warns only when the range of the targets is known: from literals, bounds, a scaler or a well-known data set. With
    unknown targets a bounded output of one unit is a remark at information level, because scaled targets are common.

    ## Fix safety
    Unsafe: the model is trained with another output. Scaling the targets is the other way.

    ## References
    - [Keras: Layer activation functions](https://keras.io/api/layers/activations/)
    """

    name = "bounded-output-for-regression"
    code = "ACT106"
    family = "activation"
    fixable = Safety.UNSAFE
