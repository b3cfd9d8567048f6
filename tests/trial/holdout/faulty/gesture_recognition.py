import sys
import numpy as np
import keras
from keras import layers, callbacks

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)


def gestures(n, length=32):
    """Accelerometer traces of four gestures, 2 channels."""
    y = np.random.randint(0, 4, n)
    t = np.linspace(0, 1, length)
    f = np.array([2.0, 2.7, 3.4, 4.1])[y][:, None]
    ph = np.random.uniform(0, 2 * np.pi, (n, 1))
    a = np.sin(2 * np.pi * f * t + ph)
    b = np.cos(2 * np.pi * f * t + ph)
    x = np.stack([a, b], -1) + 0.9 * np.random.randn(n, length, 2)
    return x.astype("float32"), y


x_train, y_train = gestures(1000)
x_val, y_val = gestures(300)

inputs = layers.Input((32, 2))
x = layers.Conv1D(16, 7, activation="relu")(inputs)
x = layers.MaxPooling1D(2)(x)
x = layers.Conv1D(16, 5, activation="relu")(x)
x = layers.GlobalAveragePooling1D()(x)
outputs = layers.Dense(4, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])

stop = callbacks.EarlyStopping(
    monitor="val_accuracy",
    mode="min",  # fault: early-stopping-mode
    patience=3,
    restore_best_weights=True,
)
h = model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=25, batch_size=32,
              callbacks=[stop], verbose=2)
print("epochs run", len(h.epoch))
print("val acc", model.evaluate(x_val, y_val, verbose=0)[1])
