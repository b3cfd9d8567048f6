import tensorflow as tf

FEATURES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
}
BATCH, N_TRAIN, N_VAL, CLASSES = 64, 50000, 5000, 200


def parse(record):
    ex = tf.io.parse_single_example(record, FEATURES)
    img = tf.io.decode_jpeg(ex["image"], channels=3)
    img = tf.image.resize(img, [64, 64])
    return tf.cast(img, tf.float32) / 127.5 - 1.0, tf.one_hot(ex["label"], CLASSES)


def pipeline(pattern, training):
    ds = tf.data.TFRecordDataset(tf.io.gfile.glob(pattern))
    if training:
        ds = ds.shuffle(4096).repeat()
    ds = ds.map(parse, num_parallel_calls=tf.data.AUTOTUNE)
    return ds.batch(BATCH).prefetch(tf.data.AUTOTUNE)


def model_fn():
    x = inputs = tf.keras.Input([64, 64, 3])
    for filters in [64, 128, 256]:
        x = tf.keras.layers.SeparableConv2D(filters, 3, padding="same", activation="relu")(x)
        x = tf.keras.layers.MaxPool2D()(x)
    x = tf.keras.layers.GlobalAvgPool2D()(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(CLASSES, activation="softmax")(x))


strategy = tf.distribute.MirroredStrategy()
with strategy.scope():
    model = model_fn()
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-3),
        loss="categorical_crossentropy",
        metrics=["accuracy", tf.keras.metrics.TopKCategoricalAccuracy(5)],
    )
model.fit(
    pipeline("gs://bucket/train-*", True),
    steps_per_epoch=N_TRAIN // BATCH,
    epochs=30,
    validation_data=pipeline("gs://bucket/val-*", False),
    callbacks=[tf.keras.callbacks.ModelCheckpoint("ck/{epoch:02d}.keras", monitor="val_accuracy", mode="max")],
)
