"""ACT107 softmax-with-regression-loss."""

from __future__ import annotations

from default_lint.findings import Confidence, Safety
from default_lint.rules.loss._verdict import VerdictRule


class SoftmaxWithRegressionLoss(VerdictRule):
    """A regression loss trains softmax probabilities as if they were plain numbers.

    ## Why it matters
    The gradient of a squared error through softmax vanishes when the model is surely wrong, so it learns slowly just
    where it has to learn most. Cross-entropy has no such plateau. And when numbers are to be predicted, softmax outputs
    that add up to 1 cannot reach them.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5, activation="softmax"),
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
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    ```

    ## Known limits
    A Brier score and distillation use this pair on purpose: silent when the targets are predictions of a model, and at
    information level when neither labels nor an accuracy metric show that classes are meant. When the labels are known
    classes, `regression-loss-for-classes` speaks instead.

    ## Fix safety
    Unsafe: another loss, or no activation, changes what is trained.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    - [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html)
    """

    name = "softmax-with-regression-loss"
    code = "ACT107"
    family = "activation"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE
