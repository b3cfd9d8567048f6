# -*- coding: utf-8 -*-
# 固有表現抽出: 各トークンにタグを付ける
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import LSTM, Bidirectional, Dense, Dropout, Embedding, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.sequence import pad_sequences

MAX_LEN = 30  # 文の最大長
tags = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
tag2idx = {t: i for i, t in enumerate(tags)}


def 文を作る(n, seed=0):
    """ダミーの文とタグ"""
    rng = np.random.RandomState(seed)
    lengths = rng.randint(5, MAX_LEN, n)
    X = [list(rng.randint(1, 3000, k)) for k in lengths]
    y = [[w % len(tags) for w in s] for s in X]
    return X, y


X, y = 文を作る(800)
X = pad_sequences(X, maxlen=MAX_LEN, padding="post")
y = pad_sequences(y, maxlen=MAX_LEN, padding="post", value=tag2idx["O"])
X_tr, X_va, y_tr, y_va = X[:700], X[700:], y[:700], y[700:]

model = Sequential()
model.add(Input(shape=(MAX_LEN,)))
model.add(Embedding(input_dim=3000, output_dim=50, mask_zero=True))
model.add(Bidirectional(LSTM(50, return_sequences=True)))
model.add(Dropout(0.1))
model.add(Bidirectional(LSTM(25, return_sequences=True)))  # 全時刻の出力が必要
model.add(Dense(len(tags), activation="softmax"))
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

history = model.fit(X_tr, y_tr, batch_size=32, epochs=8, validation_data=(X_va, y_va), verbose=1)
p = model.predict(X_va[:1], verbose=0)
p = np.argmax(p, axis=-1)
print([tags[i] for i in p[0]], tf.__version__)
