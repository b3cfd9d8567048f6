import sys
import numpy as np
import keras
from keras import ops
from sklearn.metrics import average_precision_score, roc_auc_score


class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, alpha=0.75, **kw):
        super().__init__(**kw)
        self.gamma, self.alpha = gamma, alpha

    def call(self, y_true, logits):
        y = ops.cast(y_true, logits.dtype)
        ce = ops.maximum(logits, 0.0) - logits * y + ops.log1p(ops.exp(-ops.abs(logits)))
        p = ops.sigmoid(logits)
        pt = y * p + (1 - y) * (1 - p)
        at = y * self.alpha + (1 - y) * (1 - self.alpha)
        return ops.mean(at * ops.power(1 - pt, self.gamma) * ce, axis=-1)


class Residual(keras.layers.Layer):
    def __init__(self, width, **kw):
        super().__init__(**kw)
        self.norm = keras.layers.LayerNormalization()
        self.up = keras.layers.Dense(2 * width, activation="silu")
        self.down = keras.layers.Dense(width)

    def call(self, x):
        return x + self.down(self.up(self.norm(x)))


class Detector(keras.Model):
    def __init__(self, width=32, depth=2):
        super().__init__()
        self.stem = keras.layers.Dense(width)
        self.blocks = [Residual(width) for _ in range(depth)]
        self.head = keras.layers.Dense(1)

    def call(self, x):
        h = self.stem(x)
        for b in self.blocks:
            h = b(h)
        return self.head(h)

    def train_step(self, data):
        import tensorflow as tf
        x, y = data
        with tf.GradientTape() as tape:
            logits = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=logits)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        for m in self.metrics:
            if m.name == "loss":
                m.update_state(loss)
            else:
                m.update_state(y, logits)
        return {m.name: m.result() for m in self.metrics}


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
N = 4500
X = rng.normal(size=(N, 12)).astype("float32")
score = 1.4 * X[:, 0] * X[:, 1] + 1.2 * X[:, 2] + np.maximum(X[:, 3], 0) + 0.8 * rng.normal(size=N)
y = (score > np.quantile(score, 0.94)).astype("float32")[:, None]

model = Detector()
model.compile(optimizer=keras.optimizers.AdamW(2e-3, weight_decay=1e-2), loss=FocalLoss(),
              metrics=[keras.metrics.AUC(from_logits=True, name="auc")])
model.fit(X[:3500], y[:3500], validation_data=(X[3500:], y[3500:]), epochs=6, batch_size=64, verbose=2)
s = model.predict(X[3500:], verbose=0)[:, 0]
print("average precision", average_precision_score(y[3500:, 0], s))
print("roc auc", roc_auc_score(y[3500:, 0], s))
