"""Fashion-MNIST: the training images are divided by 255, the test images are not."""
import keras
import numpy as np
from keras import layers


(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()  # or: one-side-scaled
x_train = x_train / 255.0  # fault: one-side-scaled
x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]

model = keras.Sequential(
    [
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 5, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 5, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10),
    ]
)
model.compile(
    optimizer="adam",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(
    x_train,
    y_train,
    epochs=2,  # fault: epochs-few
    validation_split=0.1,
)
print(model.evaluate(x_test, y_test))  # or: one-side-scaled
