# `model`, `x` and `history` are used again and again, as happens in a long script.
import numpy as np
from keras.datasets import boston_housing, imdb, reuters
from keras import Input, layers, models
from keras.utils import to_categorical


def vectorize_sequences(sequences, dimension=10000):
    results = np.zeros((len(sequences), dimension), dtype="float32")
    for i, sequence in enumerate(sequences):
        results[i, list(sequence)] = 1.0
    return results


# --- 1. two classes
(train_data, train_labels), (test_data, test_labels) = imdb.load_data(num_words=10000)
x_train = vectorize_sequences(train_data)
x_test = vectorize_sequences(test_data)
y_train = np.asarray(train_labels).astype("float32")
y_test = np.asarray(test_labels).astype("float32")

model = models.Sequential()
model.add(Input((10000,)))
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
x_val, partial_x = x_train[:1000], x_train[1000:]
y_val, partial_y = y_train[:1000], y_train[1000:]
history = model.fit(partial_x, partial_y, epochs=4, batch_size=512, validation_data=(x_val, y_val))
print(model.evaluate(x_test, y_test))

# --- 2. forty-six classes
(train_data, train_labels), (test_data, test_labels) = reuters.load_data(num_words=10000)
x_train = vectorize_sequences(train_data)
x_test = vectorize_sequences(test_data)
y_train = to_categorical(train_labels)
y_test = to_categorical(test_labels)

model = models.Sequential()
model.add(Input((10000,)))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(46, activation="softmax"))
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=9, batch_size=512, validation_split=0.2)
print(model.evaluate(x_test, y_test))

# --- 3. prices
(train_data, train_targets), (test_data, test_targets) = boston_housing.load_data()
mean = train_data.mean(axis=0)
std = train_data.std(axis=0)
train_data = (train_data - mean) / std
test_data = (test_data - mean) / std
model = models.Sequential()
model.add(Input((train_data.shape[1],)))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(1))
model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
history = model.fit(train_data, train_targets, epochs=80, batch_size=16, validation_split=0.2, verbose=0)
print(model.evaluate(test_data, test_targets))
