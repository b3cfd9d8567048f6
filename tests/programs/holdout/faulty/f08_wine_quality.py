import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import layers

wine = pd.read_csv("winequality-red.csv", sep=";")
X = wine.drop(columns=["quality"])
y = wine["quality"].astype("float32")

X_train, y_train, X_test, y_test = train_test_split(X, y, test_size=0.2, random_state=1)  # fault: split-order

scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.fit_transform(X_test)  # fault: scaler-fitted-on-test

model = keras.Sequential([
    layers.Input((11,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(1),
])
model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
model.fit(X_train, y_train, epochs=100, batch_size=32, validation_split=0.2, verbose=0)
print(model.evaluate(X_test, y_test))
