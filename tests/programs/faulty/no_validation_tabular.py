"""Concrete strength; looks perfect because it is judged on what it has seen."""
import keras
import numpy as np
from keras import layers
from sklearn.preprocessing import StandardScaler

table = np.loadtxt("concrete.csv", delimiter=",", skiprows=1)
X, y = table[:, :-1], table[:, -1]
X = StandardScaler().fit_transform(X)
y = (y - y.mean()) / y.std()

net = keras.Sequential(
    [
        layers.Input((X.shape[1],)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(1),
    ]
)
net.compile(optimizer=keras.optimizers.Adam(0.5), loss="mse", metrics=["mae"])  # fault: learning-rate-out-of-range
net.fit(X, y, batch_size=32, epochs=150, verbose=0)  # fault: validation-missing
loss, mae = net.evaluate(X, y)  # fault: evaluation-on-training-data
print("mae", mae)
