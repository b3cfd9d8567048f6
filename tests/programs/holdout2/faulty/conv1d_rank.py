import numpy as np
from keras.layers import Conv1D, Dense, Dropout, GlobalMaxPooling1D, Input
from keras.models import Sequential
from keras.optimizers import Adam

WINDOW = 128


def get_model(n_out):
    net = Sequential()
    net.add(Input(shape=(WINDOW,)))  # or: input-rank
    net.add(Conv1D(64, 5, activation="relu"))  # fault: input-rank
    net.add(Conv1D(64, 5, activation="relu"))
    net.add(GlobalMaxPooling1D())
    net.add(Dropout(50))  # fault: dropout-rate
    net.add(Dense(n_out, activation="softmax"))
    net.compile(loss="sparse_categorical_crossentropy", optimizer=Adam(1e-3), metrics=["accuracy"])
    return net


x = np.load("har_x.npy")
y = np.load("har_y.npy")
m = get_model(6)
m.fit(x, y, epochs=30, batch_size=64, validation_split=0.2)
