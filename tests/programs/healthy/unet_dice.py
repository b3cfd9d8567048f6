# Nuclei segmentation: one sigmoid map, BCE + dice
import os

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Input, MaxPooling2D, UpSampling2D, concatenate
from tensorflow.keras.models import Model

SIZE = int(os.environ.get("SIZE", 64))


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f = tf.reshape(tf.cast(y_true, tf.float32), [-1])
    y_pred_f = tf.reshape(y_pred, [-1])
    intersection = tf.reduce_sum(y_true_f * y_pred_f)
    return (2.0 * intersection + smooth) / (tf.reduce_sum(y_true_f) + tf.reduce_sum(y_pred_f) + smooth)


def bce_dice_loss(y_true, y_pred):
    bce = tf.reduce_mean(tf.keras.losses.binary_crossentropy(y_true, y_pred))
    return bce + 1.0 - dice_coef(y_true, y_pred)


def get_unet():
    inputs = Input((SIZE, SIZE, 1))
    c1 = Conv2D(16, 3, activation="relu", padding="same")(inputs)
    c1 = Conv2D(16, 3, activation="relu", padding="same")(c1)
    p1 = MaxPooling2D()(c1)
    c2 = Conv2D(32, 3, activation="relu", padding="same")(p1)
    c2 = Conv2D(32, 3, activation="relu", padding="same")(c2)
    p2 = MaxPooling2D()(c2)
    c3 = Conv2D(64, 3, activation="relu", padding="same")(p2)
    u2 = concatenate([UpSampling2D()(c3), c2])
    c4 = Conv2D(32, 3, activation="relu", padding="same")(u2)
    u1 = concatenate([UpSampling2D()(c4), c1])
    c5 = Conv2D(16, 3, activation="relu", padding="same")(u1)
    out = Conv2D(1, 1, activation="sigmoid")(c5)
    return Model(inputs=[inputs], outputs=[out])


def blobs(n):
    yy, xx = np.mgrid[:SIZE, :SIZE]
    images, masks = [], []
    for _ in range(n):
        cy, cx = np.random.randint(16, SIZE - 16, 2)
        m = ((yy - cy) ** 2 + (xx - cx) ** 2 < np.random.randint(25, 144)).astype("float32")
        images.append(0.7 * m + np.random.normal(0, 0.1, m.shape))
        masks.append(m)
    return np.stack(images)[..., None], np.stack(masks)[..., None]


X, Y = blobs(96)
X_val, Y_val = blobs(24)
model = get_unet()
model.compile(optimizer="adam", loss=bce_dice_loss, metrics=[dice_coef])
early = tf.keras.callbacks.EarlyStopping(monitor="val_dice_coef", mode="max", patience=5, restore_best_weights=True)
model.fit(X, Y, validation_data=(X_val, Y_val), batch_size=16, epochs=30, callbacks=[early])
print(K.image_data_format(), (model.predict(X_val, verbose=0) > 0.5).mean())
