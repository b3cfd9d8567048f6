import numpy as np
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Bidirectional, Dense, Embedding, LSTM, SpatialDropout1D, TimeDistributed
from tensorflow.keras.preprocessing.sequence import pad_sequences
from sklearn.model_selection import train_test_split
import pandas as pd

data = pd.read_csv("ner_dataset.csv", encoding="latin1").ffill()
words = list(set(data["Word"].values))
words.append("ENDPAD")
tags = list(set(data["Tag"].values))
word2idx = {w: i + 1 for i, w in enumerate(words)}
tag2idx = {t: i for i, t in enumerate(tags)}
sents = data.groupby("Sentence #").apply(lambda g: list(zip(g["Word"], g["Tag"])))
max_len = 50
X = [[word2idx[w] for w, _ in s] for s in sents]
X = pad_sequences(X, maxlen=max_len, padding="post", value=len(words))
y = [[tag2idx[t] for _, t in s] for s in sents]
y = pad_sequences(y, maxlen=max_len, padding="post", value=tag2idx["O"])
x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.1, random_state=1)

input_word = Input(shape=(max_len,))
model = Embedding(input_dim=len(words) + 1, output_dim=50)(input_word)
model = SpatialDropout1D(0.1)(model)
model = Bidirectional(LSTM(units=100, return_sequences=True, recurrent_dropout=0.1))(model)
out = TimeDistributed(Dense(len(tags), activation="softmax"))(model)
model = Model(input_word, out)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, np.array(y_train), validation_data=(x_test, np.array(y_test)), batch_size=32, epochs=4)
