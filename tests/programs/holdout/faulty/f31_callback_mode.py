import os

import keras
from keras import layers
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255.0, x_test[..., None] / 255.0


def callbacks_for(run_dir):
    best = os.path.join(run_dir, "best.keras")
    return [
        ModelCheckpoint(best, monitor="val_accuracy",
                        mode="min",  # fault: callback-mode-against-monitor
                        save_best_only=True),
        ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=2),
        EarlyStopping(monitor="val_acc", patience=5, restore_best_weights=True),  # fault: monitor-not-logged
    ]


model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=128, epochs=40, validation_split=0.1, callbacks=callbacks_for("runs/a"))
model.evaluate(x_test, y_test)
