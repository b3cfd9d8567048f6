import json

import numpy as np
from keras import Input, Model
from keras.layers import LSTM, Bidirectional, Dense, Embedding, SpatialDropout1D, TimeDistributed
from keras.utils import pad_sequences
from sklearn.metrics import classification_report

MAXLEN = 60


def load(path):
    with open(path) as f:
        rows = [json.loads(l) for l in f]
    return [r["tokens"] for r in rows], [r["tags"] for r in rows]


tok_train, tag_train = load("ner/train.jsonl")
tok_val, tag_val = load("ner/dev.jsonl")
tok_test, tag_test = load("ner/test.jsonl")

words = sorted({w.lower() for s in tok_train for w in s})
word2idx = {w: i + 2 for i, w in enumerate(words)}
word2idx["<pad>"], word2idx["<unk>"] = 0, 1
tags = ["O"] + sorted({t for s in tag_train for t in s} - {"O"})
tag2idx = {t: i for i, t in enumerate(tags)}


def encode(tokens, labels):
    x = [[word2idx.get(w.lower(), 1) for w in s] for s in tokens]
    y = [[tag2idx.get(t, 0) for t in s] for s in labels]
    return (pad_sequences(x, MAXLEN, padding="post", truncating="post"),
            pad_sequences(y, MAXLEN, padding="post", truncating="post"))


x_train, y_train = encode(tok_train, tag_train)
x_val, y_val = encode(tok_val, tag_val)
x_test, y_test = encode(tok_test, tag_test)

inp = Input(shape=(MAXLEN,))
h = Embedding(len(word2idx), 100, mask_zero=True)(inp)
h = SpatialDropout1D(0.2)(h)
h = Bidirectional(LSTM(100, return_sequences=True))(h)
out = TimeDistributed(Dense(len(tags), activation="softmax"))(h)
model = Model(inp, out)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=8, validation_data=(x_val, y_val))

p = model.predict(x_test).argmax(-1)
keep = x_test != 0
print(classification_report(y_test[keep], p[keep], labels=range(1, len(tags)), target_names=tags[1:]))
