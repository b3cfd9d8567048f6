import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(8)

FONT = {
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "K": "10001 10010 10100 11000 10100 10010 10001",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "R": "11110 10001 10001 11110 10100 10010 10001",
}
GLYPHS = np.array([[list(map(int, row)) for row in rows.split()] for rows in FONT.values()], dtype="float32")
PAPER = 10
batch_size = 32


def stamp(count, rng):
    """Letters anywhere on the paper, with worn ink and dust."""
    which = rng.integers(0, len(GLYPHS), count)
    paper = np.zeros((count, PAPER, PAPER, 1), dtype="float32")
    for i, k in enumerate(which):
        top, left = rng.integers(0, PAPER - 6), rng.integers(0, PAPER - 4)
        ink = GLYPHS[k] * (rng.random((7, 5)) > 0.03)
        paper[i, top:top + 7, left:left + 5, 0] = ink
    paper += rng.normal(0, 0.15, paper.shape)
    return paper.astype("float32"), which.astype("int32")


rng = np.random.default_rng(1)
train_x, train_y = stamp(1600, rng)
val_x, val_y = stamp(200, rng)
test_x, test_y = stamp(800, rng)

train_ds = tf.data.Dataset.from_tensor_slices((train_x, train_y)).shuffle(1600).batch(batch_size)
val_ds = tf.data.Dataset.from_tensor_slices((val_x, val_y)).batch(200)

model = tf.keras.Sequential([
    tf.keras.layers.Input(shape=(PAPER, PAPER, 1)),
    tf.keras.layers.Conv2D(16, (3, 3), activation="relu"),
    tf.keras.layers.Conv2D(20, (3, 3), activation="relu"),
    tf.keras.layers.MaxPooling2D((2, 2)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dropout(0.25),
    tf.keras.layers.Dense(48, activation="relu"),
    tf.keras.layers.Dense(len(FONT)),
])

model.compile(
    optimizer="nadam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(train_ds, validation_data=val_ds, epochs=9, verbose=0)

guess = model.predict(test_x, verbose=0).argmax(axis=1)
print("letters read correctly: {:.1%}".format(np.mean(guess == test_y)))
