"""Own callbacks: they add values to logs, and a later callback watches one of those."""
import keras
import numpy as np
from keras import callbacks, layers
from sklearn.metrics import f1_score

EPOCHS = 20


class MacroF1(callbacks.Callback):
    """Writes val_f1 into the logs; must come before callbacks that read it."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def on_epoch_end(self, epoch, logs=None):
        predicted = self.model.predict(self.x, verbose=0).argmax(axis=-1)
        logs["val_f1"] = f1_score(self.y, predicted, average="macro")


class Patience:
    """Not a Keras object at all, only a helper."""

    def __init__(self, monitor, patience):
        self.monitor, self.patience = monitor, patience


class StopWhenGood(callbacks.Callback):
    def __init__(self, threshold):
        super().__init__()
        self.threshold = threshold

    def on_epoch_end(self, epoch, logs=None):
        if (logs or {}).get("val_f1", 0) > self.threshold:
            self.model.stop_training = True


(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x, x_test = x / 255.0, x_test / 255.0

model = keras.Sequential(
    [
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="nadam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
plan = Patience("val_f1", 4)
model.fit(
    x,
    y,
    epochs=EPOCHS,
    validation_data=(x_test, y_test),
    callbacks=[
        MacroF1(x_test, y_test),
        callbacks.EarlyStopping(
            monitor=plan.monitor, patience=plan.patience, mode="max", restore_best_weights=True
        ),
        StopWhenGood(0.95),
        callbacks.LambdaCallback(on_epoch_end=lambda e, logs: print(e, {k: np.round(v, 3) for k, v in logs.items()})),
    ],
)
