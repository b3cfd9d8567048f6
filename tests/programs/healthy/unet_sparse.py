"""U-Net, three classes per pixel; labels are integer masks (H, W, 1)."""
import keras
import numpy as np
from keras import layers

IMG_SIZE = (64, 64)
NUM_CLASSES = 3
FILTERS = [16, 32, 64]


def toy_data(n, seed):
    r = np.random.default_rng(seed)
    x = r.random((n, *IMG_SIZE, 3)).astype("float32")
    y = (x.mean(-1, keepdims=True) * 3).astype("uint8").clip(0, 2)
    return x, y


def down(x, f):
    for _ in range(2):
        x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return x, layers.MaxPooling2D(2)(x)


def up(x, skip, f):
    x = layers.Conv2DTranspose(f, 2, strides=2, padding="same")(x)
    x = layers.concatenate([x, skip])
    x = layers.Conv2D(f, 3, activation="relu", padding="same")(x)
    return layers.Conv2D(f, 3, activation="relu", padding="same")(x)


def unet():
    inputs = x = keras.Input(IMG_SIZE + (3,))
    skips = []
    for f in FILTERS:
        skip, x = down(x, f)
        skips.append(skip)
    x = layers.Conv2D(FILTERS[-1] * 2, 3, activation="relu", padding="same")(x)
    for f, skip in zip(reversed(FILTERS), reversed(skips)):
        x = up(x, skip, f)
    outputs = layers.Conv2D(NUM_CLASSES, 1, activation="softmax")(x)
    return keras.Model(inputs, outputs)


x_tr, y_tr = toy_data(64, 0)
x_va, y_va = toy_data(16, 1)
model = unet()
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
cb = [keras.callbacks.ModelCheckpoint("unet.keras", save_best_only=True)]
model.fit(x_tr, y_tr, epochs=20, batch_size=8, validation_data=(x_va, y_va), callbacks=cb)
mask = np.argmax(model.predict(x_va, verbose=0), axis=-1)
print(mask.shape)
