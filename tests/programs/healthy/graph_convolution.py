"""Node classification with a graph layer; the whole graph is one batch and a mask picks the training nodes."""
import keras
import numpy as np
from keras import layers, ops

NODES, FEATS, CLASSES = 300, 20, 3
rng = np.random.default_rng(11)
labels = rng.integers(0, CLASSES, NODES)
features = (rng.normal(size=(NODES, FEATS)) + labels[:, None] * 0.3).astype("float32")
same = labels[:, None] == labels[None, :]
adjacency = (rng.random((NODES, NODES)) < np.where(same, 0.05, 0.005)).astype("float32")
adjacency = np.maximum(adjacency, adjacency.T) + np.eye(NODES, dtype="float32")
degree = adjacency.sum(1) ** -0.5
adjacency = degree[:, None] * adjacency * degree[None, :]
train_mask = (rng.random(NODES) < 0.3).astype("float32")


class GraphConv(layers.Layer):
    def __init__(self, units, adjacency, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.adjacency = ops.convert_to_tensor(adjacency)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        return self.activation(ops.matmul(self.adjacency, ops.matmul(x, self.kernel)) + self.bias)


x = inputs = keras.Input((FEATS,), batch_size=NODES)
x = GraphConv(16, adjacency, activation="relu")(x)
x = layers.Dropout(0.5)(x)
outputs = GraphConv(CLASSES, adjacency, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="sparse_categorical_crossentropy",
    weighted_metrics=["accuracy"],
)
model.fit(
    features,
    labels,
    sample_weight=train_mask,
    validation_data=(features, labels, 1 - train_mask),
    epochs=200,
    batch_size=NODES,
    shuffle=False,
    verbose=0,
)
print(model.evaluate(features, labels, sample_weight=1 - train_mask, batch_size=NODES, verbose=0))
