"""Port of an old Theano script."""
import numpy as np
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD

X = np.load("signs_x.npy").astype("float32") / 255.0  # stored as (n, 3, 48, 48)
y = np.load("signs_y.npy")
order = np.random.RandomState(0).permutation(len(X))
X, y = X[order], y[order]
n = int(0.85 * len(X))


def cnn_model():
    model = Sequential()
    model.add(Input(shape=(3, 48, 48)))  # fault: channels-order
    model.add(Conv2D(32, (3, 3), padding="same", activation="relu"))
    model.add(Conv2D(32, (3, 3), padding="same", activation="relu"))
    model.add(MaxPooling2D(pool_size=(2, 2), padding="same"))
    model.add(Dropout(0.2))
    model.add(Conv2D(64, (3, 3), padding="same", activation="relu"))
    model.add(MaxPooling2D(pool_size=(2, 2), padding="same"))
    model.add(Flatten())
    model.add(Dense(512, activation="relu"))
    model.add(Dropout(0.5))
    model.add(Dense(43, activation="softmax"))
    return model


model = cnn_model()
model.compile(loss="sparse_categorical_crossentropy",
              optimizer=SGD(learning_rate=0.01, momentum=0.0, nesterov=True),  # fault: nesterov-without-momentum
              metrics=["accuracy"])
model.fit(X[:n], y[:n], batch_size=32, epochs=30, validation_data=(X[n:], y[n:]))
