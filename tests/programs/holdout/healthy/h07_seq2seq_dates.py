import numpy as np
import keras
from keras import layers

chars_in = list("abcdefghijklmnopqrstuvwxyz0123456789 ,./-")
chars_out = list("0123456789-") + ["\t", "\n"]
in_index = {c: i + 1 for i, c in enumerate(chars_in)}
out_index = {c: i + 1 for i, c in enumerate(chars_out)}
MAX_IN, MAX_OUT, LATENT = 30, 12, 128


def encode(s, table, length):
    out = np.zeros(length, dtype="int32")
    for i, c in enumerate(s[:length]):
        out[i] = table[c]
    return out


def load(path):
    src, dst = [], []
    with open(path) as f:
        for line in f:
            a, b = line.rstrip("\n").split("|")
            src.append(a.lower())
            dst.append("\t" + b + "\n")
    return src, dst


src, dst = load("dates.txt")
enc_x = np.stack([encode(s, in_index, MAX_IN) for s in src])
dec_full = np.stack([encode(s, out_index, MAX_OUT + 1) for s in dst])
dec_x, dec_y = dec_full[:, :-1], dec_full[:, 1:]

enc_in = layers.Input((MAX_IN,), name="encoder_tokens")
e = layers.Embedding(len(chars_in) + 1, 32, mask_zero=True)(enc_in)
_, h, c = layers.LSTM(LATENT, return_state=True)(e)

dec_in = layers.Input((None,), name="decoder_tokens")
d = layers.Embedding(len(chars_out) + 1, 32, mask_zero=True)(dec_in)
dec_lstm = layers.LSTM(LATENT, return_sequences=True, return_state=True)
seq, _, _ = dec_lstm(d, initial_state=[h, c])
probs = layers.Dense(len(chars_out) + 1, activation="softmax")(seq)

model = keras.Model([enc_in, dec_in], probs)
model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit([enc_x, dec_x], dec_y, batch_size=128, epochs=40, validation_split=0.1)
model.save("seq2seq.keras")
