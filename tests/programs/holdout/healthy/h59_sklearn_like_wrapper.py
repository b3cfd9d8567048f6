"""A KerasClassifier of our own, so that grid search works without extra packages."""
import keras
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_wine
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class MLP(ClassifierMixin, BaseEstimator):
    def __init__(self, hidden=(32,), rate=0.0, learning_rate=1e-3, epochs=40, batch_size=16, verbose=0):
        self.hidden = hidden
        self.rate = rate
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.verbose = verbose

    def _build(self, n_in, n_out):
        model = keras.Sequential([keras.Input((n_in,))])
        for u in self.hidden:
            model.add(keras.layers.Dense(u, activation="relu"))
            model.add(keras.layers.Dropout(self.rate))
        binary = n_out == 2
        model.add(keras.layers.Dense(1 if binary else n_out, activation="sigmoid" if binary else "softmax"))
        model.compile(keras.optimizers.Adam(self.learning_rate),
                      "binary_crossentropy" if binary else "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, X, y):
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.model_ = self._build(X.shape[1], len(self.classes_))
        self.history_ = self.model_.fit(X, codes, epochs=self.epochs, batch_size=self.batch_size,
                                        verbose=self.verbose).history
        return self

    def predict_proba(self, X):
        p = self.model_.predict(X, verbose=0)
        return np.hstack([1 - p, p]) if p.shape[1] == 1 else p

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


if __name__ == "__main__":
    X, y = load_wine(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    pipe = make_pipeline(StandardScaler(), MLP())
    grid = GridSearchCV(pipe, {"mlp__hidden": [(16,), (32, 16)], "mlp__rate": [0.0, 0.2]}, cv=3)
    grid.fit(X_train, y_train)
    print(grid.best_params_, grid.score(X_test, y_test))
    print(grid.predict_proba(X_test[:3]))
