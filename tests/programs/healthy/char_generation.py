"""Character-level generation after an old recipe: one-hot windows, sampling with a temperature."""
import random
import sys

import numpy as np
from tensorflow.keras.callbacks import LambdaCallback
from tensorflow.keras.layers import LSTM, Dense, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import RMSprop

EPOCHS = 40
maxlen, step = 20, 3
text = ("the boat goes over the water and the water goes under the boat " * 40).lower()
chars = sorted(set(text))
char_indices = {c: i for i, c in enumerate(chars)}

starts = range(0, len(text) - maxlen, step)
x = np.zeros((len(starts), maxlen, len(chars)), dtype=bool)
y = np.zeros((len(starts), len(chars)), dtype=bool)
for row, s in enumerate(starts):
    for t, char in enumerate(text[s : s + maxlen]):
        x[row, t, char_indices[char]] = 1
    y[row, char_indices[text[s + maxlen]]] = 1

model = Sequential()
model.add(Input((maxlen, len(chars))))
model.add(LSTM(64))
model.add(Dense(len(chars), activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer=RMSprop(learning_rate=0.01))


def sample(preds, temperature=1.0):
    preds = np.log(np.asarray(preds).astype("float64") + 1e-12) / temperature
    preds = np.exp(preds) / np.sum(np.exp(preds))
    return np.argmax(np.random.multinomial(1, preds / preds.sum()))


def on_epoch_end(epoch, _):
    if epoch % 10:
        return
    s = random.randint(0, len(text) - maxlen - 1)
    sentence = text[s : s + maxlen]
    for _ in range(30):
        window = np.zeros((1, maxlen, len(chars)))
        for t, c in enumerate(sentence):
            window[0, t, char_indices[c]] = 1.0
        nxt = chars[sample(model.predict(window, verbose=0)[0], 0.5)]
        sentence = sentence[1:] + nxt
        sys.stdout.write(nxt)
    print()


model.fit(x, y, batch_size=128, epochs=EPOCHS, validation_split=0.1, callbacks=[LambdaCallback(on_epoch_end=on_epoch_end)])
