import glob
import tensorflow as tf
from tensorflow.keras import layers

SIZE, CLASSES = 128, 4


def load(p_img, p_mask):
    img = tf.io.decode_jpeg(tf.io.read_file(p_img), channels=3)
    img = tf.image.resize(img, (SIZE, SIZE)) / 255.0
    mask = tf.io.decode_png(tf.io.read_file(p_mask), channels=1)
    mask = tf.image.resize(mask, (SIZE, SIZE), method="nearest")
    return img, tf.cast(mask, tf.int32)


def dataset(root, train):
    i = sorted(glob.glob(f"{root}/images/*.jpg"))
    m = sorted(glob.glob(f"{root}/masks/*.png"))
    ds = tf.data.Dataset.from_tensor_slices((i, m))
    if train:
        ds = ds.shuffle(len(i))
    return ds.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(16).prefetch(tf.data.AUTOTUNE)


def double_conv(x, f):
    for _ in range(2):
        x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
    return x


def unet():
    inp = layers.Input((SIZE, SIZE, 3))
    skips, x = [], inp
    for f in (32, 64, 128):
        x = double_conv(x, f)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = double_conv(x, 256)
    for f, s in zip((128, 64, 32), reversed(skips)):
        x = layers.Conv2DTranspose(f, 2, strides=2)(x)
        x = layers.Concatenate()([x, s])
        x = double_conv(x, f)
    return tf.keras.Model(inp, layers.Conv2D(CLASSES, 1, activation="softmax")(x))


model = unet()
model.compile(optimizer=tf.keras.optimizers.Adam(1e-4), loss="sparse_categorical_crossentropy",
              metrics=["accuracy", tf.keras.metrics.MeanIoU(CLASSES, sparse_y_pred=False)])
model.fit(dataset("seg/train", True), validation_data=dataset("seg/val", False), epochs=40,
          callbacks=[tf.keras.callbacks.ReduceLROnPlateau(patience=5)])
