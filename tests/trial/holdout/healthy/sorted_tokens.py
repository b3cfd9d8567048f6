import sys
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)

# all negative texts come first, then all positive ones
VOCAB, LEN = 60, 15
def corpus(n):
    neg = np.random.randint(2, VOCAB, (n // 2, LEN))
    pos = np.random.randint(2, VOCAB, (n // 2, LEN))
    for texts, words in ((neg, [2, 3, 4, 5]), (pos, [6, 7, 8, 9])):
        for t in texts:
            t[t < 10] += 10
            t[np.random.choice(LEN, 2, replace=False)] = np.random.choice(words, 2)
            t[np.random.randint(8, LEN + 1):] = 0    # padding
            if not np.isin(t, words).any():
                t[0] = words[0]
    return np.concatenate([neg, pos]), np.repeat([0, 1], n // 2)

x_train, y_train = corpus(1200)
x_val, y_val = corpus(300)

model = keras.Sequential([
    layers.Input((LEN,), dtype="int32"),
    layers.Embedding(VOCAB, 8, mask_zero=True),
    layers.GlobalAveragePooling1D(),
    layers.Dense(8, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=12, batch_size=32, validation_data=(x_val, y_val), verbose=2)
print("val accuracy", model.evaluate(x_val, y_val, verbose=0)[1])
