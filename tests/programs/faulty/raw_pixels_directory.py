"""Weather from photographs; nobody divides by 255, and the network is trained from scratch."""
import keras
from keras import layers, regularizers

KIND = ("cloudy", "rain", "shine", "sunrise")
L2 = regularizers.l2(1e-4)


def sky(subset):
    return keras.utils.image_dataset_from_directory(  # fault: images-not-scaled
        "weather",
        subset=subset,
        validation_split=0.2,
        seed=11,
        image_size=(128, 128),
        label_mode="categorical",  # or: label-mode-against-loss
    )


train, valid = sky("training"), sky("validation")

inputs = keras.Input((128, 128, 3))
x = layers.RandomFlip("horizontal")(inputs)
for f in (16, 32, 64, 128):
    x = layers.Conv2D(f, 3, padding="same", activation="relu", kernel_regularizer=L2)(x)
    x = layers.MaxPooling2D()(x)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(len(KIND), activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])  # fault: label-mode-against-loss
model.fit(train, validation_data=valid, epochs=25)  # or: images-not-scaled
