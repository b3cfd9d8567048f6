"""Recyclables from a folder: the loader yields integers (its default), the loss wants one-hot rows."""
import keras
from keras import layers

ROOT = "recyclables"
KINDS = ["glass", "metal", "paper", "plastic", "rest"]
common = dict(directory=ROOT, validation_split=0.2, seed=3, image_size=(96, 96), batch_size=32)

train = keras.utils.image_dataset_from_directory(subset="training", **common)  # or: label-mode-against-loss
valid = keras.utils.image_dataset_from_directory(subset="validation", **common)


class Recycler(keras.Model):
    def __init__(self, n):
        super().__init__()
        self.scale = layers.Rescaling(1.0 / 127.5, offset=-1.0)
        self.convs = [layers.Conv2D(f, 3, strides=2, activation="relu") for f in (24, 48, 96)]
        self.pool = layers.GlobalAveragePooling2D()
        self.out = layers.Dense(n, activation="softmax")

    def call(self, x):
        x = self.scale(x)
        for conv in self.convs:
            x = conv(x)
        return self.out(self.pool(x))


model = Recycler(len(KINDS))
model.compile(
    keras.optimizers.Adam(3e-4),
    loss="categorical_crossentropy",  # fault: label-mode-against-loss
    metrics=["accuracy"],
)
model.fit(train, validation_data=valid, epochs=20)
model.save_weights("recycler.h5")  # fault: checkpoint-suffix
