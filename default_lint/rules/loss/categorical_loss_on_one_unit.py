"""LOS119 categorical-loss-on-one-unit."""

from __future__ import annotations

from default_lint.findings import Safety, Severity
from default_lint.rules.loss._verdict import VerdictRule


class CategoricalLossOnOneUnit(VerdictRule):
    """A categorical loss needs one unit per class, and the output has a single unit.

    ## Why it matters
    Over one unit the only possible class is class 0: `categorical_crossentropy` is 0.0 from the first step on and
    nothing is learned, while `sparse_categorical_crossentropy` fails as soon as a label is 1. Keras only warns.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
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
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Known limits
    When the labels are known to have more than two classes, the number of units is what has to change. Softmax over one
    unit is `softmax-on-one-unit`.

    ## Fix safety
    Unsafe: another loss changes what is trained.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "categorical-loss-on-one-unit"
    code = "LOS119"
    family = "loss"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE
