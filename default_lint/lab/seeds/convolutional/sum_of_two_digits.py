# Two scanned digits below six go in, their sum (0..10) comes out. Nobody tells the network the single digits.
import numpy as np
from keras import Input, Model, callbacks, layers, optimizers, utils
from sklearn.datasets import load_digits

utils.set_random_seed(42)

scans, values = load_digits(n_class=6, return_X_y=True)
scans = (scans / 16.0).reshape(-1, 8, 8, 1).astype("float32")

# The scans of the test pairs occur in no training pair.
rng = np.random.default_rng(12)
order = rng.permutation(len(scans))
pools = {"train": order[:720], "valid": order[720:830], "test": order[830:]}


def draw_pairs(pool, n):
    i = rng.choice(pools[pool], n)
    j = rng.choice(pools[pool], n)
    return scans[i], scans[j], (values[i] + values[j]).astype("float32")


left, right, total = draw_pairs("train", 2400)
left_val, right_val, total_val = draw_pairs("valid", 400)
left_test, right_test, total_test = draw_pairs("test", 600)

# one reader for both scans
scan = Input(shape=(8, 8, 1))
h = layers.Conv2D(16, (3, 3), activation="relu")(scan)
h = layers.Conv2D(24, (3, 3), activation="relu")(h)
h = layers.Flatten()(h)
h = layers.Dense(48, activation="relu")(h)
reading = layers.Dense(1)(h)
reader = Model(scan, reading, name="reader")

first = Input(shape=(8, 8, 1), name="first")
second = Input(shape=(8, 8, 1), name="second")
summed = layers.Add()([reader(first), reader(second)])
adder = Model(inputs=[first, second], outputs=summed)

adder.compile(optimizer=optimizers.Adam(4e-3), loss="mean_squared_error", metrics=["mean_absolute_error"])
adder.fit(
    [left, right],
    total,
    validation_data=([left_val, right_val], total_val),
    epochs=10,
    batch_size=64,
    callbacks=[callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)],
    verbose=0,
)

mse, mae = adder.evaluate([left_test, right_test], total_test, verbose=0)
print(f"off by {mae:.2f} on average")
