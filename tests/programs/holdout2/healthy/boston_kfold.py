import numpy as np
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

(X, y), (X_test, y_test) = keras.datasets.boston_housing.load_data()


def make(n):
    m = keras.Sequential()
    m.add(keras.layers.Input(shape=(n,)))
    m.add(keras.layers.Dense(64, activation="relu", kernel_regularizer="l2"))
    m.add(keras.layers.Dense(64, activation="relu"))
    m.add(keras.layers.Dense(1))
    m.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return m


scores = []
for i, (tr, va) in enumerate(KFold(4, shuffle=True, random_state=2).split(X)):
    sc = StandardScaler()
    a = sc.fit_transform(X[tr])
    b = sc.transform(X[va])
    m = make(a.shape[1])
    h = m.fit(a, y[tr], epochs=80, batch_size=16, verbose=0, validation_data=(b, y[va]))
    scores.append(h.history["val_mae"])
best = int(np.argmin(np.mean(scores, axis=0))) + 1
print("best epoch", best)
sc = StandardScaler()
full = sc.fit_transform(X)
final = make(full.shape[1])
final.fit(full, y, epochs=best, batch_size=16, verbose=0)
print(mean_absolute_error(y_test, final.predict(sc.transform(X_test)).ravel()))
