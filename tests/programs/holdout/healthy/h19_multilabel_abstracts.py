import ast

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers
from sklearn.model_selection import train_test_split

MAX_LEN, BATCH = 150, 128

df = pd.read_csv("abstracts.csv")
df = df[~df["titles"].duplicated()]
df["terms"] = df["terms"].apply(ast.literal_eval)
train_df, rest = train_test_split(df, test_size=0.1, random_state=1)
val_df = rest.sample(frac=0.5, random_state=1)
test_df = rest.drop(val_df.index)

lookup = layers.StringLookup(output_mode="multi_hot")
lookup.adapt(tf.ragged.constant(train_df["terms"].values))
n_labels = lookup.vocabulary_size()

text_vectorizer = layers.TextVectorization(max_tokens=150_000, ngrams=2, output_mode="tf_idf")


def dataset(frame, training=True):
    labels = lookup(tf.ragged.constant(frame["terms"].values)).numpy()
    ds = tf.data.Dataset.from_tensor_slices((frame["summaries"].values, labels))
    if training:
        ds = ds.shuffle(BATCH * 10)
    return ds.batch(BATCH)


train, val, test = dataset(train_df), dataset(val_df, False), dataset(test_df, False)
with tf.device("/CPU:0"):
    text_vectorizer.adapt(train.map(lambda t, y: t))


def vec(t, y):
    return text_vectorizer(t), y


train, val, test = (d.map(vec, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2) for d in (train, val, test))

model = keras.Sequential([
    layers.Dense(512, activation="relu"),
    layers.Dense(256, activation="relu"),
    layers.Dense(n_labels, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["binary_accuracy", keras.metrics.AUC(multi_label=True, name="auc")])
model.fit(train, validation_data=val, epochs=20)
_, acc, auc = model.evaluate(test)
print(f"multi-label accuracy {acc:.3f}, AUC {auc:.3f}")
