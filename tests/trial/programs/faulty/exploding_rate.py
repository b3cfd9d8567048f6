"""8x8 digits, a small convolutional network, trained batch by batch."""
import sys

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

config = {
    "filters": 12,
    "batch": 64,
    "epochs": 8,
    "lr": 8.0,  # fault: exploding-rate
    "seed": int(sys.argv[1]) if len(sys.argv) > 1 else 0,
}


def load(seed):
    images, labels = load_digits(return_X_y=True)
    images = (images / 16.0).reshape(-1, 8, 8, 1).astype("float32")
    order = np.random.default_rng(seed).permutation(len(images))
    images, labels = images[order], labels[order]
    return (images[:1400], labels[:1400]), (images[1400:], labels[1400:])


def build():
    net = keras.Sequential()
    net.add(keras.Input((8, 8, 1)))
    net.add(layers.Conv2D(config["filters"], 3, activation="relu"))
    net.add(layers.MaxPooling2D())
    net.add(layers.Flatten())
    net.add(layers.Dense(32, activation="relu"))
    net.add(layers.Dense(10, activation="softmax"))
    net.compile(
        optimizer=keras.optimizers.SGD(learning_rate=config["lr"], momentum=0.9),  # fault: exploding-rate
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return net


def main():
    keras.utils.set_random_seed(config["seed"])
    (x, y), (x_val, y_val) = load(config["seed"])
    net = build()
    size = config["batch"]
    for epoch in range(config["epochs"]):
        net.reset_metrics()
        order = np.random.permutation(len(x))
        for start in range(0, len(x) - size + 1, size):
            rows = order[start : start + size]
            logs = net.train_on_batch(x[rows], y[rows], return_dict=True)
        val_loss, val_acc = net.evaluate(x_val, y_val, verbose=0)
        print(f"epoch {epoch}: {logs} val_loss {val_loss:.4f} val_acc {val_acc:.4f}")


if __name__ == "__main__":
    main()
