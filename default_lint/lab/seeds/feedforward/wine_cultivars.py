# Which cultivar does a bottle come from? 13 lab measurements, 3 growers.
from keras import Sequential, Input
from keras.layers import Dense, Dropout
from keras.regularizers import l2
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

X, y = load_wine(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=7)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_test = scaler.transform(x_test)

model = Sequential(
    [
        Input(shape=(13,)),
        Dense(24, activation="relu", kernel_regularizer=l2(1e-3)),
        Dropout(0.2),
        Dense(12, activation="relu", kernel_regularizer=l2(1e-3)),
        Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=24, batch_size=10, verbose=0)

loss, acc = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy: {acc:.3f}")
