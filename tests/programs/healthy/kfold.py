"""10-fold cross validation; a new model and a new scaler in every fold."""
import numpy as np
from keras import Input, backend
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import LabelBinarizer, StandardScaler

seed = 7
iris = load_iris()
X, Y = iris.data, iris.target
onehot = LabelBinarizer().fit_transform(Y)
kfold = StratifiedKFold(n_splits=10, shuffle=True, random_state=seed)
cvscores = []
for fold, (train, test) in enumerate(kfold.split(X, Y)):
    backend.clear_session()
    scaler = StandardScaler().fit(X[train])
    model = Sequential()
    model.add(Input((4,)))
    model.add(Dense(12, activation="relu"))
    model.add(Dense(8, activation="relu"))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(
        scaler.transform(X[train]),
        onehot[train],
        epochs=150,
        batch_size=10,
        validation_data=(scaler.transform(X[test]), onehot[test]),
        verbose=0,
    )
    scores = model.evaluate(scaler.transform(X[test]), onehot[test], verbose=0)
    print("fold %d: %.2f%%" % (fold, scores[1] * 100))
    cvscores.append(scores[1] * 100)
print("%.2f%% (+/- %.2f%%)" % (np.mean(cvscores), np.std(cvscores)))
