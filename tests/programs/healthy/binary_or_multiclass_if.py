"""Head and loss picked in different functions by equivalent conditions on an unknown number of classes."""
import glob
import os

import keras
from keras import layers


def is_binary(names):
    return len(names) == 2


def add_head(x, names):
    if is_binary(names):
        return layers.Dense(1, activation="sigmoid")(x)
    return layers.Dense(len(names), activation="softmax")(x)


def loss_for(names):
    if len(names) <= 2:
        return "binary_crossentropy"
    else:
        return "sparse_categorical_crossentropy"


def load(root, subset):
    return keras.utils.image_dataset_from_directory(
        root, validation_split=0.25, subset=subset, seed=5, image_size=(64, 64), batch_size=16
    )


def build(names):
    inputs = keras.Input((64, 64, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in 16, 32, 64:
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, add_head(x, names))


def main(root="dataset"):
    names = sorted(os.path.basename(p) for p in glob.glob(os.path.join(root, "*")))
    train, valid = load(root, "training"), load(root, "validation")
    model = build(names)
    metrics = ["accuracy"]
    if len(names) == 2:
        metrics.append(keras.metrics.AUC(name="auc"))
    model.compile("adam", loss_for(names), metrics=metrics)
    model.fit(train, validation_data=valid, epochs=15)
    model.save(f"{root}.keras")


if __name__ == "__main__":
    main()
