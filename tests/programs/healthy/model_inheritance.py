"""Inheritance between model classes: the base has the head and the call, subclasses give the body."""
import abc

import keras
import numpy as np
from keras import layers


class Classifier(keras.Model, abc.ABC):
    def __init__(self, classes, dropout=0.2, **kwargs):
        super().__init__(**kwargs)
        self.body = self.make_body()
        self.drop = layers.Dropout(dropout)
        self.head = layers.Dense(classes, activation="softmax")

    @abc.abstractmethod
    def make_body(self):
        """Layers from an image to a vector."""

    def call(self, x, training=False):
        x = self.body(x, training=training)
        return self.head(self.drop(x, training=training))


class Linear(Classifier):
    def make_body(self):
        return layers.Flatten()


class Deep(Classifier):
    widths = (128, 64)

    def make_body(self):
        return keras.Sequential([layers.Flatten(), *(layers.Dense(w, activation="relu") for w in self.widths)])


class Convolutional(Classifier):
    def __init__(self, classes, filters=16, **kwargs):
        self.filters = filters
        super().__init__(classes, **kwargs)

    def make_body(self):
        f = self.filters
        return keras.Sequential(
            [
                layers.Conv2D(f, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(2 * f, 3, activation="relu"),
                layers.GlobalMaxPooling2D(),
            ]
        )


class Wide(Deep):
    widths = (512,)


(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x = np.divide(x, 255.0, dtype="float32")[..., None]
xt = np.divide(xt, 255.0, dtype="float32")[..., None]
scores = {}
for cls in (Linear, Deep, Wide, Convolutional):
    model = cls(10)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=128, epochs=4, validation_split=0.1, verbose=0)
    scores[cls.__name__] = model.evaluate(xt, yt, verbose=0, return_dict=True)["accuracy"]
print(scores)
