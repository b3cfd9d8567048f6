import keras
import tensorflow as tf
from keras import layers

CSV_TRAIN, CSV_VAL = "click_train.csv", "click_val.csv"
NUM = ["age", "hours", "gain"]
CAT = {"site": 1000, "device": 20, "country": 250}
DEFAULTS = [0.0] * len(NUM) + [""] * len(CAT) + [0]


def parse(line):
    fields = tf.io.decode_csv(line, DEFAULTS)
    feats = dict(zip(NUM + list(CAT), fields[:-1]))
    return feats, fields[-1]


def make(path, training):
    ds = tf.data.TextLineDataset(path).skip(1)
    if training:
        ds = ds.shuffle(100_000)
    return ds.batch(512).map(parse_batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(1)


def parse_batch(lines):
    return parse(lines)


train, val = make(CSV_TRAIN, True), make(CSV_VAL, False)

inputs, wide, deep = {}, [], []
for name in NUM:
    inputs[name] = keras.Input((1,), name=name)
    norm = layers.Normalization(axis=None)
    norm.adapt(train.map(lambda f, y, n=name: f[n]))
    deep.append(norm(inputs[name]))
for name, buckets in CAT.items():
    inputs[name] = keras.Input((1,), name=name, dtype="string")
    ids = layers.Hashing(num_bins=buckets)(inputs[name])
    wide.append(layers.CategoryEncoding(num_tokens=buckets, output_mode="multi_hot")(ids))
    deep.append(layers.Flatten()(layers.Embedding(buckets, 16)(ids)))

d = layers.Concatenate()(deep)
for units in (128, 64):
    d = layers.Dense(units, activation="relu")(d)
    d = layers.Dropout(0.2)(d)
logit = layers.Add()([layers.Dense(1)(layers.Concatenate()(wide)), layers.Dense(1)(d)])
model = keras.Model(inputs, layers.Activation("sigmoid", name="ctr")(logit))
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[keras.metrics.AUC(curve="PR")])
add_dim = lambda f, y: ({k: tf.expand_dims(v, -1) for k, v in f.items()}, y)
model.fit(train.map(add_dim), validation_data=val.map(add_dim), epochs=3)
