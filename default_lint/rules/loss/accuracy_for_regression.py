"""LOS127 accuracy-for-regression."""

from __future__ import annotations

from default_lint.findings import Confidence, Safety
from default_lint.rules.loss._verdict import VerdictRule


class AccuracyForRegression(VerdictRule):
    """Accuracy of a regression counts exact matches, so it stays near 0 and tells nothing.

    ## Why it matters
    Accuracy compares for equality. Two real numbers are almost never equal, so the metric shows 0.0 however good the
    model is, and callbacks that monitor it never see an improvement.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    ```

    ## Known limits
    A regression loss on a linear output is taken for a regression. Silent for sigmoid, softmax and tanh, and when
    the labels are known to be classes: then `regression-loss-for-classes` speaks about the loss.

    ## Fix safety
    Unsafe: names in the logs change, so `monitor="val_accuracy"` has to change too.

    ## References
    - [Keras: Accuracy metrics](https://keras.io/api/metrics/accuracy_metrics/)
    - [Keras: Regression metrics](https://keras.io/api/metrics/regression_metrics/)
    """

    name = "accuracy-for-regression"
    code = "LOS127"
    family = "loss"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE
