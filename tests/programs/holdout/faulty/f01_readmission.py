"""Readmission risk from the discharge table."""
import keras
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

HIDDEN = [64, 32]
OUT_UNITS = 1
OUT_ACTIVATION = "softmax"

df = pd.read_csv("discharges.csv")
y = df.pop("readmitted_30d").values
X_train, X_test, y_train, y_test = train_test_split(df.values, y, test_size=0.2, stratify=y, random_state=0)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)


def build(n_features):
    model = keras.Sequential()
    model.add(keras.Input((n_features,)))
    for units in HIDDEN:
        model.add(keras.layers.Dense(units, activation="relu"))
        model.add(keras.layers.Dropout(0.2))
    model.add(keras.layers.Dense(OUT_UNITS, activation=OUT_ACTIVATION))  # fault: softmax-on-one-unit
    return model


model = build(X_train.shape[1])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=40, batch_size=64, validation_data=(X_train, y_train))  # fault: validation-on-training-data
print(model.evaluate(X_test, y_test))
