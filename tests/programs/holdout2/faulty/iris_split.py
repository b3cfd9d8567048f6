from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Dense, Input

iris = load_iris()
X, y = iris.data, iris.target
X_train, y_train, X_test, y_test = train_test_split(X, y, test_size=0.25, random_state=1)  # fault: split-order

clf = Sequential([
    Input(shape=(4,)),
    Dense(16, activation="relu"),
    Dense(16, activation="relu"),
    Dense(3, activation="sigmoid"),  # fault: sigmoid-with-categorical-loss
])
clf.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
clf.fit(X_train, y_train, epochs=100, batch_size=8, validation_split=0.1)
print(clf.evaluate(X_test, y_test))
