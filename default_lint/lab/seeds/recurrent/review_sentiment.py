"""Mood (bad / neutral / good) of little reviews that a grammar writes.

Single words do not settle it: "not" turns the next adjective round, "but" makes the last clause count.
"""
import keras
import numpy as np
from keras import layers

GOOD = "lovely great tasty charming brilliant fresh".split()
BAD = "awful stale boring rude dreadful cold".split()
PLAIN = "usual brown plastic wooden monday average".split()
THINGS = "soup waiter film room hotel story music view".split()
OTHER = "the was is a very quite not but never".split()
WORDS = {w: i for i, w in enumerate(GOOD + BAD + PLAIN + THINGS + OTHER, start=1)}

LENGTH = 11
EMBEDDING_DIM = 8
UNITS = 16


def clause(rng):
    mood = rng.integers(-1, 2)
    adjective = rng.choice({-1: BAD, 0: PLAIN, 1: GOOD}[mood])
    words = ["the", rng.choice(THINGS), rng.choice(["was", "is"])]
    if mood and rng.random() < 0.45:
        words.append(rng.choice(["not", "never"]))
        mood = -mood
    elif rng.random() < 0.4:
        words.append(rng.choice(["very", "quite"]))
    return words + [adjective], mood


def review(rng):
    words, mood = clause(rng)
    if rng.random() < 0.5:
        more, mood = clause(rng)
        words = words + ["but"] + more
    return [WORDS[w] for w in words], mood + 1


def corpus(n, rng):
    ids = np.zeros((n, LENGTH), dtype="int32")
    moods = np.zeros(n, dtype="int32")
    for k in range(n):
        sentence, moods[k] = review(rng)
        ids[k, :len(sentence)] = sentence
    return ids, moods


rng = np.random.default_rng(20)
train_ids, train_moods = corpus(1600, rng)
val_ids, val_moods = corpus(300, rng)
test_ids, test_moods = corpus(700, rng)

tokens = keras.Input(shape=(LENGTH,), dtype="int32")
vectors = layers.Embedding(len(WORDS) + 1, EMBEDDING_DIM)(tokens)
summary = layers.Bidirectional(layers.GRU(UNITS))(vectors)
summary = layers.Dropout(0.1)(summary)
mood = layers.Dense(3, activation="softmax")(summary)
classifier = keras.Model(tokens, mood)

classifier.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
classifier.fit(train_ids, train_moods, batch_size=64, epochs=10, validation_data=(val_ids, val_moods), verbose=0)
print("accuracy:", classifier.evaluate(test_ids, test_moods, verbose=0)[1])
