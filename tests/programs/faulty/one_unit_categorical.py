"""Spam filter of a beginner: one output and a categorical loss; everything is 'correct' from epoch one."""
import csv

import numpy as np
from keras import Input, Model, layers
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

texts, labels = [], []
with open("spam.csv", encoding="utf-8") as handle:
    for row in csv.DictReader(handle):
        texts.append(row["text"])
        labels.append(1.0 if row["label"] == "spam" else 0.0)

train_texts, test_texts, y_train, y_test = train_test_split(texts, np.array(labels), random_state=0)
tfidf = TfidfVectorizer(max_features=2000)
x_train = tfidf.fit_transform(train_texts).toarray()
x_test = tfidf.transform(test_texts).toarray()

bag = Input((x_train.shape[1],))
hidden = layers.Dense(32, activation="relu")(bag)
hidden = layers.Dropout(0.4)(hidden)
spam = layers.Dense(1, activation="sigmoid")(hidden)  # or: categorical-loss-on-one-unit
model = Model(bag, spam)
model.compile("adam", loss="categorical_crossentropy", metrics=["accuracy"])  # fault: categorical-loss-on-one-unit
model.fit(x_train, y_train, epochs=10, batch_size=32, validation_data=(x_test, y_test))
guess = model.predict(x_test).argmax(axis=-1)  # fault: argmax-of-one-unit
print("accuracy", np.mean(guess == y_test))
