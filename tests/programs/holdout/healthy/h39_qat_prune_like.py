# Magnitude pruning with a callback, then fake-quantised evaluation
import keras
import numpy as np
from keras import layers


class MagnitudePruning(keras.callbacks.Callback):
    """Zero the smallest weights of every kernel; the share rises from 0 to `final`."""

    def __init__(self, final=0.8, begin=2, end=10):
        super().__init__()
        self.final, self.begin, self.end = final, begin, end
        self.masks = {}

    def _sparsity(self, epoch):
        t = np.clip((epoch - self.begin) / (self.end - self.begin), 0, 1)
        return self.final * (1 - (1 - t) ** 3)

    def on_epoch_begin(self, epoch, logs=None):
        s = self._sparsity(epoch)
        for layer in self.model.layers:
            if hasattr(layer, "kernel"):
                w = layer.kernel.numpy()
                cut = np.quantile(np.abs(w), s) if s > 0 else -1.0
                self.masks[layer.name] = (np.abs(w) > cut).astype(w.dtype)

    def on_train_batch_end(self, batch, logs=None):
        for layer in self.model.layers:
            if layer.name in self.masks:
                layer.kernel.assign(layer.kernel * self.masks[layer.name])


def fake_quantize(w, bits=8):
    scale = np.abs(w).max() / (2 ** (bits - 1) - 1)
    return np.round(w / scale) * scale if scale > 0 else w


(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = (x_train / 255.0).reshape((-1, 784)).astype("float32")
x_test = (x_test / 255.0).reshape((-1, 784)).astype("float32")

model = keras.Sequential([
    layers.Input((784,)),
    layers.Dense(300, activation="relu"),
    layers.Dense(100, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=14, batch_size=128, validation_split=0.1, callbacks=[MagnitudePruning()])
print("pruned", model.evaluate(x_test, y_test, verbose=0))
for bits in (8, 6, 4, 3):
    q = keras.models.clone_model(model)
    q.set_weights([fake_quantize(w, bits) for w in model.get_weights()])
    q.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    print(bits, "bits", q.evaluate(x_test, y_test, verbose=0))
