import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, StandardScaler

CATS = ["store", "state", "promo", "holiday"]
NUMS = ["distance", "temp", "wind"]
df = pd.read_parquet("sales.parquet")
for c in CATS:
    df[c] = LabelEncoder().fit_transform(df[c].astype(str))
cards = {c: int(df[c].nunique()) for c in CATS}
tr, te = train_test_split(df, test_size=0.1, random_state=17)
ss = StandardScaler().fit(tr[NUMS])


def feed(d):
    out = {c: d[c].values for c in CATS}
    out["nums"] = ss.transform(d[NUMS])
    return out


def build():
    ins, parts = {}, []
    for c in CATS:
        i = tf.keras.Input((1,), name=c, dtype="int32")
        e = tf.keras.layers.Embedding(cards[c], min(50, (cards[c] + 1) // 2))(i)
        parts.append(tf.keras.layers.Flatten()(e))
        ins[c] = i
    n = tf.keras.Input((len(NUMS),), name="nums")
    ins["nums"] = n
    x = tf.keras.layers.Concatenate()(parts + [n])
    for u in (200, 100):
        x = tf.keras.layers.Dense(u, activation="relu")(x)
        x = tf.keras.layers.BatchNormalization()(x)
        x = tf.keras.layers.Dropout(0.1)(x)
    return tf.keras.Model(ins, tf.keras.layers.Dense(1)(x))


model = build()
model.compile("adam", "mse", metrics=[tf.keras.metrics.RootMeanSquaredError()])
model.fit(feed(tr), np.log1p(tr.sales.values), validation_data=(feed(te), np.log1p(te.sales.values)),
          epochs=15, batch_size=512)
