# -*- coding: utf-8 -*-
# Port of my old TF1 digit classifier to tf.keras
import sys
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)

KEEP_PROB = 0.9
HIDDEN = 64
EPOCHS = 20

data = load_digits()
X = data.images.reshape(len(data.images), -1) / 16.
X_train, X_test, y_train, y_test = train_test_split(X, data.target, test_size=0.3, random_state=seed)

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Input((64,)))
for _ in range(2):
    model.add(tf.keras.layers.Dense(HIDDEN, activation=tf.nn.relu))
    model.add(tf.keras.layers.Dropout(KEEP_PROB))  # fault: dropout-keep-prob
model.add(tf.keras.layers.Dense(10, activation=tf.nn.softmax))

model.compile(optimizer=tf.keras.optimizers.Adam(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=EPOCHS, batch_size=32, validation_data=(X_test, y_test), verbose=2)
print('Test acc', model.evaluate(X_test, y_test, verbose=0)[1])
