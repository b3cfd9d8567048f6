"""Captions: GRU over words given image features; the second GRU gives one vector where a sequence is needed."""
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import GRU, Dense, Dropout, Embedding, RepeatVector, TimeDistributed, concatenate
import numpy as np

VOCAB = 3000
MAXLEN = 18
FEATURES = 512

features = np.load("features.npy")
captions = np.load("captions.npy")
targets = np.load("next_words.npy")
n = int(0.9 * len(features))

image = Input((FEATURES,), name="image")
words = Input((MAXLEN,), name="words")
i = Dense(128, activation="relu")(image)
i = Dropout(0.3)(i)
i = RepeatVector(MAXLEN)(i)
w = Embedding(VOCAB, 128, mask_zero=False)(words)
w = GRU(128, return_sequences=True)(w)
m = concatenate([i, w])
m = GRU(256)(m)  # fault: return-sequences-missing
out = TimeDistributed(Dense(VOCAB, activation="softmax"))(m)
captioner = Model([image, words], out)
captioner.compile(loss="sparse_categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
captioner.fit(
    [features[:n], captions[:n]],
    targets[:n],
    epochs=2,  # fault: epochs-few
    batch_size=64,
    validation_data=([features[n:], captions[n:]], targets[n:]),
)
