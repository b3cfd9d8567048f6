"""Two-phase transfer learning on a folder of flower photographs (tf.keras, tf.data)."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

IMAGE_SIZE = (160, 160)
BATCH = 32
WARMUP_EPOCHS = 5
FINE_TUNE_EPOCHS = 10

train_ds, val_ds = keras.utils.image_dataset_from_directory(
    "flowers/",
    label_mode="categorical",
    image_size=IMAGE_SIZE,
    batch_size=BATCH,
    validation_split=0.2,
    subset="both",
    seed=1337,
)
class_names = train_ds.class_names
num_classes = len(class_names)

train_ds = train_ds.prefetch(tf.data.AUTOTUNE)
val_ds = val_ds.cache().prefetch(tf.data.AUTOTUNE)

augment = keras.Sequential(
    [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
    ],
    name="augment",
)

base = keras.applications.MobileNetV2(include_top=False, weights="imagenet", input_shape=IMAGE_SIZE + (3,))
base.trainable = False

inputs = keras.Input(shape=IMAGE_SIZE + (3,))
x = augment(inputs)
x = keras.applications.mobilenet_v2.preprocess_input(x)
x = base(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(num_classes, activation="softmax")(x)
model = keras.Model(inputs, outputs)

model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(train_ds, validation_data=val_ds, epochs=WARMUP_EPOCHS)

# Second phase: open the last block and go on slowly.
base.trainable = True
for layer in base.layers[:100]:
    layer.trainable = False

model.compile(
    optimizer=keras.optimizers.Adam(1e-5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
checkpoint = keras.callbacks.ModelCheckpoint("flowers.keras", monitor="val_accuracy", save_best_only=True)
model.fit(
    train_ds,
    validation_data=val_ds,
    initial_epoch=WARMUP_EPOCHS,
    epochs=WARMUP_EPOCHS + FINE_TUNE_EPOCHS,
    callbacks=[checkpoint],
)

best = keras.models.load_model("flowers.keras")
print(dict(zip(("loss", "accuracy"), best.evaluate(val_ds, verbose=0))))
