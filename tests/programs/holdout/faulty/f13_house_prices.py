from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler
import tensorflow as tf

housing = fetch_california_housing()
X_tr, X_te, y_tr, y_te = train_test_split(housing.data, housing.target, random_state=42)
mm = MinMaxScaler()
X_tr = mm.fit_transform(X_tr)
X_te = mm.transform(X_te)

reg = tf.keras.Sequential()
reg.add(tf.keras.layers.Input(shape=(8,)))
for units in [50, 25]:
    reg.add(tf.keras.layers.Dense(units, activation="relu"))
reg.add(tf.keras.layers.Dense(1, activation="sigmoid"))  # fault: bounded-output-for-regression

reg.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=5e-3),
    loss="mean_squared_error",
    metrics=["accuracy"],  # fault: accuracy-for-regression
)
hist = reg.fit(X_tr, y_tr, epochs=60, batch_size=64, validation_split=0.1, verbose=0)
print(reg.evaluate(X_te, y_te))
