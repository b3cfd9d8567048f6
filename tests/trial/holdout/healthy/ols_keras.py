"""Ordinary least squares with Keras. The relation is linear by construction."""
import sys
import keras
from sklearn.datasets import make_regression
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler


def main(seed):
    keras.utils.set_random_seed(seed)
    x, y = make_regression(n_samples=800, n_features=10, n_informative=6, noise=15.0, random_state=seed)
    x = StandardScaler().fit_transform(x)
    y = StandardScaler().fit_transform(y[:, None])
    model = keras.Sequential([keras.layers.Input((10,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.3), loss="mse")
    model.fit(x[:600], y[:600], batch_size=600, epochs=60, validation_data=(x[600:], y[600:]), verbose=0)
    print("r2", r2_score(y[600:], model.predict(x[600:], verbose=0)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
