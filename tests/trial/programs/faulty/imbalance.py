"""Card fraud: about one payment in thirty."""
import os

import numpy as np
import tensorflow as tf
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
import sys

SEED = int(sys.argv[1] if sys.argv[1:] else os.environ.get("SEED", "0"))
tf.keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

n = 3000
payments = rng.normal(size=(n, 10))
risk = 1.1 * payments[:, 0] + payments[:, 1] - 0.8 * payments[:, 2] + rng.logistic(size=n)
fraud = (risk > np.quantile(risk, 0.965)).astype("int64")

X_train, X_test, y_train, y_test = train_test_split(payments, fraud, test_size=0.33, stratify=fraud, random_state=SEED)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)

model = tf.keras.Sequential()
model.add(tf.keras.Input(shape=(10,)))
model.add(tf.keras.layers.Dense(16, activation="relu"))
model.add(tf.keras.layers.Dropout(0.2))
model.add(tf.keras.layers.Dense(1, activation="sigmoid"))
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])  # fault: class-imbalance
model.fit(X_train, y_train, epochs=12, batch_size=32, validation_data=(X_test, y_test), verbose=2)  # fault: class-imbalance

found = model.predict(X_test, verbose=0).ravel() > 0.5
print("frauds found:", int(found[y_test == 1].sum()), "of", int(y_test.sum()))
print("balanced accuracy:", balanced_accuracy_score(y_test, found))
