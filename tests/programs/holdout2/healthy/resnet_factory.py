import argparse
import keras
from keras import layers

CONFIGS = {"small": (16, 32, 64), "large": (32, 64, 128)}


def residual(x, filters, stride):
    short = x
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    if stride != 1 or short.shape[-1] != filters:
        short = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(short)
        short = layers.BatchNormalization()(short)
    return layers.ReLU()(layers.Add()([y, short]))


def build(kind, classes):
    inp = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inp)
    for i, f in enumerate(CONFIGS[kind]):
        for j in range(2):
            x = residual(x, f, 2 if i > 0 and j == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inp, layers.Dense(classes, activation="softmax")(x))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kind", choices=CONFIGS, default="small")
    p.add_argument("--lr", type=float, default=0.1)
    p.add_argument("--epochs", type=int, default=60)
    a = p.parse_args()
    (x, y), (xt, yt) = keras.datasets.cifar10.load_data()
    steps = len(x) // 128 * a.epochs
    sched = keras.optimizers.schedules.CosineDecay(a.lr, steps)
    model = build(a.kind, 10)
    model.compile(keras.optimizers.SGD(sched, momentum=0.9, nesterov=True, weight_decay=5e-4),
                  "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=128, epochs=a.epochs, validation_split=0.1)
    print(model.evaluate(xt, yt))


if __name__ == "__main__":
    main()
