import math
import os

import keras
import numpy as np
from keras import layers
from PIL import Image


class OxfordPets(keras.utils.Sequence):
    """Iterate over the data as numpy arrays, with optional flip."""

    def __init__(self, files, masks, batch_size, size, augment=False, **kwargs):
        super().__init__(**kwargs)
        self.files, self.masks = np.array(files), np.array(masks)
        self.batch_size, self.size, self.augment = batch_size, size, augment
        self.order = np.arange(len(files))

    def __len__(self):
        return math.ceil(len(self.files) / self.batch_size)

    def on_epoch_end(self):
        if self.augment:
            np.random.shuffle(self.order)

    def __getitem__(self, i):
        ids = self.order[i * self.batch_size:(i + 1) * self.batch_size]
        x = np.zeros((len(ids),) + self.size + (3,), dtype="float32")
        y = np.zeros((len(ids),) + self.size, dtype="uint8")
        for k, j in enumerate(ids):
            x[k] = np.asarray(Image.open(self.files[j]).convert("RGB").resize(self.size)) / 255.0
            y[k] = np.asarray(Image.open(self.masks[j]).resize(self.size, Image.NEAREST)) - 1
            if self.augment and np.random.rand() < 0.5:
                x[k], y[k] = x[k][:, ::-1], y[k][:, ::-1]
        return x, y


def get_model(size, n_classes):
    inputs = keras.Input(size + (3,))
    x = layers.SeparableConv2D(32, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous = x
    for f in [64, 128, 256]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(f, 1, strides=2, padding="same")(previous)
        x = layers.add([x, residual])
        previous = x
    for f in [256, 128, 64, 32]:
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
    outputs = layers.Conv2D(n_classes, 3, activation="softmax", padding="same")(x)
    return keras.Model(inputs, outputs)


root = "pets"
files = sorted(os.path.join(root, "images", f) for f in os.listdir(os.path.join(root, "images")) if f.endswith(".jpg"))
masks = sorted(os.path.join(root, "trimaps", f) for f in os.listdir(os.path.join(root, "trimaps")) if f.endswith(".png"))
rng = np.random.default_rng(1337)
perm = rng.permutation(len(files))
files, masks = np.array(files)[perm], np.array(masks)[perm]
n_val = 1000
train_gen = OxfordPets(files[:-n_val], masks[:-n_val], 32, (160, 160), augment=True, workers=4)
val_gen = OxfordPets(files[-n_val:], masks[-n_val:], 32, (160, 160))

model = get_model((160, 160), 3)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
model.fit(train_gen, epochs=15, validation_data=val_gen,
          callbacks=[keras.callbacks.ModelCheckpoint("pets.keras", save_best_only=True)])
