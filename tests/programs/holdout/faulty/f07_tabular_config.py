import keras
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


class Config:
    HIDDEN = (64, 32)
    DROP = 1.0  # fault: dropout-rate
    LR = 1e-3
    EPOCHS = 60
    BATCH = 32


data = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.2, random_state=4)
std = StandardScaler().fit(X_train)
X_train, X_test = std.transform(X_train), std.transform(X_test)

inp = keras.Input(shape=(X_train.shape[1],))
h = inp
for width in Config.HIDDEN:
    h = keras.layers.Dense(width, activation="relu")(h)
    h = keras.layers.Dropout(Config.DROP)(h)  # or: dropout-rate
out = keras.layers.Dense(1, activation="sigmoid")(h)
model = keras.Model(inp, out)

model.compile(
    optimizer=keras.optimizers.Adam(lr=Config.LR),  # fault: legacy-lr-argument
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
model.fit(X_train, y_train, epochs=Config.EPOCHS, batch_size=Config.BATCH, validation_split=0.15)
pred = (model.predict(X_test) > 0.5).astype(int).ravel()
print("accuracy", np.mean(pred == y_test))
