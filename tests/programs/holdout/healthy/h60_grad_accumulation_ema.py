import keras
import tensorflow as tf
from keras import layers


class AccumulatingModel(keras.Model):
    """Functional model whose train_step applies the mean gradient of n small batches."""

    def __init__(self, *args, n_gradients=4, **kwargs):
        super().__init__(*args, **kwargs)
        self.n_gradients = tf.constant(n_gradients, dtype=tf.int32)
        self.n_seen = tf.Variable(0, dtype=tf.int32, trainable=False)
        self.acc = [tf.Variable(tf.zeros_like(v), trainable=False) for v in self.trainable_variables]

    def train_step(self, data):
        x, y = data
        self.n_seen.assign_add(1)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        grads = tape.gradient(loss, self.trainable_variables)
        for a, g in zip(self.acc, grads):
            a.assign_add(g / tf.cast(self.n_gradients, g.dtype))
        tf.cond(tf.equal(self.n_seen, self.n_gradients), self._apply, lambda: None)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def _apply(self):
        self.optimizer.apply_gradients(zip(self.acc, self.trainable_variables))
        self.n_seen.assign(0)
        for a in self.acc:
            a.assign(tf.zeros_like(a))


def main():
    (x, y), (xt, yt) = keras.datasets.fashion_mnist.load_data()
    inp = keras.Input((28, 28))
    h = layers.Rescaling(1.0 / 255)(inp)
    h = layers.Reshape((28, 28, 1))(h)
    h = layers.Conv2D(16, 3, activation="relu")(h)
    h = layers.MaxPooling2D()(h)
    h = layers.Flatten()(h)
    out = layers.Dense(10, activation="softmax")(h)
    model = AccumulatingModel(inp, out, n_gradients=4)
    model.compile(keras.optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.99),
                  "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=3, validation_data=(xt, yt),
              callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=True)])


if __name__ == "__main__":
    main()
