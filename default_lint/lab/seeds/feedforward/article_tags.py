import keras
import numpy as np
from keras.layers import Activation, Dense, Dropout, Input
from keras.models import Sequential

keras.utils.set_random_seed(77)

# Articles are about any of five topics and every topic has its own words. The editors tag
# combinations: "on one side only", "both together", "two topics", "overview" and so on.
N_WORDS = 30
rng = np.random.default_rng(2024)
vocabulary = rng.gamma(0.35, 4.0, size=(5, N_WORDS))


def write_articles(count):
    topics = (rng.random((count, 5)) < 0.45).astype(int)
    rate = 0.3 + topics @ vocabulary
    words = rng.poisson(rate)
    how_many = topics.sum(axis=1)
    tags = np.column_stack([
        topics[:, 0],
        topics[:, 1] ^ topics[:, 2],
        topics[:, 3] ^ topics[:, 4],
        topics[:, 0] & topics[:, 3],
        how_many == 2,
        how_many >= 3,
    ])
    return words, tags.astype("float32")


words_train, tags_train = write_articles(1800)
words_test, tags_test = write_articles(800)

# word counts have long tails
counts_train = np.log1p(words_train)
counts_test = np.log1p(words_test)
centre = counts_train.mean(axis=0)
width = counts_train.std(axis=0)
counts_train = (counts_train - centre) / width
counts_test = (counts_test - centre) / width

model = Sequential()
model.add(Input((N_WORDS,)))
model.add(Dense(64))
model.add(Activation("relu"))
model.add(Dropout(0.15))
model.add(Dense(32))
model.add(Activation("relu"))
model.add(Dense(6))
model.add(Activation("sigmoid"))

model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.RMSprop(0.002), metrics=["binary_accuracy"])
model.fit(counts_train, tags_train, 32, 9, verbose=0)

results = model.evaluate(counts_test, tags_test, verbose=0)
print("loss %.3f, share of right tags %.3f" % tuple(results))
