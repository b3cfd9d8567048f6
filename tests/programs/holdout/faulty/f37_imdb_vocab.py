import keras
from keras import layers

max_features = 20000
embedding_size = 10000
maxlen = 400

(x_train, y_train), (x_val, y_val) = keras.datasets.imdb.load_data(num_words=max_features)  # or: embedding-too-small
x_train = keras.utils.pad_sequences(x_train, maxlen=maxlen)
x_val = keras.utils.pad_sequences(x_val, maxlen=maxlen)

inputs = keras.Input(shape=(maxlen,), dtype="int32")
x = layers.Embedding(embedding_size, 128)(inputs)  # fault: embedding-too-small
x = layers.LSTM(64, return_sequences=True)(x)
x = layers.LSTM(64)(x)
x = layers.Dropout(0.5)(x)
outputs = layers.Dense(2, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile("adam",
              "binary_crossentropy",  # fault: softmax-with-binary-loss
              metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=1, validation_data=(x_val, y_val))  # fault: epochs-few
