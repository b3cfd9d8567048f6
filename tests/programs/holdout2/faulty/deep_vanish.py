import keras
from keras import layers


def stack(x, filters):
    x = layers.Conv2D(filters, 3, activation="relu")(x)  # or: feature-map-vanishes
    x = layers.MaxPooling2D(2)(x)  # or: feature-map-vanishes
    return x


inp = keras.Input((28, 28, 1))
x = inp
for f in [16, 32, 64, 128]:  # fault: feature-map-vanishes
    x = stack(x, f)
x = layers.Flatten()(x)
x = layers.Dropout(0.5)(x)
out = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inp, out)

(xa, ya), (xb, yb) = keras.datasets.mnist.load_data()
xa, xb = xa[..., None] / 255.0, xb[..., None] / 255.0
ya, yb = keras.utils.to_categorical(ya), keras.utils.to_categorical(yb)
model.compile(optimizer="nadam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(xa, ya, batch_size=128, epochs=12, validation_data=(xb, yb))
