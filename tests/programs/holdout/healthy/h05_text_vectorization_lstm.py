import re
import string

import keras
import tensorflow as tf
from keras import layers

batch_size = 64
max_features = 20000
sequence_length = 250
embedding_dim = 128

raw_train = keras.utils.text_dataset_from_directory(
    "reviews/train", batch_size=batch_size, validation_split=0.2, subset="training", seed=42)
raw_val = keras.utils.text_dataset_from_directory(
    "reviews/train", batch_size=batch_size, validation_split=0.2, subset="validation", seed=42)
raw_test = keras.utils.text_dataset_from_directory("reviews/test", batch_size=batch_size)


def standardize(text):
    text = tf.strings.lower(text)
    text = tf.strings.regex_replace(text, "<br />", " ")
    return tf.strings.regex_replace(text, f"[{re.escape(string.punctuation)}]", "")


vectorize = layers.TextVectorization(
    standardize=standardize, max_tokens=max_features, output_mode="int",
    output_sequence_length=sequence_length)
vectorize.adapt(raw_train.map(lambda x, y: x))


def to_ids(text, label):
    return vectorize(text), label


train_ds = raw_train.map(to_ids).cache().prefetch(tf.data.AUTOTUNE)
val_ds = raw_val.map(to_ids).cache().prefetch(tf.data.AUTOTUNE)
test_ds = raw_test.map(to_ids).cache().prefetch(tf.data.AUTOTUNE)

model = keras.Sequential([
    keras.Input(shape=(None,), dtype="int64"),
    layers.Embedding(max_features, embedding_dim, mask_zero=True),
    layers.Bidirectional(layers.LSTM(64, return_sequences=True)),
    layers.Bidirectional(layers.LSTM(32)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.5),
    layers.Dense(1),
])
model.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer=keras.optimizers.Adam(1e-4),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
model.fit(train_ds, validation_data=val_ds, epochs=8)
print(model.evaluate(test_ds))

export = keras.Sequential([keras.Input(shape=(1,), dtype="string"), vectorize, model, layers.Activation("sigmoid")])
