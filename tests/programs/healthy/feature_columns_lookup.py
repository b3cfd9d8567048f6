"""Heart disease like table with preprocessing layers only: Normalization, StringLookup, IntegerLookup, Discretization."""
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers

NUMERIC = ("age", "pressure")
STRINGS = ("thal",)
BATCH = 32

frame = pd.read_csv("heart.csv")
valid_frame = frame.sample(frac=0.2, random_state=1337)
train_frame = frame.drop(valid_frame.index)


def to_dataset(df, shuffle):
    df = df.copy()
    labels = df.pop("target")
    ds = tf.data.Dataset.from_tensor_slices(({k: v.to_numpy() for k, v in df.items()}, labels))
    if shuffle:
        ds = ds.shuffle(buffer_size=len(df))
    return ds.batch(BATCH)


train_ds, valid_ds = to_dataset(train_frame, True), to_dataset(valid_frame, False)

inputs, encoded = {}, []
for name in NUMERIC:
    inputs[name] = keras.Input(shape=(1,), name=name)
    norm = layers.Normalization(axis=None)
    norm.adapt(train_frame[name].to_numpy("float32"))
    encoded.append(norm(inputs[name]))
for name in STRINGS:
    inputs[name] = keras.Input(shape=(1,), name=name, dtype="string")
    lookup = layers.StringLookup(output_mode="multi_hot")
    lookup.adapt(train_frame[name].to_numpy(dtype=str))
    encoded.append(lookup(inputs[name]))

x = layers.concatenate(encoded)
x = layers.Dense(32, activation="relu")(x)
x = layers.Dropout(0.5)(x)
output = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs, output)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(train_ds, epochs=50, validation_data=valid_ds, verbose=2)

sample = {"age": 60.0, "pressure": 145.0, "thal": "fixed"}
print(model.predict({k: tf.convert_to_tensor(np.array([[v]])) for k, v in sample.items()}))
