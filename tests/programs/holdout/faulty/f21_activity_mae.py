import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Conv1D, Dense, Dropout, GlobalAveragePooling1D, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import to_categorical

X_train, X_test = np.load("har_x_train.npy"), np.load("har_x_test.npy")
mean, std = X_train.mean(axis=(0, 1)), X_train.std(axis=(0, 1))
X_train, X_test = (X_train - mean) / std, (X_test - mean) / std
y_train = to_categorical(np.load("har_y_train.npy"), num_classes=6)
y_test = to_categorical(np.load("har_y_test.npy"), num_classes=6)

model = Sequential([
    Input((128, 9)),
    Conv1D(64, 5, activation="relu"),
    Conv1D(64, 5, activation="relu"),
    GlobalAveragePooling1D(),
    Dropout(0.9),  # fault: dropout-rate
    Dense(6),
])
model.compile(optimizer="adam",
              loss=tf.keras.losses.MeanAbsoluteError(),  # fault: regression-loss-for-classes
              metrics=["accuracy"])
model.fit(X_train, y_train, epochs=40, batch_size=64, validation_data=(X_test, y_test))
classes = model.predict(X_test).argmax(axis=1)
print((classes == y_test.argmax(axis=1)).mean())
