import keras
from keras.layers import Dense, Dropout, Input
from keras.models import Model
from keras.optimizers import Adam
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

data = pd.read_csv("census.csv").dropna()
y_income = (data.pop("income") == ">50K").astype(int).values
y_marital = pd.Categorical(data.pop("marital")).codes.astype("int32")
y_age = data.pop("age").values.astype("float32")
X = pd.get_dummies(data).values.astype("float32")
n_marital = int(y_marital.max()) + 1

idx_train, idx_test = train_test_split(np.arange(len(X)), test_size=0.2, random_state=0)
sc = StandardScaler().fit(X[idx_train])
X_train, X_test = sc.transform(X[idx_train]), sc.transform(X[idx_test])
age_mu, age_sd = y_age[idx_train].mean(), y_age[idx_train].std()
age = (y_age - age_mu) / age_sd

inp = Input(shape=(X.shape[1],))
shared = Dense(128, activation="relu")(inp)
shared = Dropout(0.2)(shared)
shared = Dense(64, activation="relu")(shared)


def tower(x, name, units, act):
    x = Dense(32, activation="relu", name=name + "_h")(x)
    return Dense(units, activation=act, name=name)(x)


model = Model(inp, [tower(shared, "income", 1, "sigmoid"),
                    tower(shared, "marital", n_marital, "softmax"),
                    tower(shared, "age", 1, None)])
model.compile(optimizer=Adam(learning_rate=0.001),
              loss=["binary_crossentropy", "sparse_categorical_crossentropy", "mse"],
              loss_weights=[1.0, 0.5, 0.5],
              metrics=[["accuracy"], ["accuracy"], ["mae"]])
model.fit(X_train, [y_income[idx_train], y_marital[idx_train], age[idx_train]],
          validation_split=0.1, epochs=30, batch_size=128)
for name, v in zip(model.metrics_names, model.evaluate(
        X_test, [y_income[idx_test], y_marital[idx_test], age[idx_test]])):
    print(name, v)
