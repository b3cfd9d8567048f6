import pandas as pd
from keras import Sequential, layers, regularizers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

wine = pd.read_csv("winequality-white.csv", sep=";")
features, target = wine.drop(columns="quality").to_numpy(), wine["quality"].to_numpy()
a, b, ya, yb = train_test_split(features, target, test_size=0.2, random_state=5)
std = StandardScaler()
a = std.fit_transform(a)
b = std.transform(b)

HP = {"units": [64, 32], "l2": 1e-4, "drop": 0.2, "lr": 1e-3}
net = Sequential([layers.Input((11,))])
for n in HP["units"]:
    net.add(layers.Dense(n, activation="relu", kernel_regularizer=regularizers.l2(HP["l2"])))
    net.add(layers.Activation("relu"))  # fault: double-activation
net.add(layers.Dense(1))
net.add(layers.Dropout(HP["drop"]))  # fault: dropout-after-output
net.compile(loss="mse", optimizer="adam", metrics=["mae"])
net.fit(a, ya, epochs=80, batch_size=32, validation_split=0.15)
print(net.evaluate(b, yb))
