"""Tag short documents (bags of words) with any number of eight topics."""
import sys

import keras
import numpy as np

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
TOPICS, WORDS = 8, 120


def make_documents(rng, n, words_of_topic):
    tags = (rng.random((n, TOPICS)) < 0.3).astype("float32")
    rates = 0.15 + tags @ words_of_topic
    counts = rng.poisson(rates)
    return np.log1p(counts).astype("float32"), tags


keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
words_of_topic = rng.gamma(0.15, 3.0, (TOPICS, WORDS))
bags, tags = make_documents(rng, 2400, words_of_topic)
bags_val, tags_val = make_documents(rng, 600, words_of_topic)

tagger = keras.Sequential(
    [
        keras.layers.Input((WORDS,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(TOPICS, activation="sigmoid"),  # fault: categorical-loss-for-several-labels
    ],
    name="tagger",
)
tagger.compile(
    optimizer=keras.optimizers.Adam(2e-3),
    loss="categorical_crossentropy",  # fault: categorical-loss-for-several-labels
    metrics=[keras.metrics.F1Score(average="micro", threshold=0.5, name="f1")],
)
tagger.fit(bags, tags, epochs=15, batch_size=32, validation_data=(bags_val, tags_val), verbose=2)
print("micro F1 on unseen documents", tagger.evaluate(bags_val, tags_val, verbose=0)[1])
