"""Reverse-a-string seq2seq with attention; TimeDistributed softmax at the end."""
import numpy as np
from keras import Input, Model
from keras.layers import GRU, Attention, Concatenate, Dense, Embedding, TimeDistributed

VOCAB = 28  # pad, start and 26 letters
LENGTH = 10
UNITS = 96


def make(n, seed):
    rng = np.random.default_rng(seed)
    source = rng.integers(2, VOCAB, size=(n, LENGTH))
    target = source[:, ::-1]
    shifted = np.concatenate([np.ones((n, 1), dtype=target.dtype), target[:, :-1]], axis=1)
    return source, shifted, target


encoder_in = Input((LENGTH,), name="source")
decoder_in = Input((LENGTH,), name="shifted")
embedding = Embedding(VOCAB, 32)
encoded, state = GRU(UNITS, return_sequences=True, return_state=True)(embedding(encoder_in))
decoded = GRU(UNITS, return_sequences=True)(embedding(decoder_in), initial_state=state)
context = Attention()([decoded, encoded])
merged = Concatenate()([decoded, context])
hidden = TimeDistributed(Dense(UNITS, activation="tanh"))(merged)
probs = TimeDistributed(Dense(VOCAB, activation="softmax"))(hidden)
model = Model([encoder_in, decoder_in], probs)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

src, dec, tgt = make(2000, 0)
val = make(200, 1)
model.fit(
    {"source": src, "shifted": dec},
    tgt,
    batch_size=64,
    epochs=15,
    validation_data=([val[0], val[1]], val[2]),
)
guess = model.predict([val[0][:1], val[1][:1]], verbose=0).argmax(-1)
print(val[2][0], guess[0])
