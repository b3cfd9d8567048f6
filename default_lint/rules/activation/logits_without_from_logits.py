"""ACT105 logits-without-from-logits."""

from __future__ import annotations

from default_lint.findings import Safety
from default_lint.rules.loss._verdict import VerdictRule


class LogitsWithoutFromLogits(VerdictRule):
    """An output without activation goes into a cross-entropy that takes probabilities.

    ## Why it matters
    A cross-entropy takes probabilities unless it is told `from_logits=True`. Logits may be negative or far above 1.
    Keras clips them to the range of a probability without a warning, so most examples give no useful gradient: accuracy
    stays low or the loss is stuck.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5),
    ])
    model.compile(optimizer="adam", loss=keras.losses.CategoricalCrossentropy())
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(5),
    ])
    model.compile(optimizer="adam", loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    ```

    ## Known limits
    Silent when the last layer is not understood (Lambda, a merge, a layer of your own that could not be followed), and
    for models with a `train_step` or `compute_loss` of their own.

    ## Fix safety
    Unsafe: training changes. For a loss given as a string, an activation is added to the layer instead.

    ## References
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "logits-without-from-logits"
    code = "ACT105"
    family = "activation"
    fixable = Safety.UNSAFE
