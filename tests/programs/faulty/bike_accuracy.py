"""Bike rentals per hour; 'accuracy' of a regression is 0.0 and the early stopping depends on it."""
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.preprocessing import StandardScaler

EPOCHS = 60

data = pd.read_csv("hour.csv")
features = ["temp", "humidity", "windspeed", "hour_sin", "hour_cos", "workday"]
split = int(len(data) * 0.8)
train, test = data[:split], data[split:]

fs, ts = StandardScaler(), StandardScaler()
x_train = fs.fit_transform(train[features])
x_test = fs.transform(test[features])
y_train = ts.fit_transform(train[["rentals"]])
y_test = ts.transform(test[["rentals"]])

model = tf.keras.Sequential(
    [
        tf.keras.Input((len(features),)),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(
    loss=tf.keras.losses.MeanSquaredError(),
    optimizer=tf.keras.optimizers.SGD(learning_rate=0.01, momentum=0.0, nesterov=True),  # fault: nesterov-without-momentum
    metrics=["mae", "accuracy"],  # fault: accuracy-for-regression
)
model.fit(x_train, y_train, epochs=EPOCHS, batch_size=64, validation_data=(x_test, y_test))
print(np.round(model.predict(x_test[:3]), 2))
