import keras
import pandas as pd
from keras.layers import GRU, Dense, Embedding, Input, SpatialDropout1D
from keras.models import Sequential
from sklearn.model_selection import train_test_split

df = pd.read_csv("reviews.csv")
text_train, text_test, y_train, y_test = train_test_split(
    df["text"].values, (df["stars"] - 1).values, test_size=0.2, random_state=3)
vec = keras.layers.TextVectorization(max_tokens=15000, output_sequence_length=120)
vec.adapt(text_train)
seq_train, seq_test = vec(text_train), vec(text_test)

settings = dict(vocab=10000, dim=96, units=64)
model = Sequential()
model.add(Input((120,)))
model.add(Embedding(settings["vocab"], settings["dim"]))  # fault: embedding-too-small
model.add(SpatialDropout1D(0.2))
model.add(GRU(settings["units"], return_sequences=True))
model.add(GRU(settings["units"]))
model.add(Dense(5, activation="sigmoid"))  # fault: sigmoid-with-categorical-loss
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(seq_train, y_train, epochs=6, batch_size=64, validation_split=0.1)
print(model.evaluate(seq_test, y_test))
