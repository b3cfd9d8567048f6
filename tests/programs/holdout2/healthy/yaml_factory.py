import json
import sys
import numpy as np
import keras
from keras import layers

LAYERS = {"dense": layers.Dense, "dropout": layers.Dropout, "bn": layers.BatchNormalization}
DEFAULT = {
    "layers": [
        ["dense", {"units": 128, "activation": "relu"}],
        ["bn", {}],
        ["dropout", {"rate": 0.25}],
        ["dense", {"units": 64, "activation": "relu"}],
    ],
    "head": {"units": 3, "activation": "softmax"},
    "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.001}},
    "fit": {"epochs": 40, "batch_size": 32},
}


def build(cfg, n_features):
    model = keras.Sequential([keras.Input((n_features,))])
    for kind, kwargs in cfg["layers"]:
        model.add(LAYERS[kind](**kwargs))
    model.add(layers.Dense(**cfg["head"]))
    model.compile(
        optimizer=keras.optimizers.get(cfg["optimizer"]),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(argv):
    cfg = json.load(open(argv[1])) if len(argv) > 1 else DEFAULT
    with np.load("dataset.npz") as f:
        x_train, y_train, x_val, y_val = f["xt"], f["yt"], f["xv"], f["yv"]
    norm = layers.Normalization()
    norm.adapt(x_train)
    model = build(cfg, x_train.shape[1])
    model.fit(norm(x_train), y_train, validation_data=(norm(x_val), y_val), **cfg["fit"])


main(sys.argv)
