import numpy as np

from keras import layers, losses, models, optimizers, regularizers, utils

DIMENSIONS = 10
MARGIN = 2.1


def hidden_xor(n, rng, directions):
    """Two hidden signs; the label says whether they differ. All other directions are noise."""
    signs = rng.choice([-1.0, 1.0], size=(n, 2))
    data = rng.standard_normal((n, DIMENSIONS)) + MARGIN * signs @ directions
    label = (signs[:, 0] != signs[:, 1]).astype("int64")
    return data.astype("float32"), label


def build_net(width=64, weight_decay=1e-3):
    net = models.Sequential(name="xor_net")
    net.add(layers.Input((DIMENSIONS,)))
    net.add(layers.Dense(width, "relu", kernel_regularizer=regularizers.L2(weight_decay)))
    net.add(layers.Dropout(0.1))
    net.add(layers.Dense(width // 2, "relu", kernel_regularizer=regularizers.L2(weight_decay)))
    net.add(layers.Dense(1))
    return net


def main():
    utils.set_random_seed(3)
    rng = np.random.default_rng(12)
    basis, _ = np.linalg.qr(rng.standard_normal((DIMENSIONS, DIMENSIONS)))
    a, la = hidden_xor(2000, rng, basis[:2])
    b, lb = hidden_xor(1000, rng, basis[:2])

    mu, sigma = a.mean(0), a.std(0)
    a, b = (a - mu) / sigma, (b - mu) / sigma

    net = build_net()
    net.compile(optimizers.Adam(2e-3), losses.BinaryCrossentropy(from_logits=True))
    net.fit(a, la, 32, 8, verbose=0)
    return net, b, lb


if __name__ == "__main__":
    net, b, lb = main()
    logits = net.predict(b, verbose=0).ravel()
    print("accuracy:", np.mean((logits > 0) == lb))
