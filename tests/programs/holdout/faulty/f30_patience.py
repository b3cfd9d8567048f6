import keras
import pandas as pd
from keras import callbacks, layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

EPOCHS = 30

df = pd.read_csv("bike_hourly.csv")
X = df.drop(columns=["count"])
y = df["count"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
ss = StandardScaler()
X_train, X_test = ss.fit_transform(X_train), ss.transform(X_test)

model = keras.Sequential([
    keras.Input((X.shape[1],)),
    layers.Dense(128, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(1, activation="tanh"),  # fault: bounded-output-for-regression
])
model.compile(loss="mae", optimizer="adam")
stop = callbacks.EarlyStopping(
    monitor="val_loss",
    patience=50,  # fault: early-stopping-patience
    restore_best_weights=True,
)
model.fit(X_train, y_train, epochs=EPOCHS, batch_size=128, validation_split=0.1, callbacks=[stop])
print(model.evaluate(X_test, y_test))
