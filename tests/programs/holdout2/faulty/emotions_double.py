import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D

NUM_CLASSES = 7
pix = np.load("fer_pixels.npy").reshape(-1, 48, 48, 1).astype("float32") / 255.0
lab = keras.utils.to_categorical(np.load("fer_labels.npy"), NUM_CLASSES)


def block(model, f, **kw):
    model.add(Conv2D(f, (3, 3), padding="same", **kw))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(MaxPooling2D())
    model.add(Dropout(0.25))


model = keras.Sequential()
block(model, 32, input_shape=(48, 48, 1))
block(model, 64)
block(model, 128)
model.add(Flatten())
model.add(Dense(256, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(NUM_CLASSES, activation="softmax"))
model.add(Activation("softmax"))  # fault: double-softmax
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])  # fault: softmax-with-binary-loss
model.fit(pix, lab, epochs=50, batch_size=64, validation_split=0.1)
