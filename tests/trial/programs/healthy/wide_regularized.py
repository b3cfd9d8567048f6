"""Far more weights than pictures, held back by weight decay and dropout."""
import sys

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers, regularizers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)


class Wide(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(512, activation="relu", kernel_regularizer=regularizers.l2(1e-4))
        self.drop = layers.Dropout(0.4)
        self.more = layers.Dense(256, activation="relu", kernel_regularizer=regularizers.l2(1e-4))
        self.logits = layers.Dense(10)

    def call(self, x, training=None):
        x = self.drop(self.hidden(x), training=training)
        return self.logits(self.more(x))


digits = load_digits()
x, y = digits.images.reshape(-1, 64) / 16.0, digits.target
x_train, y_train, x_val, y_val = x[:1300], y[:1300], x[1300:], y[1300:]

model = Wide()
model.compile(
    optimizer="adam",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=32, epochs=12, validation_data=(x_val, y_val), verbose=2)
print("val accuracy:", model.evaluate(x_val, y_val, verbose=0)[1])
