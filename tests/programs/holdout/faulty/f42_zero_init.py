import keras
import numpy as np

rng = np.random.default_rng(3)
x = rng.uniform(-1, 1, (3000, 5)).astype("float32")
y = (np.prod(x[:, :2], axis=1) + x[:, 2] ** 2).astype("float32")
x_tr, x_te, y_tr, y_te = x[:2400], x[2400:], y[:2400], y[2400:]

INIT = "zeros"  # or: constant-kernel-initializer
ACT = "relu"


def mlp(layers_=(64, 64)):
    model = keras.Sequential([keras.Input((5,))])
    for n in layers_:
        model.add(keras.layers.Dense(n, activation=ACT, kernel_initializer=INIT))  # fault: constant-kernel-initializer
    model.add(keras.layers.Dense(1))
    return model


net = mlp()
net.compile(keras.optimizers.Adam(1e-3), loss="mse")
net.fit(x_tr, y_tr, epochs=30, batch_size=32, validation_split=0.1, verbose=0)
print("test mse", net.evaluate(x_te, y_te, verbose=0))
