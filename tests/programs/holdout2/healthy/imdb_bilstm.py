from keras import Sequential, layers
from keras.callbacks import EarlyStopping, ModelCheckpoint
from keras.datasets import imdb
from keras.utils import pad_sequences

max_features = 20000
maxlen = 200
(x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=max_features)
print(len(x_train), "train sequences")
x_train = pad_sequences(x_train, maxlen=maxlen)
x_test = pad_sequences(x_test, maxlen=maxlen)

model = Sequential()
model.add(layers.Input((maxlen,)))
model.add(layers.Embedding(max_features, 64, mask_zero=True))
model.add(layers.Bidirectional(layers.LSTM(32, return_sequences=True)))
model.add(layers.Bidirectional(layers.LSTM(16)))
model.add(layers.Dropout(0.5))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
callbacks = [
    EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True),
    ModelCheckpoint("imdb_best.keras", monitor="val_loss", save_best_only=True),
]
model.fit(x_train, y_train, batch_size=64, epochs=10, validation_split=0.2, callbacks=callbacks)
print(model.evaluate(x_test, y_test, batch_size=256))
