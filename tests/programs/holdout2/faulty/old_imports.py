import numpy as np
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.utils import np_utils  # fault: removed-import
from keras.wrappers.scikit_learn import KerasClassifier  # fault: removed-import
from sklearn.model_selection import StratifiedKFold, cross_val_score

d = np.loadtxt("wheat.csv", delimiter=",")
X, y = d[:, :7], d[:, 7].astype(int) - 1
Y = np_utils.to_categorical(y)


def baseline():
    m = Sequential()
    m.add(Dense(16, input_shape=(7,), activation="relu"))
    m.add(Dropout(0.1))
    m.add(Dense(3, activation="softmax"))
    m.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return m


est = KerasClassifier(build_fn=baseline, epochs=100, batch_size=8, verbose=0)
print(cross_val_score(est, X, y, cv=StratifiedKFold(5, shuffle=True)).mean())
