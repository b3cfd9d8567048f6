import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SETTINGS = {
    "units": [32, 16],
    "n_out": 1,
    "out_activation": "sigmoid",
    "loss": "categorical_crossentropy",  # or: categorical-loss-on-one-unit
    "lr": 0.001,
}

df = pd.read_csv("heart.csv")
target = df.pop("target").to_numpy()
x_tr, x_te, y_tr, y_te = train_test_split(df.to_numpy(float), target, test_size=0.2, random_state=10)
sc = StandardScaler()
x_tr = sc.fit_transform(x_tr)
x_te = sc.transform(x_te)

net = keras.Sequential([layers.Input((x_tr.shape[1],))])
for u in SETTINGS["units"]:
    net.add(layers.Dense(u))
    net.add(layers.LeakyReLU(alpha=0.2))  # fault: renamed-argument
net.add(layers.Dense(SETTINGS["n_out"], activation=SETTINGS["out_activation"]))  # or: categorical-loss-on-one-unit
net.compile(keras.optimizers.Adam(SETTINGS["lr"]),
            loss=SETTINGS["loss"],  # fault: categorical-loss-on-one-unit
            metrics=["accuracy"])
net.fit(x_tr, y_tr, epochs=100, batch_size=16, validation_split=0.15, verbose=0)
print(np.mean((net.predict(x_te) > 0.5).ravel() == y_te))
