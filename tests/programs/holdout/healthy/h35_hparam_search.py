import itertools
import json
import random

import keras
import numpy as np
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SPACE = {
    "units": [32, 64, 128],
    "depth": [1, 2, 3],
    "activation": ["relu", "selu", "swish"],
    "lr": [3e-4, 1e-3, 3e-3],
    "optimizer": ["adam", "rmsprop"],
    "dropout": [0.0, 0.1, 0.3],
}
N_TRIALS = 25

X, y = fetch_california_housing(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train, test_size=0.2, random_state=0)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_val = scaler.transform(X_val)
X_test = scaler.transform(X_test)


def build(hp):
    model = keras.Sequential()
    model.add(keras.Input(shape=X_train.shape[1:]))
    for _ in range(hp["depth"]):
        model.add(keras.layers.Dense(hp["units"], activation=hp["activation"]))
        if hp["dropout"] > 0:
            model.add(keras.layers.Dropout(hp["dropout"]))
    model.add(keras.layers.Dense(1))
    opts = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    model.compile(optimizer=opts[hp["optimizer"]](learning_rate=hp["lr"]), loss="mse", metrics=["mae"])
    return model


random.seed(5)
trials = random.sample(list(itertools.product(*SPACE.values())), N_TRIALS)
results = []
for t, values in enumerate(trials):
    hp = dict(zip(SPACE, values))
    keras.backend.clear_session()
    keras.utils.set_random_seed(t)
    model = build(hp)
    hist = model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=100, batch_size=128, verbose=0,
                     callbacks=[keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)])
    results.append({"hp": hp, "val_mae": min(hist.history["val_mae"])})
    print(t, results[-1])

best = min(results, key=lambda r: r["val_mae"])
json.dump(results, open("trials.json", "w"), indent=1)
X_all, y_all = np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val])
final = build(best["hp"])
final.fit(X_all, y_all, epochs=40, batch_size=128, verbose=0)
print("test", final.evaluate(X_test, y_test, verbose=0))
