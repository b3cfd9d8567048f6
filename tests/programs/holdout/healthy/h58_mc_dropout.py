import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


class AlwaysDropout(layers.Dropout):
    """Dropout that stays on at prediction."""

    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


def nll(y_true, params):
    mu, log_var = ops.split(params, 2, axis=-1)
    return ops.mean(0.5 * log_var + 0.5 * ops.square(y_true - mu) * ops.exp(-log_var))


X, y = load_breast_cancer(return_X_y=True)
target = X[:, [0]]
X = X[:, 5:]
X_tr, X_te, t_tr, t_te = train_test_split(X, target, random_state=0)
sx, st = StandardScaler().fit(X_tr), StandardScaler().fit(t_tr)
X_tr, X_te, t_tr_s = sx.transform(X_tr), sx.transform(X_te), st.transform(t_tr)

inp = keras.Input((X.shape[1],))
h = inp
for u in (64, 64):
    h = AlwaysDropout(0.1)(layers.Dense(u, activation="relu")(h))
model = keras.Model(inp, layers.Dense(2)(h))
model.compile("adam", nll)
model.fit(X_tr, t_tr_s, epochs=150, batch_size=32, validation_split=0.1, verbose=0)

draws = np.stack([model.predict(X_te, verbose=0) for _ in range(30)])
mu = st.inverse_transform(draws[..., 0].mean(0)[:, None])
epistemic = draws[..., 0].std(0) * st.scale_[0]
aleatoric = np.sqrt(np.exp(draws[..., 1]).mean(0)) * st.scale_[0]
print("RMSE", np.sqrt(np.mean((mu - t_te) ** 2)), "epistemic", epistemic.mean(), "aleatoric", aleatoric.mean())
