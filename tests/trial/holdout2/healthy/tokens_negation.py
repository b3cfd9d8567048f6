"""Sentiment over made-up token sequences with a negation word; variable length, masked GRU."""
import sys
import numpy as np
import tensorflow as tf
import keras

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed + 5)
VOCAB, MAXLEN, NOT = 60, 16, 1


def sentence():
    n = rng.integers(6, MAXLEN + 1)
    toks = rng.integers(2, VOCAB, n)
    if rng.random() < 0.5:
        toks[rng.integers(0, n)] = NOT
    total, flip = 0, 1
    for t in toks:
        if t == NOT:
            flip = -flip
        elif t < 14:
            total += flip
        elif t < 26:
            total -= flip
    return toks, total


texts, labels = [], []
while len(texts) < 2600:
    t, s = sentence()
    if s != 0:
        texts.append(t)
        labels.append(int(s > 0))
x = keras.utils.pad_sequences(texts, maxlen=MAXLEN, padding="post")
y = np.array(labels, "float32")

train = tf.data.Dataset.from_tensor_slices((x[:2000], y[:2000])).shuffle(2000).batch(32).prefetch(2)
valid = tf.data.Dataset.from_tensor_slices((x[2000:], y[2000:])).batch(200)

model = keras.Sequential([
    keras.layers.Input((MAXLEN,), dtype="int32"),
    keras.layers.Embedding(VOCAB, 12, mask_zero=True),
    keras.layers.GRU(24),
    keras.layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.Adam(8e-3, clipnorm=1.0),
              loss=keras.losses.BinaryCrossentropy(from_logits=True),
              metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="acc")])
model.fit(train, validation_data=valid, epochs=10, verbose=2)
print("val accuracy", model.evaluate(valid, verbose=0)[1])
