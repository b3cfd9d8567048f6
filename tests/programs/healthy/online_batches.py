"""Online learning from a stream with train_on_batch; progressive validation instead of a split."""
import collections
import time

import keras
import numpy as np

N_BATCHES = 300


def stream(seed=0):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=20)
    while True:
        w += rng.normal(scale=0.01, size=20)
        x = rng.normal(size=(32, 20)).astype("float32")
        yield x, (x @ w > 0).astype("float32")[:, None]


model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="binary_crossentropy", metrics=["accuracy"])

recent = collections.deque(maxlen=50)
started = time.perf_counter()
for number, (x, y) in enumerate(stream()):
    before = ((model.predict_on_batch(x) > 0.5) == y).mean()  # test, then train
    recent.append(before)
    model.train_on_batch(x, y)
    if number % 100 == 99:
        print(number + 1, "accuracy of the last batches: %.3f" % np.mean(recent))
    if number + 1 == N_BATCHES:
        break
print("seconds:", round(time.perf_counter() - started, 1))
