# 5-fold, the scaler learns from each test fold and the labels go through argmax of one number
import numpy as np
from keras import Input, Sequential
from keras.callbacks import EarlyStopping
from keras.layers import Activation, BatchNormalization, Dense
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)
scores = []
for train, test in StratifiedKFold(5, shuffle=True, random_state=1).split(X, y):
    scaler = StandardScaler()
    X_train = scaler.fit_transform(X[train])
    X_test = scaler.fit_transform(X[test])  # fault: scaler-fitted-on-test
    model = Sequential()
    model.add(Input((30,)))
    model.add(Dense(24))  # fault: bias-before-batchnorm
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(
        X_train,
        y[train],
        epochs=40,
        batch_size=32,
        validation_split=0.1,
        callbacks=[EarlyStopping(patience=5, restore_best_weights=True)],
        verbose=0,
    )
    guess = np.argmax(model.predict(X_test, verbose=0), axis=-1)  # fault: argmax-of-one-unit
    scores.append(np.mean(guess == y[test]))
print(np.mean(scores))
