"""Learn a second-order Markov grammar: which symbol follows?"""
import keras
import numpy as np
from keras import layers

ALPHABET = 7
CONTEXT = 8
PARAMS = dict(units=32, embedding=8, lr=0.01, batch=64, epochs=5)


class Grammar:
    """Each pair of symbols has one favourite successor (80 %), a second choice (15 %), and slips."""

    def __init__(self, rng):
        self.rng = rng
        self.table = np.full((ALPHABET, ALPHABET, ALPHABET), 0.05 / (ALPHABET - 2))
        for a in range(ALPHABET):
            for b in range(ALPHABET):
                first, second = rng.choice(ALPHABET, 2, replace=False)
                self.table[a, b, first], self.table[a, b, second] = 0.80, 0.15

    def write(self, length):
        text = [0, 1]
        for _ in range(length):
            text.append(self.rng.choice(ALPHABET, p=self.table[text[-2], text[-1]]))
        return np.array(text[2:])


def windows(text, step):
    starts = np.arange(0, len(text) - CONTEXT, step)
    return np.stack([text[s:s + CONTEXT] for s in starts]), text[starts + CONTEXT]


def build(units, embedding, lr, batch, epochs):
    net = keras.models.Sequential()
    net.add(layers.Input(shape=(CONTEXT,), dtype="int32"))
    net.add(layers.Embedding(input_dim=ALPHABET, output_dim=embedding))
    net.add(layers.LSTM(units))
    net.add(layers.Dense(ALPHABET))
    schedule = keras.optimizers.schedules.ExponentialDecay(lr, decay_steps=200, decay_rate=0.6)
    net.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.Adam(schedule, clipnorm=1.0),
        metrics=["accuracy"],
    )
    return net


grammar = Grammar(np.random.default_rng(1913))
seen, later = grammar.write(4000), grammar.write(1500)
x_train, y_train = windows(seen, step=1)
x_test, y_test = windows(later, step=1)

model = build(**PARAMS)
model.fit(x_train, y_train, batch_size=PARAMS["batch"], epochs=PARAMS["epochs"], verbose=0)

guess_of_grammar = grammar.table[x_test[:, -2], x_test[:, -1]].argmax(axis=1)
print("model  ", model.evaluate(x_test, y_test, verbose=0)[1])
print("grammar", np.mean(guess_of_grammar == y_test))
