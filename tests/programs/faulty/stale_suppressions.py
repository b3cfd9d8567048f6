"""Comments that once silenced something; the code has been repaired since, or the name was never right."""
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(31)
x = rng.normal(size=(900, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype("float32")

model = tf.keras.Sequential(
    [
        tf.keras.Input((8,)),
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(1, activation="sigmoid"),  # default-lint: ignore[softmax-on-one-unit]  # fault: unused-suppression
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(3.0),  # default-lint: ignore[learning-rate-too-big]  # fault: unknown-suppression, learning-rate-out-of-range
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
model.fit(x[:700], y[:700], epochs=20, batch_size=32, validation_data=(x[700:], y[700:]))
