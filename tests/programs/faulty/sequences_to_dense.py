"""IMDB, bidirectional: one label a review, but the last LSTM returns every step."""
from tensorflow import keras

max_features = 20000
maxlen = 200

(x_train, y_train), (x_val, y_val) = keras.datasets.imdb.load_data(num_words=max_features)
x_train = keras.utils.pad_sequences(x_train, maxlen=maxlen)
x_val = keras.utils.pad_sequences(x_val, maxlen=maxlen)

inputs = keras.Input(shape=(None,), dtype="int32")
x = keras.layers.Embedding(10000, 128)(inputs)  # fault: embedding-too-small
x = keras.layers.Bidirectional(keras.layers.LSTM(64, return_sequences=True))(x)
x = keras.layers.Bidirectional(keras.layers.LSTM(64, return_sequences=True))(x)  # fault: return-sequences-extra
outputs = keras.layers.Dense(1, activation="sigmoid")(x)  # or: return-sequences-extra
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=3, validation_data=(x_val, y_val))
