import numpy as np
from keras import Input, Model, callbacks, layers


def cbs(path):
    return [
        callbacks.ModelCheckpoint(path + "/best.hdf5", monitor="val_loss", save_best_only=True),  # fault: checkpoint-suffix
        callbacks.EarlyStopping(monitor="val_mae", mode="max", patience=10, restore_best_weights=True),  # fault: callback-mode-against-monitor
        callbacks.CSVLogger(path + "/log.csv"),
    ]


def net(n):
    i = Input((n,))
    h = layers.Dense(64, activation="relu")(i)
    h = layers.Dense(32, activation="relu")(h)
    return Model(i, layers.Dense(1)(h))


X = np.load("energy_x.npy")
y = np.load("energy_y.npy")
X = (X - X.mean(0)) / X.std(0)
model = net(8)
model.compile("adam", "mse", metrics=["mae"])
model.fit(X, y, epochs=200, batch_size=16, validation_split=0.2, callbacks=cbs("runs"))
