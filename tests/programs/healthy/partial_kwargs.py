"""functools.partial for the house style of convolutions, **kwargs through two levels."""
from functools import partial

import keras
from keras import layers

DefaultConv = partial(layers.Conv2D, kernel_size=3, strides=1, padding="same", kernel_initializer="he_normal")
BNConv = partial(DefaultConv, use_bias=False)


def stage(x, n, **conv_kwargs):
    for _ in range(n):
        x = BNConv(**conv_kwargs)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return layers.MaxPooling2D()(x)


def build(shape, classes, stages=((1, 32), (2, 64), (2, 128)), **kwargs):
    inputs = keras.Input(shape)
    x = DefaultConv(32, kernel_size=7, activation="relu")(inputs)
    for n, filters in stages:
        x = stage(x, n, filters=filters, **kwargs)
    x = layers.Flatten()(x)
    x = layers.Dense(64, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def fit(model, data, **options):
    defaults = {"epochs": 10, "batch_size": 64, "validation_split": 0.1}
    return model.fit(*data, **{**defaults, **options})


(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255.0, x_test[..., None] / 255.0
model = build((28, 28, 1), 10, kernel_regularizer=keras.regularizers.L2(1e-5))
model.compile(loss="sparse_categorical_crossentropy", optimizer="nadam", metrics=["accuracy"])
fit(model, (x_train, y_train), epochs=20, callbacks=[keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)])
print(model.evaluate(x_test, y_test, verbose=0))
