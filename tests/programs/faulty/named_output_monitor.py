"""Two heads: the log has val_kind_accuracy, not val_accuracy."""
import keras
import numpy as np
from keras import callbacks, layers

rng = np.random.default_rng(40)
photo = rng.random((600, 40, 40, 3)).astype("float32")
kind = rng.integers(0, 6, 600)
weight = rng.gamma(2.0, 1.0, (600, 1)).astype("float32")


def trunk(x):
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    return layers.GlobalAveragePooling2D()(x)


inputs = keras.Input((40, 40, 3))
features = trunk(inputs)
kind_out = layers.Dense(6, activation="softmax", name="kind")(features)
weight_out = layers.Dense(1, name="weight")(features)
model = keras.Model(inputs, {"kind": kind_out, "weight": weight_out})
model.compile(
    optimizer="adam",
    loss={"kind": "sparse_categorical_crossentropy", "weight": "huber"},
    metrics={"kind": "accuracy", "weight": "accuracy"},  # fault: accuracy-for-regression
)
model.fit(
    photo[:500],
    {"kind": kind[:500], "weight": weight[:500]},
    validation_data=(photo[500:], {"kind": kind[500:], "weight": weight[500:]}),
    epochs=20,
    batch_size=32,
    callbacks=[
        callbacks.EarlyStopping(
            monitor="val_accuracy",  # fault: monitor-not-logged
            mode="max",
            patience=4,
            restore_best_weights=True,
        )
    ],
)
