from dataclasses import dataclass
import tensorflow as tf


@dataclass
class Config:
    classes: int = 10
    hidden: int = 256
    lr: float = 0.5  # or: learning-rate-out-of-range
    epochs: int = 20


def load():
    (a, b), (c, d) = tf.keras.datasets.fashion_mnist.load_data()
    a = a.reshape(-1, 784).astype("float32") / 255
    c = c.reshape(-1, 784).astype("float32")  # fault: one-side-scaled
    return a, b, c, d


def build(cfg):
    net = tf.keras.Sequential([
        tf.keras.layers.Input((784,)),
        tf.keras.layers.Dense(cfg.hidden, activation="relu"),
        tf.keras.layers.Dropout(0.3),
        tf.keras.layers.Dense(cfg.classes, activation="softmax"),
    ])
    net.compile(
        optimizer=tf.keras.optimizers.Adam(cfg.lr),  # fault: learning-rate-out-of-range
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return net


if __name__ == "__main__":
    cfg = Config()
    x, y, xt, yt = load()
    net = build(cfg)
    net.fit(x, y, epochs=cfg.epochs, batch_size=128, validation_split=0.1)
    print("test:", net.evaluate(xt, yt, verbose=0))
