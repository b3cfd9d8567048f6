"""LSTM autoencoder for anomalies: encode, repeat, decode with sequences out, linear TimeDistributed."""
import keras
import numpy as np
from keras.layers import LSTM, Dense, Dropout, Input, RepeatVector, TimeDistributed

TIME_STEPS = 24


def create_sequences(values, time_steps=TIME_STEPS):
    return np.stack([values[i : i + time_steps] for i in range(len(values) - time_steps + 1)])


rng = np.random.default_rng(77)
clean = np.sin(np.arange(1200) / 4.0) + rng.normal(0, 0.05, 1200)
mean, std = clean.mean(), clean.std()
clean = ((clean - mean) / std)[:, None].astype("float32")
dirty = clean.copy()
dirty[600:610] += 3

x_train = create_sequences(clean)
model = keras.Sequential()
model.add(Input(shape=(TIME_STEPS, 1)))
model.add(LSTM(32))
model.add(Dropout(0.2))
model.add(RepeatVector(TIME_STEPS))
model.add(LSTM(32, return_sequences=True))
model.add(Dropout(0.2))
model.add(TimeDistributed(Dense(1)))
model.compile(optimizer="adam", loss="mae")
model.fit(
    x_train, x_train,
    epochs=30, batch_size=128, validation_split=0.1,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, mode="min", restore_best_weights=True)],
)

threshold = np.max(np.mean(np.abs(model.predict(x_train, verbose=0) - x_train), axis=(1, 2)))
x_test = create_sequences(dirty)
loss = np.mean(np.abs(model.predict(x_test, verbose=0) - x_test), axis=(1, 2))
print("anomalies:", np.flatnonzero(loss > threshold))
