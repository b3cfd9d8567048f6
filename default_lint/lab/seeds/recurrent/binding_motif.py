# does a piece of DNA carry the binding site "CAxT" (x = anything) ?
import numpy as np
import tensorflow as tf

LETTERS = 'ACGT'
LENGTH = 10


def has_site(seq):
    return any(seq[i] == 'C' and seq[i + 1] == 'A' and seq[i + 3] == 'T' for i in range(len(seq) - 3))


def random_piece(rng):
    return ''.join(rng.choice(list(LETTERS), LENGTH))


def plant(seq, rng):
    at = rng.integers(0, LENGTH - 3)
    return seq[:at] + 'CA' + seq[at + 2] + 'T' + seq[at + 4:]


def collect(n, rng):
    pieces, bound = [], []
    while len(pieces) < n:
        seq = random_piece(rng)
        if len(pieces) % 2:
            seq = plant(seq, rng)
        elif has_site(seq):
            continue                      # keep the two kinds equally frequent
        pieces.append([LETTERS.index(c) for c in seq])
        bound.append(int(has_site(seq)))
    mixed = rng.permutation(n)
    return np.array(pieces)[mixed], np.array(bound)[mixed]


rng = np.random.default_rng(64)
train_seq, train_bound = collect(1500, rng)
test_seq, test_bound = collect(384, rng)

classifier = tf.keras.Sequential([
    tf.keras.layers.Input((LENGTH,)),
    tf.keras.layers.Embedding(len(LETTERS), 6),
    tf.keras.layers.GRU(20, return_sequences=True),
    tf.keras.layers.GlobalMaxPooling1D(),
    tf.keras.layers.Dropout(0.1),
    tf.keras.layers.Dense(1, 'sigmoid'),
])
classifier.compile(tf.keras.optimizers.RMSprop(0.01), 'binary_crossentropy', metrics=['accuracy'])
classifier.fit(train_seq, train_bound, 64, 14, verbose=0)

found = classifier.predict(test_seq, verbose=0)[:, 0] > 0.5
print('accuracy', np.mean(found == test_bound))
