"""Will a loan be paid back? Constant predictions, and nobody knows why."""
import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow.keras import Input
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.layers import Dense, Dropout
from tensorflow.keras.models import Sequential

EPOCHS = 40
COLUMNS = ["income", "amount", "months", "age", "open_accounts"]


def prepare(path):
    table = pd.read_csv(path)
    X = table[COLUMNS].to_numpy(dtype="float32")
    y = (table["status"] == "default").to_numpy(dtype="float32")
    X_train, y_train, X_test, y_test = train_test_split(X, y, test_size=0.2, random_state=11)  # fault: split-order
    scaler = StandardScaler()
    return scaler.fit_transform(X_train), scaler.transform(X_test), y_train, y_test


def classifier(n_features):
    model = Sequential(
        [
            Input(shape=(n_features,)),
            Dense(32, activation="relu"),
            Dropout(0.2),
            Dense(16, activation="relu"),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main():
    X_train, X_test, y_train, y_test = prepare("loans.csv")
    model = classifier(len(COLUMNS))
    model.fit(
        X_train,
        y_train,
        epochs=EPOCHS,
        batch_size=32,
        validation_split=0.2,
        callbacks=[EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)],
    )
    predicted = np.argmax(model.predict(X_test), axis=1)  # fault: argmax-of-one-unit
    print(confusion_matrix(y_test, predicted))


if __name__ == "__main__":
    main()
