import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

heart = pd.read_csv("heart.csv")
X = heart.drop("target", axis=1).values
y = heart["target"].values
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, random_state=11)
mm = MinMaxScaler()
X_tr = mm.fit_transform(X_tr)  # fault: one-side-scaled

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Input(shape=(13,)))
model.add(tf.keras.layers.Dense(24, activation="relu"))
model.add(tf.keras.layers.Dense(12, activation="relu"))
model.add(tf.keras.layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X_tr, y_tr, epochs=100, batch_size=16, validation_split=0.1, verbose=0)

p = model.predict(X_te)
labels = np.argmax(p, axis=1)  # fault: argmax-of-one-unit
print(accuracy_score(y_te, labels))
