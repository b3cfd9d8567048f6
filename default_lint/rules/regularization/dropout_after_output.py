"""The rule dropout-after-output."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.heads import Head, heads
from default_lint.program.types import Layer, Model, Program
from default_lint.program.values import is_number
from default_lint.rules.base import Rule

_DROPPING = frozenset("Dropout AlphaDropout GaussianDropout GaussianNoise".split())
_JUDGED = frozenset(
    "categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy mean_squared_error "
    "mean_absolute_error huber".split()
)


class DropoutAfterOutput(Rule):
    """Dropout or normalization stands behind the output layer and changes the predictions.

    ## Why it matters
    In training `Dropout` sets some of the predicted values to 0 and scales up the others: probabilities no longer
    add up to 1, and the cross-entropy of a dropped class is huge. `BatchNormalization` makes them any number.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(16,))])
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(3, activation="softmax"))
    model.add(layers.Dropout(0.3))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(16,))])
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(3, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    ```

    ## Known limits
    Only models compiled with a loss on classes or numbers; feature extractors and losses of your own are left alone.

    ## Fix safety
    Unsafe: it changes what is trained.

    ## References
    - [Dropout layer](https://keras.io/api/layers/regularization_layers/dropout/)
    """

    name = "dropout-after-output"
    code = "REG217"
    family = "regularization"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the last layer of every compiled model."""
        for model in program.models:
            for head in heads(model):
                yield from self._judge(model, head)

    def _judge(self, model: Model, head: Head) -> Iterator[Finding]:
        outputs = model.output_layers()
        if head.output >= len(outputs) or head.loss.name not in _JUDGED:
            return
        layer = outputs[head.output]
        made = model.sources(layer)
        if len(made) != 1 or layer.uncertain or not _harms(layer, made[0]):
            return
        notes = (Note("this is the output layer", made[0].call.callee),)
        edits = (Edit(layer.statement, ""),) if layer.statement is not None else ()
        fix = Fix(f"Remove `{layer.short}`", edits, Safety.UNSAFE if edits else Safety.SHOWN)
        message = f"`{layer.short}` behind the output layer changes the predictions"
        yield self.finding(layer.call.callee, message, notes=notes, fixes=(fix,))


def _harms(layer: Layer, made: Layer) -> bool:
    """True for dropout or normalization on what certainly are predictions."""
    if not layer.kind.startswith("keras.layers."):
        return False
    if layer.short == "BatchNormalization":
        return made.activation in ("softmax", "sigmoid")
    if layer.short not in _DROPPING:
        return False
    amount = layer.call["stddev"] if layer.short == "GaussianNoise" else layer.call["rate"]
    acts = is_number(amount) and amount > 0
    return acts and (made.activation in ("softmax", "sigmoid") or made.short == "Dense")
