"""Tell well-formed bracket strings from damaged ones."""
import keras
import numpy as np
from keras.layers import LSTM, Dense, Embedding
from keras.optimizers import Adam
from keras.utils import pad_sequences

keras.utils.set_random_seed(3)

MAX_LEN = 12
VOCAB = {"(": 1, ")": 2}   # 0 pads
N_STRINGS = 2400


def well_formed(pairs, rng):
    text, depth, to_open = [], 0, pairs
    while to_open or depth:
        if to_open and (depth == 0 or rng.random() < 0.5):
            text.append("(")
            depth, to_open = depth + 1, to_open - 1
        else:
            text.append(")")
            depth -= 1
    return text


def damaged(pairs, rng):
    """Flip one bracket, so that one side outnumbers the other."""
    text = well_formed(pairs, rng)
    where = rng.integers(len(text))
    text[where] = ")" if text[where] == "(" else "("
    return text


def make_strings(n, rng):
    strings, balanced = [], []
    for _ in range(n):
        pairs = rng.integers(2, MAX_LEN // 2 + 1)
        good = rng.random() < 0.5
        strings.append(well_formed(pairs, rng) if good else damaged(pairs, rng))
        balanced.append(int(good))
    ids = [[VOCAB[c] for c in s] for s in strings]
    return pad_sequences(ids, maxlen=MAX_LEN), np.array(balanced)


strings, balanced = make_strings(N_STRINGS, np.random.default_rng(1234))
n_test = N_STRINGS // 5
X_train, y_train = strings[:-n_test], balanced[:-n_test]
X_test, y_test = strings[-n_test:], balanced[-n_test:]

clf = keras.Sequential([
    keras.Input(shape=(MAX_LEN,), dtype="int32"),
    Embedding(3, 8, mask_zero=True),
    LSTM(16),
    Dense(16, activation="relu"),
    Dense(1, activation="sigmoid"),
])
clf.compile(loss="binary_crossentropy", optimizer=Adam(learning_rate=0.015, clipnorm=1.0), metrics=["accuracy"])
clf.fit(X_train, y_train, epochs=7, batch_size=64, validation_split=0.1, verbose=0)
print("Test accuracy:", clf.evaluate(X_test, y_test, verbose=0)[1])
