"""Which mushroom species? Blocks come from helper functions; the output and the loss do not fit."""
import keras
import numpy as np
from keras import layers

SPECIES = 12
LR = 5.0  # fault: learning-rate-out-of-range


def make_data(n, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, SPECIES, n)
    x = rng.normal(size=(n, 22)) + y[:, None] * 0.1
    return x.astype("float32"), keras.utils.to_categorical(y, SPECIES)


def block(x, units, rate=0.2):
    x = layers.Dense(units, activation="relu")(x)
    return layers.Dropout(rate)(x)


def head(x, units, activation):
    return layers.Dense(units, activation=activation)(x)  # or: sigmoid-with-categorical-loss


def create():
    inputs = keras.Input((22,))
    x = inputs
    for units in (64, 32):
        x = block(x, units)
    outputs = head(x, SPECIES, "sigmoid")  # fault: sigmoid-with-categorical-loss
    return keras.Model(inputs, outputs)


def compile_model(model, learning_rate=LR):  # or: learning-rate-out-of-range
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate),  # or: learning-rate-out-of-range
        loss="categorical_crossentropy",  # or: sigmoid-with-categorical-loss
        metrics=["accuracy"],
    )
    return model


x_train, y_train = make_data(2000, 0)
x_valid, y_valid = make_data(500, 1)
model = compile_model(create())
model.fit(x_train, y_train, epochs=25, batch_size=50, validation_data=(x_valid, y_valid))
