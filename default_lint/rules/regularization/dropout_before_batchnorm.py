"""The rule dropout-before-batchnorm."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program
from default_lint.program.values import is_number
from default_lint.rules.base import Rule


class DropoutBeforeBatchnorm(Rule):
    """Dropout straight before batch normalization shifts the statistics that are used in inference.

    ## Why it matters
    In training `BatchNormalization` sees the larger variance that dropout makes, and remembers it. In inference
    nothing is dropped, the variance is smaller, and the outputs are scaled wrongly. The usual order is the other.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(16,))])
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.BatchNormalization())
    model.add(layers.Dense(1))
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(16,))])
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.BatchNormalization())
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(1))
    ```

    ## Known limits
    Information level: many working models do it. Only where the two follow each other directly.

    ## Fix safety
    Shown only: moving a layer changes what is trained.

    ## References
    - [Understanding the disharmony between dropout and batch normalization](https://arxiv.org/abs/1801.05134)
    - [BatchNormalization layer](https://keras.io/api/layers/normalization_layers/batch_normalization/)
    """

    name = "dropout-before-batchnorm"
    code = "REG218"
    family = "regularization"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every batch normalization straight behind a dropout."""
        for model in program.models:
            for layer in model.layers:
                source = model.sources(layer)
                if layer.short != "BatchNormalization" or len(source) != 1 or source[0].short != "Dropout":
                    continue
                rate = source[0].call["rate"]
                if is_number(rate) and 0 < rate < 1:
                    notes = (Note("learns the variance that the dropout makes", layer.call.callee),)
                    fix = Fix("Put `Dropout` behind `BatchNormalization`", (), Safety.SHOWN)
                    message = f"`Dropout({rate:g})` shifts the statistics of `BatchNormalization`"
                    yield self.finding(source[0].call.callee, message, notes=notes, fixes=(fix,))
