"""LOS128 metric-against-output."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class MetricAgainstOutput(VerdictRule):
    """A metric reads the outputs or labels in another form than they have.

    ## Why it matters
    `categorical_accuracy` compares with the largest column of one-hot labels, `sparse_categorical_accuracy` with a
    class number, `binary_accuracy` counts every unit as an answer of its own. With the wrong one the number in the logs
    is off, often far too high, or the first step fails on shapes. The string `"accuracy"` picks the right one.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["categorical_accuracy"])
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
    ```

    ## Known limits
    Precision, recall and AUC over several softmax units with one-hot labels average over the classes: left alone.

    ## Fix safety
    Unsafe: names in the logs change, so a callback that monitors the metric has to change too.

    ## References
    - [Keras: Accuracy metrics](https://keras.io/api/metrics/accuracy_metrics/)
    """

    name = "metric-against-output"
    code = "LOS128"
    family = "loss"
    fixable = Safety.UNSAFE
