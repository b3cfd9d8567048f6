import argparse
import glob
import os
import re

import keras
from keras import layers

parser = argparse.ArgumentParser()
parser.add_argument("--ckpt-dir", default="ckpt")
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--fresh", action="store_true")
args = parser.parse_args()
os.makedirs(args.ckpt_dir, exist_ok=True)


def create_model(lr):
    model = keras.Sequential([
        keras.Input((28, 28)),
        layers.Reshape((28, 28, 1)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.GlobalMaxPooling2D(),
        layers.Dropout(0.25),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(learning_rate=lr), loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["acc"])
    return model


def latest(folder):
    found = [(int(re.search(r"epoch_(\d+)", p).group(1)), p) for p in glob.glob(os.path.join(folder, "epoch_*.keras"))]
    return max(found) if found else (0, None)


(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
start, path = (0, None) if args.fresh else latest(args.ckpt_dir)
model = keras.models.load_model(path) if path else create_model(args.lr)
print("starting at epoch", start)

model.fit(
    x, y,
    batch_size=args.batch_size,
    epochs=args.epochs,
    initial_epoch=start,
    validation_split=0.1,
    callbacks=[
        keras.callbacks.ModelCheckpoint(os.path.join(args.ckpt_dir, "epoch_{epoch:03d}.keras")),
        keras.callbacks.ModelCheckpoint(os.path.join(args.ckpt_dir, "best.keras"), monitor="val_acc", mode="max",
                                        save_best_only=True),
        keras.callbacks.TerminateOnNaN(),
    ],
)
best = keras.models.load_model(os.path.join(args.ckpt_dir, "best.keras"))
print("test", best.evaluate(x_test, y_test, verbose=0))
