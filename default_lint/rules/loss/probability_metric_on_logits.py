"""LOS129 probability-metric-on-logits."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class ProbabilityMetricOnLogits(VerdictRule):
    """A metric with thresholds between 0 and 1 is given logits.

    ## Why it matters
    The model outputs logits, and the loss knows it by `from_logits=True`, but the metric does not. A threshold of 0.5
    on a logit means a probability of 0.62, and AUC spreads its thresholds from 0 to 1, where few logits lie. The
    numbers in the logs are off although training is right.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((20,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile(
        optimizer="adam",
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy()],
    )
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((20,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile(
        optimizer="adam",
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
    )
    ```

    ## Known limits
    The string `"accuracy"`, which means the same threshold, is a remark at information level only. Metrics that compare
    the largest unit are right on logits as well and are left alone.

    ## Fix safety
    Unsafe: the values in the logs change.

    ## References
    - [Keras: Accuracy metrics](https://keras.io/api/metrics/accuracy_metrics/)
    - [Keras: Classification metrics](https://keras.io/api/metrics/classification_metrics/)
    """

    name = "probability-metric-on-logits"
    code = "LOS129"
    family = "loss"
    fixable = Safety.UNSAFE
