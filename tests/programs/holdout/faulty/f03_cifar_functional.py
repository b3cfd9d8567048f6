import argparse

import keras
from keras import layers

p = argparse.ArgumentParser()
p.add_argument("--epochs", type=int, default=30)
p.add_argument("--lr", type=float, default=0.1)  # fault: learning-rate-out-of-range
p.add_argument("--batch-size", type=int, default=64)
args = p.parse_args()

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0


def conv_unit(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    return layers.MaxPooling2D()(x)


inputs = keras.Input((32, 32, 3))
x = inputs
for f in (32, 64, 128):
    x = conv_unit(x, f)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(10, activation="softmax")(x)  # or: probabilities-with-from-logits
model = keras.Model(inputs, outputs)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=args.lr),  # or: learning-rate-out-of-range
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),  # fault: probabilities-with-from-logits
    metrics=["accuracy"],
)
model.fit(x_train, y_train, epochs=args.epochs, batch_size=args.batch_size, validation_split=0.1)
print("test", model.evaluate(x_test, y_test, verbose=0))
