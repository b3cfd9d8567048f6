"""The rule flatten-missing."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Note, Safety, Severity
from default_lint.program.data_values import describe_shape
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import insert_layer, place
from default_lint.rules.layer._outputs import surplus


class FlattenMissing(Rule):
    """The feature maps reach the loss unflattened, but each example has one label.

    ## Why it matters
    `Dense` works on the last axis alone. On a map it makes one prediction per cell, so the output has four axes
    where the labels have one or two. The cross-entropies raise; `mse` and `mae` broadcast without a word.

    ## Example
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.mnist.load_data()
    x = x[..., None] / 255.0
    model = keras.Sequential([keras.Input(shape=(28, 28, 1))])
    model.add(layers.Conv2D(32, 3, activation="relu"))
    model.add(layers.MaxPooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5, validation_split=0.1)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.mnist.load_data()
    x = x[..., None] / 255.0
    model = keras.Sequential([keras.Input(shape=(28, 28, 1))])
    model.add(layers.Conv2D(32, 3, activation="relu"))
    model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5, validation_split=0.1)
    ```

    ## Known limits
    Certain when the labels have one row per example. With labels of unknown shape only two `Dense` layers on a map
    that is smaller than the input are reported, at medium confidence. Segmentation and sequences are left alone.

    ## Fix safety
    Unsafe: a global pooling layer may serve better than `Flatten`.

    ## References
    - [Flatten layer](https://keras.io/api/layers/reshaping_layers/flatten/)
    - [GlobalAveragePooling2D layer](https://keras.io/api/layers/pooling_layers/global_average_pooling2d/)
    """

    name = "flatten-missing"
    code = "LAY183"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every output with more axes than its labels."""
        for found in surplus(program):
            if found.recurrent is not None:
                continue
            shape, labels = describe_shape(found.output.shape), found.head.labels
            message = f"the output has shape `{shape}`, one label per example"
            notes = [Note("there is one label per example", labels.span)] if found.certain and labels.span else []
            if not found.certain:
                message = f"the output has shape `{shape}`: one prediction per cell of the map"
                notes = [Note(f"`{found.head.loss.name}` gets it here", found.head.loss.span)]
            yield self.finding(
                place(found.first),
                message,
                notes=notes,
                fixes=(insert_layer(program, found.first, "Flatten"),),
                confidence=Confidence.HIGH if found.certain else Confidence.MEDIUM,
            )
