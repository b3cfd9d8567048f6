import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelBinarizer, StandardScaler

iris = load_iris()
x, y = iris.data, LabelBinarizer().fit_transform(iris.target)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=2)
sc = StandardScaler()
x_train, x_test = sc.fit_transform(x_train), sc.transform(x_test)

model = keras.models.Sequential([
    keras.layers.Input((4,)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(
    loss="mse",  # fault: softmax-with-regression-loss
    optimizer=keras.optimizers.SGD(learning_rate=3.0),  # fault: learning-rate-out-of-range
    metrics=["accuracy"],
)
model.fit(x_train, y_train, epochs=200, batch_size=8, validation_split=0.2, verbose=0)
print(model.evaluate(x_train, y_train))  # fault: evaluation-on-training-data
