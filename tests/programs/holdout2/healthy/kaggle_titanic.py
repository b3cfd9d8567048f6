import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

train = pd.read_csv("../input/titanic/train.csv")
test = pd.read_csv("../input/titanic/test.csv")
NUM = ["Age", "Fare", "SibSp", "Parch"]
CAT = ["Sex", "Embarked", "Pclass"]


def make_prep():
    return ColumnTransformer([
        ("n", Pipeline([("i", SimpleImputer()), ("s", StandardScaler())]), NUM),
        ("c", Pipeline([("i", SimpleImputer(strategy="most_frequent")),
                        ("o", OneHotEncoder(handle_unknown="ignore", sparse_output=False))]), CAT),
    ])


def make_net(n):
    net = tf.keras.Sequential([
        tf.keras.Input((n,)),
        tf.keras.layers.Dense(32, activation="swish"),
        tf.keras.layers.Dropout(0.3),
        tf.keras.layers.Dense(16, activation="swish"),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ])
    net.compile(tf.keras.optimizers.Adam(2e-3), "binary_crossentropy", metrics=["accuracy", tf.keras.metrics.AUC(name="auc")])
    return net


y = train.Survived.values
folds = StratifiedKFold(5, shuffle=True, random_state=0)
pred = np.zeros(len(test))
for fold, (a, b) in enumerate(folds.split(train, y)):
    prep = make_prep()
    xa = prep.fit_transform(train.iloc[a])
    xb = prep.transform(train.iloc[b])
    net = make_net(xa.shape[1])
    es = tf.keras.callbacks.EarlyStopping("val_auc", mode="max", patience=10, restore_best_weights=True)
    net.fit(xa, y[a], validation_data=(xb, y[b]), epochs=100, batch_size=32, callbacks=[es], verbose=0)
    print(fold, net.evaluate(xb, y[b], verbose=0))
    pred += net.predict(prep.transform(test), verbose=0).ravel() / 5
pd.DataFrame({"PassengerId": test.PassengerId, "Survived": (pred > 0.5).astype(int)}).to_csv("sub.csv", index=False)
