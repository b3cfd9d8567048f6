import numpy as np
import keras

BATCH, STEPS, SHIFT = 1, 40, 1
signal = np.cos(np.arange(0, 400, 0.1)).astype("float32") * np.exp(-np.arange(0, 400, 0.1) / 300).astype("float32")
n = (len(signal) - SHIFT) // STEPS
x = signal[:n * STEPS].reshape(n, STEPS, 1)
y = signal[SHIFT:n * STEPS + SHIFT].reshape(n, STEPS, 1)
n_train = int(0.8 * n)

model = keras.Sequential([
    keras.Input(batch_shape=(BATCH, STEPS, 1)),
    keras.layers.GRU(24, stateful=True, return_sequences=True),
    keras.layers.Dense(1),
])
model.compile(keras.optimizers.RMSprop(1e-3), "mse")


class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        for layer in self.model.layers:
            if hasattr(layer, "reset_states"):
                layer.reset_states()


# order matters: the state is carried from one window to the next
model.fit(x[:n_train], y[:n_train], batch_size=BATCH, epochs=25, shuffle=False, verbose=2, callbacks=[Reset()])
print("next windows", model.evaluate(x[n_train:], y[n_train:], batch_size=BATCH, verbose=0))
