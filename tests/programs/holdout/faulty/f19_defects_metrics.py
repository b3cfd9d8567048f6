import keras
import tensorflow as tf
from keras import layers, metrics

SIZE, N = (128, 128), 6

kw = dict(image_size=SIZE, batch_size=32, label_mode="int", validation_split=0.2, seed=3)
train = keras.utils.image_dataset_from_directory("defects", subset="training", **kw)
val = keras.utils.image_dataset_from_directory("defects", subset="validation", **kw)

model = keras.Sequential([
    keras.Input(SIZE + (3,)),
    layers.Rescaling(1.0 / 255),
    layers.Conv2D(32, 3, strides=2, activation="relu"),
    layers.Conv2D(64, 3, strides=2, activation="relu"),
    layers.Conv2D(128, 3, strides=2, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(N, activation="softmax"),
])
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=[
        metrics.BinaryAccuracy(),  # fault: metric-against-output
    ],
)
model.fit(
    train.prefetch(tf.data.AUTOTUNE),
    validation_data=val,
    epochs=20,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=3)],  # fault: early-stopping-without-restore
)
model.save("defects.keras")
