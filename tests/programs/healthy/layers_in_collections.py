"""Text CNN with parallel branches kept in a dict and a list of heads in a list (multi-task)."""
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Concatenate, Conv1D, Dense, Dropout, Embedding, GlobalMaxPooling1D

WORDS = 5000
LENGTH = 50


class MultiTaskTextCNN(tf.keras.Model):
    def __init__(self, tasks, sizes=(3, 4, 5), filters=64):
        super().__init__()
        self.embed = Embedding(WORDS, 64)
        self.branches = {str(k): Conv1D(filters, k, activation="relu") for k in sizes}
        self.pool = GlobalMaxPooling1D()
        self.concat = Concatenate()
        self.drop = Dropout(0.5)
        self.heads = [Dense(n, activation="softmax", name=f"task{i}") for i, n in enumerate(tasks)]

    def call(self, ids, training=None):
        x = self.embed(ids)
        x = self.concat([self.pool(branch(x)) for branch in self.branches.values()])
        x = self.drop(x, training=training)
        return [head(x) for head in self.heads]


rng = np.random.default_rng(9)
ids = rng.integers(0, WORDS, (1000, LENGTH))
topic = ids[:, 0] % 4
register = (ids[:, 1] % 2).astype("int64")

ds = tf.data.Dataset.from_tensor_slices((ids, (topic, register)))
train_ds = ds.take(800).shuffle(800).batch(32)
valid_ds = ds.skip(800).batch(32)

model = MultiTaskTextCNN(tasks=(4, 2))
model.compile(
    "adam",
    loss=["sparse_categorical_crossentropy", "sparse_categorical_crossentropy"],
    loss_weights=[1.0, 0.3],
    metrics=[["accuracy"], ["accuracy"]],
)
model.fit(train_ds, validation_data=valid_ds, epochs=6)
