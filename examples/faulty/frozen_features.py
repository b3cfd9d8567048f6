"""Feature extraction with Xception, then fine-tuning that silently does nothing."""
import keras
from keras import layers

SIZE = 128
LABELS = ("bicycle", "bus", "car", "truck")


def vehicles(subset):
    return keras.utils.image_dataset_from_directory(
        "vehicles",
        labels="inferred",
        label_mode="int",
        class_names=LABELS,
        image_size=(SIZE, SIZE),
        validation_split=0.25,
        subset=subset,
        seed=99,
    )


def build():
    base = keras.applications.Xception(weights="imagenet", include_top=False, input_shape=(SIZE, SIZE, 3))
    base.trainable = False
    image = keras.Input((SIZE, SIZE, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(64)(x)  # fault: bias-before-batchnorm
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    return base, keras.Model(image, layers.Dense(len(LABELS), activation="softmax")(x))


train, valid = vehicles("training"), vehicles("validation")
base, model = build()
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=valid, epochs=5)

base.trainable = True  # fault: trainable-set-after-compile
model.fit(train, validation_data=valid, epochs=10, initial_epoch=5)

model.save_weights("vehicles.h5")  # fault: checkpoint-suffix
