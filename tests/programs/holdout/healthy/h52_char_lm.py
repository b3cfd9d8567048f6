import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

text = Path("poems.txt").read_text(encoding="utf8")
vocab = sorted(set(text))
char2id = keras.layers.StringLookup(vocabulary=vocab, mask_token=None)
id2char = keras.layers.StringLookup(vocabulary=vocab, invert=True, mask_token=None)
SEQ = 100

ids = char2id(tf.strings.unicode_split(text, "UTF-8"))
n_val = len(ids) // 20


def make(part, shuffle):
    ds = tf.data.Dataset.from_tensor_slices(part).batch(SEQ + 1, drop_remainder=True)
    ds = ds.map(lambda s: (s[:-1], s[1:]))
    if shuffle:
        ds = ds.shuffle(10000)
    return ds.batch(64, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


train, val = make(ids[:-n_val], True), make(ids[-n_val:], False)
VOCAB = char2id.vocabulary_size()

model = keras.Sequential([
    keras.Input((None,), dtype="int64"),
    keras.layers.Embedding(VOCAB, 256),
    keras.layers.GRU(1024, return_sequences=True),
    keras.layers.Dense(VOCAB),
])
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(train, validation_data=val, epochs=20,
          callbacks=[keras.callbacks.ModelCheckpoint("char.keras", save_best_only=True)])


def generate(seed, n=400, temperature=0.8):
    out = seed
    for _ in range(n):
        x = char2id(tf.strings.unicode_split([out[-SEQ:]], "UTF-8")).to_tensor()
        logits = model(x, training=False)[0, -1].numpy() / temperature
        logits[0] = -1e9  # never the unknown token
        p = np.exp(logits - logits.max())
        out += vocab[np.random.choice(VOCAB, p=p / p.sum()) - 1]
    return out


print(generate(sys.argv[1] if len(sys.argv) > 1 else "The "))
