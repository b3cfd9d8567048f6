import tensorflow as tf
from tensorflow.keras import layers as L


def conv(x, f):
    x = L.Conv2D(f, 3, padding="same", activation="relu")(x)
    return L.Conv2D(f, 3, padding="same", activation="relu")(x)


def unet(size=128, classes=1):
    i = L.Input((size, size, 3))
    c1 = conv(i, 16)
    c2 = conv(L.MaxPooling2D()(c1), 32)
    b = conv(L.MaxPooling2D()(c2), 64)
    u2 = conv(L.concatenate([L.UpSampling2D()(b), c2]), 32)
    u1 = conv(L.concatenate([L.UpSampling2D()(u2), c1]), 16)
    o = L.Conv2D(classes, 1, activation="softmax")(u1)  # fault: softmax-on-one-unit
    return tf.keras.Model(i, o)


def read(img, mask):
    im = tf.image.resize(tf.io.decode_png(tf.io.read_file(img), channels=3), (128, 128))
    mk = tf.image.resize(tf.io.decode_png(tf.io.read_file(mask), channels=1), (128, 128), method="nearest")
    return im / 255.0, tf.cast(mk > 0, tf.float32)


def paths(split):
    return tf.data.Dataset.list_files(f"{split}/img/*.png", shuffle=False), tf.data.Dataset.list_files(f"{split}/mask/*.png", shuffle=False)


train = tf.data.Dataset.zip(paths("train")).map(read).shuffle(200).batch(16)
val = tf.data.Dataset.zip(paths("val")).map(read).batch(16)
model = unet()
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=val, epochs=30, callbacks=[
    tf.keras.callbacks.ReduceLROnPlateau(monitor="val_dice", factor=0.5, patience=4, mode="max"),  # fault: monitor-not-logged
])
