"""Tag plots with genres: every plot is a bag of token ids, tags are a multi-hot vector."""
import sys
import numpy as np
import keras
from keras import layers
from sklearn.metrics import f1_score

VOCAB, LEN, TAGS = 120, 20, 6


def make_corpus(n, rng):
    tokens = rng.integers(TAGS * 5, VOCAB, (n, LEN))
    tags = (rng.random((n, TAGS)) < 0.4).astype("float32")
    for i in range(n):
        pos = rng.permutation(LEN)
        k = 0
        for t in np.flatnonzero(tags[i]):
            for _ in range(2):
                tokens[i, pos[k]] = t * 5 + rng.integers(0, 5)
                k += 1
    return tokens.astype("int32"), tags


def build():
    inputs = keras.Input((LEN,), dtype="int32")
    x = layers.Embedding(VOCAB, 16)(inputs)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(TAGS, activation="softmax")(x)  # fault: softmax-multilabel
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(5e-3),
        loss="categorical_crossentropy",  # fault: softmax-multilabel
        metrics=["binary_accuracy"],
    )
    return model


if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x_train, y_train = make_corpus(1600, rng)
    x_test, y_test = make_corpus(400, rng)
    model = build()
    model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=15, batch_size=32, verbose=2)
    pred = (model.predict(x_test, verbose=0) > 0.5).astype(int)
    print("micro F1", f1_score(y_test, pred, average="micro"))
