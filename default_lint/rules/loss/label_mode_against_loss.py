"""LOS121 label-mode-against-loss."""

from __future__ import annotations

from default_lint.findings import Safety, Severity
from default_lint.rules.loss._verdict import VerdictRule


class LabelModeAgainstLoss(VerdictRule):
    """A directory loader gives labels in another form than the loss takes.

    ## Why it matters
    `image_dataset_from_directory` gives integers unless `label_mode` says otherwise, `flow_from_directory` one-hot rows
    unless `class_mode` does. The loss has to take the same form, or the first training step fails on shapes.

    ## Example
    ```python
    import keras
    from keras import layers

    train = keras.utils.image_dataset_from_directory("photos/train", label_mode="int")
    model = keras.Sequential([
        layers.Rescaling(1 / 255),
        layers.Conv2D(16, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    train = keras.utils.image_dataset_from_directory("photos/train", label_mode="int")
    model = keras.Sequential([
        layers.Rescaling(1 / 255),
        layers.Conv2D(16, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Known limits
    Only the data given to `fit` are looked at, not those of validation. Silent when `map` changes the labels in a way
    that cannot be followed.

    ## Fix safety
    Unsafe: the labels could be changed instead. That is the second fix, and then the loaders of all splits need the
    same mode. When a binary loss and a single unit agree, the mode is what has to change.

    ## References
    - [Keras: Image data loading](https://keras.io/api/data_loading/image/)
    """

    name = "label-mode-against-loss"
    code = "LOS121"
    family = "loss"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE
