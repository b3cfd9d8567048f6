"""Nothing left to train: the head is frozen together with the backbone."""
import keras
from keras import layers

backbone = keras.applications.MobileNetV3Small(include_top=False, pooling="avg", input_shape=(128, 128, 3))

model = keras.Sequential(
    [
        keras.Input((128, 128, 3)),
        backbone,
        layers.Dense(64, activation="relu"),
        layers.Dense(6, activation="softmax"),
    ]
)
for layer in model.layers:
    layer.trainable = False  # fault: nothing-trainable

model.compile(  # or: nothing-trainable
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)


def cars(part):
    return keras.utils.image_dataset_from_directory(
        "cars", image_size=(128, 128), validation_split=0.2, subset=part, seed=1
    )


train_ds, val_ds = cars("training"), cars("validation")
model.fit(
    train_ds,
    batch_size=32,  # fault: batch-size-with-dataset
    epochs=8,
    validation_data=val_ds,
)
