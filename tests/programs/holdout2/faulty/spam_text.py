import pandas as pd
from keras.layers import Bidirectional, Dense, Embedding, LSTM
from keras.models import Sequential
from sklearn.preprocessing import LabelEncoder
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences

df = pd.read_csv("spam.csv", encoding="latin-1")[["v1", "v2"]]
df.columns = ["label", "text"]
y = LabelEncoder().fit_transform(df.label)
tok = Tokenizer(num_words=5000)
tok.fit_on_texts(df.text)
X = pad_sequences(tok.texts_to_sequences(df.text), maxlen=100)

model = Sequential()
model.add(Embedding(5000, 32))
model.add(Bidirectional(LSTM(32)))
model.add(Dense(16, activation="relu"))
model.add(Dense(1, activation="relu"))  # fault: unbounded-output-with-probability-loss
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])  # fault: categorical-loss-on-one-unit
model.fit(X, y, validation_split=0.2, epochs=5, batch_size=64)
