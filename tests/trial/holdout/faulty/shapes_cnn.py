import sys
import numpy as np
import tensorflow as tf
import keras
from keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)


def draw(kind, size=14):
    img = np.random.rand(size, size) * 0.3
    r, c = np.random.randint(1, size - 7, 2)
    if kind == 0:      # filled square
        img[r:r + 6, c:c + 6] = 1
    elif kind == 1:    # hollow square
        img[r:r + 6, c] = img[r:r + 6, c + 5] = 1
        img[r, c:c + 6] = img[r + 5, c:c + 6] = 1
    else:              # diagonal
        for k in range(6):
            img[r + k, c + k] = 1
    return img


def make_set(n):
    kinds = np.random.randint(0, 3, n)
    imgs = np.stack([draw(k) for k in kinds])[..., None].astype("float32")
    return imgs, kinds


def make_train_ds(imgs, kinds, batch=32):
    image_ds = tf.data.Dataset.from_tensor_slices(imgs).shuffle(len(imgs))  # fault: unpaired-shuffle
    label_ds = tf.data.Dataset.from_tensor_slices(kinds).shuffle(len(kinds))  # fault: unpaired-shuffle
    return tf.data.Dataset.zip((image_ds, label_ds)).batch(batch).prefetch(2)


imgs, kinds = make_set(900)
val_imgs, val_kinds = make_set(240)
train_ds = make_train_ds(imgs, kinds)
val_ds = tf.data.Dataset.from_tensor_slices((val_imgs, val_kinds)).batch(64)

model = keras.Sequential([
    layers.Input((14, 14, 1)),
    layers.Conv2D(12, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=10, verbose=2)
print("accuracy on validation shapes:", model.evaluate(val_ds, verbose=0)[1])
