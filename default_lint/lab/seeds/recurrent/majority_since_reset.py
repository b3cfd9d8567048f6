import keras
import numpy as np
from keras.layers import GRU, Dense, Embedding

keras.utils.set_random_seed(1)

# Streams of 11 symbols: 0, 1 and a reset mark (2). Are the ones in the majority after the last reset?
N, T = 2384, 11
rng = np.random.default_rng(404)
streams = rng.integers(0, 2, size=(N, T))
answers = np.zeros(N, dtype="int32")
for row in range(N):
    position = rng.choice(np.arange(1, T - 4, 2))  # an odd number of symbols follows, so there is no draw
    streams[row, position] = 2
    tail = streams[row, position + 1 :]
    answers[row] = tail.sum() * 2 > len(tail)

streams_train, streams_test = streams[:2000], streams[2000:]
answers_train, answers_test = answers[:2000], answers[2000:]

model = keras.Sequential(
    [
        keras.Input(shape=(T,), dtype="int32"),
        Embedding(3, 8),
        GRU(20),
        Dense(16, activation="relu"),
        Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.AdamW(0.008, weight_decay=1e-4), "binary_crossentropy", metrics=["accuracy"])
model.fit(streams_train, answers_train, epochs=5, batch_size=64, verbose=0)
guesses = model.predict(streams_test, verbose=0)[:, 0] > 0.5
print("accuracy", np.mean(guesses == answers_test))
