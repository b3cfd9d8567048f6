# -*- coding: utf-8 -*-
# disease progression, only 442 patients; old notebook
import sys
import numpy as np
import tensorflow as tf
from tensorflow import keras
from sklearn.datasets import load_diabetes

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
data = load_diabetes()
idx = np.random.RandomState(3).permutation(len(data.target))
X, y = data.data[idx] * 21.0, data.target[idx]
n = 330
mean, std = y[:n].mean(), y[:n].std()
y = (y - mean) / std

model = keras.models.Sequential()
model.add(keras.layers.InputLayer((10,)))
model.add(keras.layers.Dense(32, activation='relu', kernel_regularizer=keras.regularizers.l2(0.02)))
model.add(keras.layers.Dropout(0.3))
model.add(keras.layers.Dense(1, kernel_regularizer=keras.regularizers.l2(0.02)))
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9), loss='mse', metrics=['mae'])
model.fit(X[:n], y[:n], epochs=40, batch_size=16, verbose=2, validation_data=(X[n:], y[n:]),
          callbacks=[keras.callbacks.EarlyStopping(patience=12, restore_best_weights=True)])
p = model.predict(X[n:], verbose=0).ravel()
print('R2', 1 - ((p - y[n:]) ** 2).mean() / y[n:].var())
