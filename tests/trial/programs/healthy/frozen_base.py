"""Learn strokes on many letters, keep that part frozen, then learn new letters from few examples."""
import sys

import keras
import numpy as np

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
STROKES = rng.normal(size=(12, 40))


def alphabet(letters, n):
    """Every letter is a sum of four of twelve strokes."""
    recipe = np.stack([rng.permutation(12) < 4 for _ in range(letters)]).astype(float)
    label = rng.integers(0, letters, n)
    ink = recipe[label] * rng.uniform(0.6, 1.4, (n, 12))
    return (ink @ STROKES / 4 + rng.normal(0, 0.2, (n, 40))).astype("float32"), label


x, y = alphabet(20, 2500)
base = keras.Sequential(
    [
        keras.Input((40,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(48, activation="relu"),
    ],
    name="strokes",
)
teacher = keras.Sequential([base, keras.layers.Dense(20, activation="softmax")])
teacher.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
teacher.fit(x, y, epochs=6, batch_size=32, validation_split=0.1, verbose=2)

base.trainable = False
new_x, new_y = alphabet(6, 900)
inputs = keras.Input((40,))
outputs = keras.layers.Dense(6, activation="softmax")(base(inputs, training=False))
student = keras.Model(inputs, outputs)
student.compile(optimizer=keras.optimizers.Adam(1e-2), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
student.fit(new_x[:600], new_y[:600], epochs=8, batch_size=16, validation_data=(new_x[600:], new_y[600:]), verbose=2)
print("new letters read", student.evaluate(new_x[600:], new_y[600:], verbose=0)[1])
