import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def load(path):
    df = pd.read_csv(path)
    y = df.pop("is_fraud").to_numpy("float32")
    return df.to_numpy("float32"), y


def build(n):
    i = keras.Input((n,))
    h = layers.Dense(32, activation="gelu")(i)
    h = layers.Dense(32, activation="gelu")(h)
    return keras.Model(i, layers.Dense(1, name="logit")(h))


X, y = load("transactions.csv")
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, test_size=0.2, random_state=8)
sc = StandardScaler().fit(X_train)
model = build(X.shape[1])
model.compile(
    keras.optimizers.Adam(1e-3),
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.Precision(name="precision"),  # fault: probability-metric-on-logits
    ],
)
model.fit(sc.transform(X_train), y_train, epochs=15, batch_size=256, validation_split=0.1,
          class_weight={0: 1.0, 1: float((y_train == 0).sum() / (y_train == 1).sum())})
scores = model.predict(sc.transform(X_test))
labels = np.argmax(scores, axis=1)  # fault: argmax-of-one-unit
print("recall", labels[y_test == 1].mean())
