# CORAL-like ordinal regression: K-1 binary tasks "is the grade above k?"
import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

K = 5


class CoralHead(layers.Layer):
    def __init__(self, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.score = layers.Dense(1, use_bias=False)

    def build(self, input_shape):
        self.score.build(input_shape)
        self.thresholds = self.add_weight(shape=(self.num_classes - 1,), initializer="zeros", name="thresholds")

    def call(self, x):
        return self.score(x) + self.thresholds

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.num_classes - 1)


def to_levels(y, k=K):
    return (y[:, None] > np.arange(k - 1)[None, :]).astype("float32")


def mae_grade(y_true, y_pred):
    return ops.mean(ops.abs(ops.sum(y_true, -1) - ops.sum(ops.cast(y_pred > 0, "float32"), -1)))


X, target = load_diabetes(return_X_y=True)
grades = np.digitize(target, np.quantile(target, [0.2, 0.4, 0.6, 0.8]))
X_tr, X_te, g_tr, g_te = train_test_split(X, grades, test_size=0.25, random_state=3, stratify=grades)
scaler = StandardScaler()
X_tr = scaler.fit_transform(X_tr)
X_te = scaler.transform(X_te)

model = keras.Sequential([
    layers.Input((X.shape[1],)),
    layers.Dense(32, activation="elu"),
    layers.Dense(32, activation="elu"),
    CoralHead(K),
])
model.compile(keras.optimizers.Adam(3e-3), keras.losses.BinaryCrossentropy(from_logits=True), metrics=[mae_grade])
model.fit(X_tr, to_levels(g_tr), validation_split=0.2, epochs=80, batch_size=32, verbose=0)
pred = (model.predict(X_te) > 0).sum(axis=1)
print("MAE in grades", np.abs(pred - g_te).mean())
