from tensorflow.keras.datasets import imdb
from tensorflow.keras.layers import LSTM, Dense, Dropout, Embedding
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.sequence import pad_sequences

VOCAB = 20000  # or: embedding-too-small
MAXLEN = 200

(X_train, y_train), (X_test, y_test) = imdb.load_data(num_words=VOCAB)  # or: embedding-too-small
X_train = pad_sequences(X_train, maxlen=MAXLEN)
X_test = pad_sequences(X_test, maxlen=MAXLEN)

model = Sequential([
    Embedding(10000, 64),  # fault: embedding-too-small
    LSTM(64),  # fault: return-sequences-missing
    LSTM(32),
    Dropout(0.5),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
model.fit(X_train, y_train, batch_size=64, epochs=8, validation_data=(X_test, y_test))
