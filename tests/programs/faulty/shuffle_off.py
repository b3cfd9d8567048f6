"""Leaf species from shape and texture; the data are sorted by species and stay so."""
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.layers import Dense, Dropout, Input
from tensorflow.keras.models import Model

images, species = load_digits(return_X_y=True)
images = images / 16.0
order = species.argsort(kind="stable")
images, species = images[order], species[order]
x_train, x_test, y_train, y_test = train_test_split(images, species, test_size=0.3, random_state=5, stratify=species)
order = y_train.argsort(kind="stable")
x_train, y_train = x_train[order], y_train[order]


def network(n_in, n_out, hidden=(100, 50)):
    a = Input((n_in,))
    b = a
    for h in hidden:
        b = Dense(h, activation="relu")(b)
    b = Dropout(0.25)(b)
    return Model(a, Dense(n_out, activation="softmax")(b))


model = network(64, 10)
model.compile(optimizer=tf.keras.optimizers.SGD(0.05, momentum=0.9), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x_train,
    y_train,
    shuffle=False,  # fault: shuffle-off
    epochs=20,
    batch_size=32,
    validation_data=(x_test, y_test),
    callbacks=[EarlyStopping(monitor="val_accuracy", patience=25, restore_best_weights=True)],  # fault: early-stopping-patience
)
