import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers, ops


class Expert(layers.Layer):
    def __init__(self, hidden, out, **kw):
        super().__init__(**kw)
        self.up = layers.Dense(hidden, activation="gelu")
        self.down = layers.Dense(out)

    def call(self, x):
        return self.down(self.up(x))


class MoE(layers.Layer):
    """Soft mixture with a load-balancing penalty."""

    def __init__(self, n_experts, hidden, out, balance=1e-2, **kw):
        super().__init__(**kw)
        self.gate = layers.Dense(n_experts, activation="softmax", name="gate")
        self.experts = [Expert(hidden, out, name=f"expert_{i}") for i in range(n_experts)]
        self.balance = balance
        self.n = n_experts
        self.out_dim = out

    def call(self, x):
        g = self.gate(x)
        y = ops.stack([e(x) for e in self.experts], axis=-1)
        importance = ops.mean(g, axis=tuple(range(len(g.shape) - 1)))
        self.add_loss(self.balance * self.n * ops.sum(ops.square(importance)))
        return ops.sum(y * ops.expand_dims(g, -2), axis=-1)

    def compute_output_shape(self, s):
        return tuple(s[:-1]) + (self.out_dim,)


def build(n_features=54, n_classes=7, width=128):
    inp = keras.Input((n_features,))
    x = layers.Normalization(name="norm")(inp)
    x = layers.Dense(width, activation="gelu")(x)
    for i in range(2):
        h = layers.LayerNormalization()(x)
        x = layers.Add()([x, MoE(4, 2 * width, width, name=f"moe_{i}")(h)])
    return keras.Model(inp, layers.Dense(n_classes)(x))


if __name__ == "__main__":
    from sklearn.datasets import fetch_covtype
    from sklearn.model_selection import train_test_split

    X, y = fetch_covtype(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X.astype("float32"), y - 1, test_size=0.1, random_state=0)
    model = build()
    model.get_layer("norm").adapt(X_train)
    model.compile(
        optimizer=keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, 20_000)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    model.fit(X_train, y_train, batch_size=1024, epochs=40, validation_split=0.05)
    print(model.evaluate(X_test, y_test, batch_size=8192))
