import json

import keras
import numpy as np
from keras import layers

config = {
    "vocab": 20000,
    "maxlen": 300,
    "dim": 64,
    "classes": 8,
    "loss": "categorical_crossentropy",
    "optimizer": "adam",
    "epochs": 10,
}

texts, labels = [], []
with open("news.jsonl") as f:
    for line in f:
        row = json.loads(line)
        texts.append(row["text"])
        labels.append(row["topic_id"])
labels = np.array(labels, dtype="int32")
onehot = keras.utils.to_categorical(labels, config["classes"])
texts = np.array(texts)
n_train = int(0.9 * len(texts))

vec = layers.TextVectorization(max_tokens=config["vocab"], output_sequence_length=config["maxlen"])
vec.adapt(texts[:n_train])
x_train, x_test = np.array(vec(texts[:n_train])), np.array(vec(texts[n_train:]))
y_train, y_test = onehot[:n_train], onehot[n_train:]

model = keras.Sequential([
    keras.Input((config["maxlen"],)),
    layers.Embedding(config["vocab"], config["dim"]),
    layers.Bidirectional(layers.LSTM(64)),  # fault: return-sequences-missing
    layers.LSTM(32),
    layers.Dense(config["classes"], activation="sigmoid"),  # fault: sigmoid-with-categorical-loss
])
model.compile(optimizer=config["optimizer"], loss=config["loss"], metrics=["accuracy"])
model.fit(x_train, y_train, epochs=config["epochs"], batch_size=64, validation_split=0.1)
print(model.evaluate(x_test, y_test))
