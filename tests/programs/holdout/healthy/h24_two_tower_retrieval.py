import keras
import tensorflow as tf
from keras import layers


class Tower(keras.Model):
    def __init__(self, vocab, dim=64, hidden=(128,)):
        super().__init__()
        self.lookup = layers.StringLookup(vocabulary=vocab, mask_token=None)
        self.embed = layers.Embedding(len(vocab) + 1, dim)
        self.mlp = [layers.Dense(h, activation="relu") for h in hidden]
        self.project = layers.Dense(dim)

    def call(self, ids):
        x = self.embed(self.lookup(ids))
        for layer in self.mlp:
            x = layer(x)
        return tf.math.l2_normalize(self.project(x), axis=-1)


class Retrieval(keras.Model):
    def __init__(self, users, items, temperature=0.05):
        super().__init__()
        self.user_tower = Tower(users)
        self.item_tower = Tower(items)
        self.temperature = temperature
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.top1 = keras.metrics.SparseCategoricalAccuracy(name="in_batch_top1")

    @property
    def metrics(self):
        return [self.loss_tracker, self.top1]

    def _forward(self, batch):
        u, i = self.user_tower(batch["user_id"]), self.item_tower(batch["item_id"])
        logits = tf.matmul(u, i, transpose_b=True) / self.temperature
        labels = tf.range(tf.shape(logits)[0])
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))
        self.top1.update_state(labels, logits)
        return loss

    def train_step(self, batch):
        with tf.GradientTape() as tape:
            loss = self._forward(batch)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        self.loss_tracker.update_state(loss)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, batch):
        self.loss_tracker.update_state(self._forward(batch))
        return {m.name: m.result() for m in self.metrics}


def read(path, batch_size=1024):
    return tf.data.experimental.make_csv_dataset(
        path, batch_size, select_columns=["user_id", "item_id"], column_defaults=["", ""], num_epochs=1)


def train(users, items, train_csv, val_csv):
    model = Retrieval(users, items)
    model.compile(optimizer=keras.optimizers.Adagrad(0.1))
    model.fit(read(train_csv), validation_data=read(val_csv), epochs=15)
    return model
