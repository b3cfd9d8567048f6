"""The rule bias-before-batchnorm."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Fix, Note, Safety, Severity
from default_lint.program.heads import WEIGHTED
from default_lint.program.types import Layer, Model, Program
from default_lint.rules.base import Rule


class BiasBeforeBatchnorm(Rule):
    """The bias of a layer has no effect: the batch normalization behind it takes it away.

    ## Why it matters
    `BatchNormalization` subtracts the mean of each channel, and with it any constant that was added before, then
    adds an offset of its own. The bias costs memory and time and gets no useful gradient; nothing is wrong otherwise.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            layers.Conv2D(32, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    )
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            layers.Conv2D(32, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    )
    ```

    ## Known limits
    Information level: it is a small waste, not a fault. Silent with an activation between the two.

    ## Fix safety
    Unsafe: saved weights no longer fit.

    ## References
    - [BatchNormalization layer](https://keras.io/api/layers/normalization_layers/batch_normalization/)
    - [Batch Normalization, section 3.2](https://arxiv.org/abs/1502.03167)
    """

    name = "bias-before-batchnorm"
    code = "WEI210"
    family = "weights"
    severity = Severity.INFO
    fixable = Safety.UNSAFE
    tag = "unnecessary"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every batch normalization straight behind a layer with a bias."""
        for model in program.models:
            for layer in model.layers:
                after = model.consumers(layer)
                if _has_idle_bias(layer) and after and all(_normalizes(model, user) for user in after):
                    call = layer.call
                    fix = Fix("Add `use_bias=False`", (call.add_argument("use_bias=False"),), Safety.UNSAFE)
                    notes = (Note("subtracts the mean, and the bias with it", after[0].call.callee),)
                    message = f"the bias of `{layer.short}` has no effect before `BatchNormalization`"
                    yield self.finding(call.callee, message, notes=notes, fixes=(fix,))


def _has_idle_bias(layer: Layer) -> bool:
    call = layer.call
    return (
        layer.short in WEIGHTED
        and call.name.startswith("keras.layers.")
        and layer.activation == "linear"
        and not call.spread
        and call["use_bias"] is True
        and call.given("use_bias") is None
        and layer.trainable is True
    )


def _normalizes(model: Model, layer: Layer) -> bool:
    return layer.short == "BatchNormalization" and layer.call["center"] is True and layer.call["axis"] == -1
