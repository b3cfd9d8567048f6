"""Plant disease from leaf photographs: frozen ResNet50V2 with a new head."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

IMG = 224
CLASSES = ["healthy", "mildew", "rust", "scab"]


def load_split(name, shuffle):
    return keras.utils.image_dataset_from_directory(
        f"leaves/{name}",
        label_mode="categorical",
        class_names=CLASSES,
        image_size=(IMG, IMG),
        batch_size=16,
        shuffle=shuffle,
    )


train_ds = load_split("train", shuffle=True)
val_ds = load_split("val", shuffle=False)
train_ds = train_ds.repeat()  # fault: endless-dataset-without-steps

backbone = keras.applications.ResNet50V2(include_top=False, weights="imagenet", input_shape=(IMG, IMG, 3))
backbone.trainable = False

inputs = layers.Input((IMG, IMG, 3))
x = keras.applications.resnet_v2.preprocess_input(inputs)
x = backbone(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dense(128, activation="relu")(x)
x = layers.Dropout(0.3)(x)
outputs = layers.Dense(len(CLASSES), activation="softmax")(x)  # or: softmax-with-binary-loss
model = keras.Model(inputs, outputs)

model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss="binary_crossentropy",  # fault: softmax-with-binary-loss
    metrics=["accuracy"],
)

model.fit(
    train_ds,  # or: endless-dataset-without-steps
    epochs=10,
    validation_data=val_ds,
    callbacks=[
        keras.callbacks.ModelCheckpoint(
            "leaves.keras",
            monitor="val_accuracy",
            mode="min",  # fault: callback-mode-against-monitor
            save_best_only=True,
        )
    ],
)
print(tf.config.list_physical_devices())
