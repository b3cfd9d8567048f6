"""Grid search over a wrapped network."""
from keras import Input
from keras.layers import Dense, Dropout
from keras.models import Sequential
from scikeras.wrappers import KerasClassifier
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def get_clf(hidden, dropout, meta):
    n_features_in_ = meta["n_features_in_"]
    model = Sequential()
    model.add(Input(shape=(n_features_in_,)))
    for layer_size in hidden:
        model.add(Dense(layer_size, activation="relu"))
        model.add(Dropout(dropout))
    model.add(Dense(1, activation="sigmoid"))
    return model


def main():
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)

    net = KerasClassifier(
        model=get_clf,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=1e-3,
        metrics=["accuracy"],
        epochs=30,
        batch_size=32,
        hidden=(64,),
        dropout=0.1,
        validation_split=0.1,
        verbose=0,
    )
    pipe = Pipeline([("scale", StandardScaler()), ("net", net)])
    grid = GridSearchCV(
        pipe,
        {"net__hidden": [(32,), (64, 32)], "net__dropout": [0.0, 0.3]},
        cv=3,
        scoring="accuracy",
    )
    grid.fit(X_train, y_train)
    print(grid.best_params_, grid.best_score_)
    print("held out:", grid.score(X_test, y_test))


if __name__ == "__main__":
    main()
