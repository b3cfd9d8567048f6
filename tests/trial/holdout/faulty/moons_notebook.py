# %% imports
import sys
import numpy as np
import keras
from keras import layers
from sklearn.datasets import make_moons
from sklearn.preprocessing import StandardScaler

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

# %% data
X, y = make_moons(n_samples=1200, noise=0.12, random_state=seed)
X = StandardScaler().fit_transform(X)
X_tr, y_tr = X[:900], y[:900]
X_va, y_va = X[900:], y[900:]
print(X_tr.shape, y_tr.mean())

# %% model
def make_model(depth=10, width=24):
    m = keras.Sequential([layers.Input((2,))])
    for _ in range(depth):
        m.add(layers.Dense(width, activation="sigmoid"))  # fault: deep-sigmoid
    m.add(layers.Dense(1, activation="sigmoid"))
    m.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return m

model = make_model()

# %% train
history = model.fit(X_tr, y_tr, validation_data=(X_va, y_va), epochs=20, batch_size=32, verbose=2)

# %% result
print("best", max(history.history["val_accuracy"]), "last", history.history["val_accuracy"][-1])
