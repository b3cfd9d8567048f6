"""The rule feature-map-vanishes."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Safety, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._windows import windows


class FeatureMapVanishes(Rule):
    """Convolutions and pools shrink the feature map until the next window does not fit.

    ## Why it matters
    Without padding a convolution takes `kernel - 1` cells from each axis, and a pool of 2 halves it. After a few
    blocks nothing is left: Keras raises when it builds the layer that gets the last cells.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(16, 16, 3))])
    model.add(layers.Conv2D(16, 5, activation="relu"))
    model.add(layers.MaxPooling2D(4))
    model.add(layers.Conv2D(32, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(16, 16, 3))])
    model.add(layers.Conv2D(16, 5, activation="relu"))
    model.add(layers.MaxPooling2D(4))
    model.add(layers.Conv2D(32, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2, padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    ```

    ## Known limits
    Only with a known input size. A window larger than 5 is kernel-larger-than-input instead.

    ## Fix safety
    Unsafe: padding keeps the map larger, one block less or a larger input may be what is meant.

    ## References
    - [MaxPooling2D layer](https://keras.io/api/layers/pooling_layers/max_pooling2d/)
    - [Conv2D layer](https://keras.io/api/layers/convolution_layers/convolution2d/)
    """

    name = "feature-map-vanishes"
    code = "LAY185"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the first window of each model that does not fit."""
        for window in windows(program):
            if not window.too_large:
                message = f"nothing is left: a window of {window.size} on {window.room} cell{'s' * (window.room != 1)}"
                yield self.finding(window.span, message, notes=window.notes(), fixes=window.fixes())
