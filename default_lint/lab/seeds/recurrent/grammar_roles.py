"""Label each word of artificial sentences with its role.

A sentence is  [adverb] subject verb object [place], where each noun phrase may carry adjectives. The same nouns stand
as subject, object and place, and some words are both noun and verb, so the role depends on the words round about.
Index 0 fills the sentences up to one length.
"""

import numpy as np
import keras
from keras import layers, ops

NOUNS = list(range(1, 21))
VERBS = list(range(15, 31))  # 15..20 are nouns as well
ADJECTIVES = list(range(31, 41))
ADVERBS = list(range(41, 45))
PREPOSITIONS = [45, 46, 47]
VOCABULARY = 48
SUBJECT, OBJECT, PLACE, VERB, MODIFIER, ADVERB, PREPOSITION = range(1, 8)
MAX_WORDS = 12


def noun_phrase(rng, role):
    k = rng.choice([0, 1, 2], p=[0.5, 0.35, 0.15])
    return [(rng.choice(ADJECTIVES), MODIFIER) for _ in range(k)] + [(rng.choice(NOUNS), role)]


def sentence(rng):
    s = []
    if rng.random() < 0.4:
        s.append((rng.choice(ADVERBS), ADVERB))
    if rng.random() < 0.25:  # place first
        s += [(rng.choice(PREPOSITIONS), PREPOSITION)] + noun_phrase(rng, PLACE)
    s += noun_phrase(rng, SUBJECT)
    s.append((rng.choice(VERBS), VERB))
    s += noun_phrase(rng, OBJECT)
    if rng.random() < 0.4 and len(s) < MAX_WORDS - 3:
        s += [(rng.choice(PREPOSITIONS), PREPOSITION)] + noun_phrase(rng, PLACE)
    return s[:MAX_WORDS]


def corpus(n, seed):
    rng = np.random.default_rng(seed)
    words = np.zeros((n, MAX_WORDS), dtype="int32")
    roles = np.zeros((n, MAX_WORDS), dtype="int32")
    for i in range(n):
        for j, (w, r) in enumerate(sentence(rng)):
            words[i, j], roles[i, j] = w, r
    return words, roles


words_train, roles_train = corpus(1600, seed=10)
words_test, roles_test = corpus(384, seed=11)

tokens = keras.Input(shape=(MAX_WORDS,), dtype="int32")
e = layers.Embedding(VOCABULARY, 16, mask_zero=True)(tokens)
e = layers.Dropout(0.1)(e)
h = layers.LSTM(24, return_sequences=True)(e)
scores = layers.TimeDistributed(layers.Dense(8))(h)
tagger = keras.Model(tokens, scores)

tagger.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.012, clipnorm=5.0),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0),
    metrics=["accuracy"],
)
tagger.fit(words_train, roles_train, batch_size=64, epochs=4, verbose=0)

guess = ops.convert_to_numpy(ops.argmax(tagger.predict(words_test, verbose=0), axis=-1))
real = roles_test > 0
print("roles right:", (guess[real] == roles_test[real]).mean())
