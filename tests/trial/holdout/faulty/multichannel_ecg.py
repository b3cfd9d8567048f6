import sys
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)

CHANNELS, STEPS, CLASSES = 3, 40, 3


def record(n):
    """The device delivers (n, channels, steps). Label: which lead carries the spike train first."""
    y = np.random.randint(0, CLASSES, n)
    x = 0.5 * np.random.randn(n, CHANNELS, STEPS)
    for i in range(n):
        order = np.roll(np.arange(CHANNELS), -y[i])
        start = np.random.randint(2, 20)
        for k, ch in enumerate(order):
            x[i, ch, start + 5 * k:start + 5 * k + 3] += 2.5
    return x.astype("float32"), y


def to_model_layout(x):
    return np.reshape(x, (len(x), STEPS, CHANNELS))  # fault: reshape-not-transpose


x_train, y_train = record(900)
x_val, y_val = record(300)
x_train, x_val = to_model_layout(x_train), to_model_layout(x_val)

model = keras.Sequential([
    layers.Input((STEPS, CHANNELS)),
    layers.Conv1D(12, 5, activation="relu"),
    layers.Conv1D(12, 5, activation="relu"),
    layers.GlobalMaxPooling1D(),
    layers.Dense(CLASSES, activation="softmax"),
])
model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=15, batch_size=32, verbose=2)
print("val_accuracy:", history.history["val_accuracy"][-1])
