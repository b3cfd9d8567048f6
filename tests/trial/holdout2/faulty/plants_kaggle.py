import sys
import numpy as np
import keras

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

SPECIES = ["birch", "maple", "oak", "pine", "willow"]
centers = np.random.default_rng(11).normal(0, 1.3, (5, 8))


def read_table(n):
    k = rng.integers(0, 5, n)
    feats = centers[k] + rng.normal(0, 1.0, (n, 8))
    return feats.astype("float32"), [SPECIES[i] for i in k]


def encode(labels):
    names = list(dict.fromkeys(labels))  # fault: labels-encoded-per-split
    return np.array([names.index(l) for l in labels])


train_x, train_species = read_table(1200)
valid_x, valid_species = read_table(400)
train_y = encode(train_species)  # fault: labels-encoded-per-split
valid_y = encode(valid_species)  # fault: labels-encoded-per-split

mu, sd = train_x.mean(0), train_x.std(0)
train_x = (train_x - mu) / sd
valid_x = (valid_x - mu) / sd

model = keras.Sequential([
    keras.layers.Input((8,)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dropout(0.1),
    keras.layers.Dense(5, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train_x, train_y, validation_data=(valid_x, valid_y), epochs=15, batch_size=32, verbose=2)
print("valid accuracy", model.evaluate(valid_x, valid_y, verbose=0)[1])
