# Fill in a hole in pictures of crossing bars.  The bars run through, so the rest of the picture tells what is missing.
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

SIZE = 16
HOLE = 5


def bars(rng, count):
    pictures = np.zeros((count, SIZE, SIZE, 1), "float32")
    for picture in pictures:
        for _ in range(2):
            start, width = rng.integers(0, SIZE - 2), rng.integers(2, 5)
            picture[start : start + width] += rng.uniform(0.3, 0.5)
            start, width = rng.integers(0, SIZE - 2), rng.integers(2, 5)
            picture[:, start : start + width] += rng.uniform(0.3, 0.5)
    return np.clip(pictures, 0, 1)


def punch(rng, pictures, noise=0.05):
    """A square hole (filled with -1) and a little sensor noise."""
    damaged = pictures + rng.normal(0, noise, pictures.shape)
    for one in damaged:
        top, left = rng.integers(0, SIZE - HOLE + 1, 2)
        one[top : top + HOLE, left : left + HOLE] = -1.0
    return damaged.astype("float32")


rng = np.random.default_rng(2718)
whole_train, whole_test = bars(rng, 900), bars(rng, 300)
holed_train, holed_test = punch(rng, whole_train), punch(rng, whole_test)

autoencoder = keras.Sequential(
    [
        keras.Input((SIZE, SIZE, 1)),
        layers.Conv2D(12, 5, strides=2, padding="same", activation="relu", kernel_initializer="he_uniform"),
        layers.Conv2D(20, 3, padding="same", activation="relu", kernel_initializer="he_uniform"),
        layers.Conv2D(20, 3, padding="same", activation="relu", kernel_initializer="he_uniform"),
        layers.Conv2DTranspose(12, 4, strides=2, padding="same", activation="relu", kernel_initializer="he_uniform"),
        layers.Conv2D(1, 3, padding="same"),
    ],
    name="inpainter",
)
autoencoder.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(learning_rate=3e-3, clipnorm=1.0))

feed = tf.data.Dataset.from_tensor_slices((holed_train, whole_train)).shuffle(900).batch(32)
autoencoder.fit(feed, epochs=10, verbose=0)

mended = autoencoder.predict(holed_test, verbose=0)
print("rms error:", np.sqrt(np.mean((mended - whole_test) ** 2)), "of spread", whole_test.std())
