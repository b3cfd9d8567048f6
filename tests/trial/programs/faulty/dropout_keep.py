"""Which of five gestures? Accelerometer, 30 steps of three axes. The rates are those of the old TF1 script."""
import sys

import keras
import numpy as np

CFG = dict(units=32, keep_prob=0.9, epochs=10, batch=32)
CLASSES, STEPS = 5, 30


def gestures(n, rng, templates):
    y = rng.integers(0, CLASSES, n)
    speed = rng.uniform(0.8, 1.2, (n, 1))
    t = np.minimum((np.arange(STEPS) * speed).astype(int), STEPS - 1)
    x = templates[y[:, None], t] + rng.normal(0, 0.3, (n, STEPS, 3))
    return x.astype("float32"), y


def gesture_model():
    i = keras.Input((STEPS, 3))
    x = keras.layers.GRU(CFG["units"])(i)
    x = keras.layers.Dropout(CFG["keep_prob"])(x)  # fault: dropout-too-high
    x = keras.layers.Dense(CFG["units"], activation="relu")(x)
    x = keras.layers.Dropout(CFG["keep_prob"])(x)  # fault: dropout-too-high
    return keras.Model(i, keras.layers.Dense(CLASSES, activation="softmax")(x))


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
templates = np.cumsum(rng.normal(0, 0.3, (CLASSES, STEPS, 3)), axis=1)
train, test = gestures(1500, rng, templates), gestures(400, rng, templates)

model = gesture_model()
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(*train, epochs=CFG["epochs"], batch_size=CFG["batch"], validation_data=test, verbose=2)
print("test accuracy", model.evaluate(*test, verbose=0)[1])
