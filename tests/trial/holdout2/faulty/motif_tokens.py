import sys
import numpy as np
import tensorflow as tf
import keras

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)

# three classes of token sequences, each class carries its own motif
MOTIFS = [(3, 9, 4), (4, 3, 9), (9, 4, 3)]
n, length, vocab = 2000, 20, 30
tokens = rng.integers(1, vocab, (n, length)).astype("int32")
cls = rng.integers(0, 3, n).astype("int32")
for i in range(n):
    p = rng.integers(0, length - 3)
    tokens[i, p:p + 3] = MOTIFS[cls[i]]

cut = 1600
x_ds = tf.data.Dataset.from_tensor_slices(tokens[:cut])
y_ds = tf.data.Dataset.from_tensor_slices(cls[:cut])
train = tf.data.Dataset.zip((x_ds.shuffle(cut), y_ds.shuffle(cut)))  # fault: inputs-and-labels-shuffled-apart
train = train.batch(32).prefetch(tf.data.AUTOTUNE)
val = tf.data.Dataset.from_tensor_slices((tokens[cut:], cls[cut:])).batch(128)

model = keras.Sequential([
    keras.layers.Input((length,), dtype="int32"),
    keras.layers.Embedding(vocab, 12),
    keras.layers.Conv1D(32, 3, activation="relu"),
    keras.layers.GlobalMaxPooling1D(),
    keras.layers.Dense(3),
])
model.compile(optimizer=keras.optimizers.Adam(4e-3),
              loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(train, validation_data=val, epochs=10, verbose=2)
print("val accuracy", model.evaluate(val, verbose=0)[1])
