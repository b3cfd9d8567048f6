import keras
import pandas as pd
from keras import layers
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

mails = pd.read_csv("mails.csv")
text_train, text_test, y_train, y_test = train_test_split(
    mails["body"], mails["spam"].astype("float32"), test_size=0.25, random_state=0)
tfidf = TfidfVectorizer(max_features=3000, stop_words="english")
x_train = tfidf.fit_transform(text_train).toarray()
x_test = tfidf.fit_transform(text_test).toarray()  # fault: scaler-fitted-on-test

ACT = "relu"


def dense(units):
    return layers.Dense(units, activation=ACT)


model = keras.Sequential([keras.Input((3000,)), dense(64), layers.Dropout(0.3), dense(16),
                          dense(1)])  # fault: unbounded-output-with-probability-loss
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, validation_split=0.1, epochs=8, batch_size=32)
print(model.evaluate(x_test, y_test))
