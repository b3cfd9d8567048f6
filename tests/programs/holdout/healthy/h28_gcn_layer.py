import keras
import numpy as np
from keras import layers, ops


def normalize(adj):
    adj = adj + np.eye(adj.shape[0], dtype="float32")
    d = 1.0 / np.sqrt(adj.sum(1))
    return (adj * d[:, None] * d[None, :]).astype("float32")


class GraphConv(layers.Layer):
    def __init__(self, units, activation=None, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.dropout = layers.Dropout(dropout)

    def build(self, input_shape):
        x_shape, _ = input_shape
        self.kernel = self.add_weight(shape=(x_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs, training=None):
        x, adj = inputs
        x = self.dropout(x, training=training)
        x = ops.matmul(adj, ops.matmul(x, self.kernel)) + self.bias
        return self.activation(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units,
                "activation": keras.activations.serialize(self.activation), "dropout": self.dropout.rate}


def build(n_nodes, n_feat, n_classes):
    x = keras.Input((n_nodes, n_feat))
    a = keras.Input((n_nodes, n_nodes))
    h = GraphConv(16, "relu", 0.5)([x, a])
    out = GraphConv(n_classes, "softmax", 0.5)([h, a])
    return keras.Model([x, a], out)


data = np.load("cora.npz")
features = data["features"] / np.maximum(data["features"].sum(1, keepdims=True), 1)
adj = normalize(data["adj"])
labels = data["labels"].astype("int32")
train_mask, val_mask = data["train_mask"].astype("float32"), data["val_mask"].astype("float32")

model = build(*features.shape, n_classes=int(labels.max()) + 1)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
X, A, Y = features[None].astype("float32"), adj[None], labels[None]
# one graph = one sample
model.fit([X, A], Y, sample_weight=train_mask[None], validation_data=([X, A], Y, val_mask[None]),
          batch_size=1, epochs=200, shuffle=False, verbose=2)
