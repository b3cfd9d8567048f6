import keras
from keras import layers


class Gate(layers.Layer):
    def __init__(self, units, **kwargs):
        self.units = units  # fault: super-init-missing
        self.a = layers.Dense(units)
        self.b = layers.Dense(units, activation="sigmoid")

    def call(self, x):
        return self.a(x) * self.b(x)


inp = keras.Input((30,))
x = Gate(64)(inp)
x = layers.LayerNormalization()(x)
x = Gate(32)(x)
out = layers.Dense(4, activation="softmax")(x)
model = keras.Model(inp, out)
model.compile(optimizer="adamw", loss="mse", metrics=["accuracy"])  # fault: softmax-with-regression-loss
model.summary()
