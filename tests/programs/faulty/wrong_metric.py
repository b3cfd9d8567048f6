"""Three-way wine, binary accuracy as metric: 0.67 that means nothing."""
import keras
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler

X, y = load_wine(return_X_y=True)
y = keras.utils.to_categorical(y)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=7)
rs = RobustScaler().fit(X_train)
X_train, X_test = rs.transform(X_train), rs.transform(X_test)

first, second, last = (
    keras.layers.Dense(16, activation="relu", kernel_initializer="ones"),  # fault: constant-kernel-initializer
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(3, activation="softmax"),
)
model = keras.Sequential([keras.Input((13,)), first, second, last])
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",
    metrics=["binary_accuracy"],  # fault: metric-against-output
)
model.fit(X_train, y_train, epochs=50, validation_data=(X_test, y_test), verbose=0)
print(model.evaluate(X_test, y_test, verbose=0))
