import numpy as np
from keras import layers, models, optimizers
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

data = fetch_california_housing()
X_tr, X_te, y_tr, y_te = train_test_split(data.data, data.target, random_state=0)
scaler = StandardScaler().fit(X_tr)
X_tr, X_te = scaler.transform(X_tr), scaler.transform(X_te)


def regressor(n_in):
    m = models.Sequential([
        layers.Input((n_in,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(1, activation="sigmoid"),  # fault: bounded-output-for-regression
    ])
    m.compile(
        optimizer=optimizers.Adam(learning_rate=1e-3),
        loss="mse",
        metrics=["accuracy"],  # fault: accuracy-for-regression
    )
    return m


model = regressor(X_tr.shape[1])
model.fit(X_tr, y_tr, epochs=80, batch_size=64, validation_split=0.2, verbose=2)
pred = model.predict(X_te).ravel()
print("rmse", np.sqrt(np.mean((pred - y_te) ** 2)))
