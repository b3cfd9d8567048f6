import glob
import os

import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras.layers import (BatchNormalization, Activation, Conv2D, Conv2DTranspose, Dropout, Input,
                                     MaxPooling2D, concatenate)
from tensorflow.keras.models import Model

H = W = 256
images = sorted(glob.glob("carvana/train/*.jpg"))
masks = sorted(glob.glob("carvana/masks/*.png"))
assert len(images) == len(masks)
split = int(0.9 * len(images))


def read(img_path, mask_path):
    img = tf.io.decode_jpeg(tf.io.read_file(img_path), channels=3)
    img = tf.image.resize(img, (H, W)) / 255.0
    mask = tf.io.decode_png(tf.io.read_file(mask_path), channels=1)
    mask = tf.image.resize(mask, (H, W), method="nearest")
    mask = tf.cast(mask > 127, tf.float32)
    return img, mask


def flip(img, mask):
    if tf.random.uniform(()) > 0.5:
        img, mask = tf.image.flip_left_right(img), tf.image.flip_left_right(mask)
    return img, mask


def make(imgs, msks, training):
    ds = tf.data.Dataset.from_tensor_slices((imgs, msks))
    if training:
        ds = ds.shuffle(len(imgs))
    ds = ds.map(read, num_parallel_calls=tf.data.AUTOTUNE)
    if training:
        ds = ds.map(flip)
    return ds.batch(16).prefetch(tf.data.AUTOTUNE)


def block(x, n, dropout=0.0):
    for _ in range(2):
        x = Conv2D(n, 3, padding="same", kernel_initializer="he_normal", use_bias=False)(x)
        x = BatchNormalization()(x)
        x = Activation("relu")(x)
    if dropout:
        x = Dropout(dropout)(x)
    return x


def get_unet(n_filters=16):
    inp = Input((H, W, 3))
    c1 = block(inp, n_filters)
    p1 = MaxPooling2D()(c1)
    c2 = block(p1, n_filters * 2)
    p2 = MaxPooling2D()(c2)
    c3 = block(p2, n_filters * 4)
    p3 = MaxPooling2D()(c3)
    c4 = block(p3, n_filters * 8, dropout=0.2)
    p4 = MaxPooling2D()(c4)
    c5 = block(p4, n_filters * 16, dropout=0.3)
    u6 = concatenate([Conv2DTranspose(n_filters * 8, 2, strides=2, padding="same")(c5), c4])
    c6 = block(u6, n_filters * 8)
    u7 = concatenate([Conv2DTranspose(n_filters * 4, 2, strides=2, padding="same")(c6), c3])
    c7 = block(u7, n_filters * 4)
    u8 = concatenate([Conv2DTranspose(n_filters * 2, 2, strides=2, padding="same")(c7), c2])
    c8 = block(u8, n_filters * 2)
    u9 = concatenate([Conv2DTranspose(n_filters, 2, strides=2, padding="same")(c8), c1])
    c9 = block(u9, n_filters)
    return Model(inp, Conv2D(1, 1, activation="sigmoid")(c9))


def dice_coef(y_true, y_pred, smooth=1.0):
    t = tf.reshape(y_true, [-1])
    p = tf.reshape(y_pred, [-1])
    return (2.0 * tf.reduce_sum(t * p) + smooth) / (tf.reduce_sum(t) + tf.reduce_sum(p) + smooth)


def bce_dice(y_true, y_pred):
    return tf.keras.losses.binary_crossentropy(y_true, y_pred) + (1.0 - dice_coef(y_true, y_pred))


K.clear_session()
model = get_unet()
model.compile(optimizer="adam", loss=bce_dice, metrics=[dice_coef])
cb = [
    EarlyStopping(monitor="val_dice_coef", mode="max", patience=8, restore_best_weights=True),
    ModelCheckpoint("unet_best.keras", monitor="val_dice_coef", mode="max", save_best_only=True),
]
model.fit(make(images[:split], masks[:split], True), validation_data=make(images[split:], masks[split:], False),
          epochs=60, callbacks=cb)
