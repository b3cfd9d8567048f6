import numpy as np
from keras import Input, Sequential
from keras.layers import Dense, Dropout
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def create_model(neurons=12, rate=0.2):
    model = Sequential()
    model.add(Input(shape=(8,)))
    model.add(Dense(neurons, activation="relu"))
    model.add(Dropout(rate))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


dataset = np.loadtxt("pima-indians-diabetes.csv", delimiter=",")
X = dataset[:, 0:8]
Y = dataset[:, 8]
clf = KerasClassifier(model=create_model, neurons=12, rate=0.2, epochs=100, batch_size=20, verbose=0)
pipe = make_pipeline(StandardScaler(), clf)
grid = {
    "kerasclassifier__neurons": [8, 16, 32],
    "kerasclassifier__rate": [0.0, 0.2, 0.4],
}
search = GridSearchCV(pipe, grid, cv=3)
result = search.fit(X, Y)
print("Best: %f using %s" % (result.best_score_, result.best_params_))
for mean, std, params in zip(result.cv_results_["mean_test_score"], result.cv_results_["std_test_score"],
                             result.cv_results_["params"]):
    print("%f (%f) with: %r" % (mean, std, params))
