# California housing: a plain regression network, written the way one does it after the scikit-learn tutorial.
import tensorflow as tf
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = 42
tf.keras.utils.set_random_seed(SEED)

housing = fetch_california_housing()
X_train_full, X_test, y_train_full, y_test = train_test_split(
    housing.data, housing.target, test_size=0.2, random_state=SEED
)
X_train, X_valid, y_train, y_valid = train_test_split(
    X_train_full, y_train_full, test_size=0.15, random_state=SEED
)

scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid = scaler.transform(X_valid)
X_test = scaler.transform(X_test)

model = tf.keras.Sequential()
model.add(tf.keras.Input(shape=(X_train.shape[1],)))
model.add(tf.keras.layers.Dense(64, activation="relu", kernel_initializer="he_normal"))
model.add(tf.keras.layers.Dense(64, activation="relu", kernel_initializer="he_normal"))
model.add(tf.keras.layers.Dropout(0.1))
model.add(tf.keras.layers.Dense(1))

model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=0.003),
    loss=tf.keras.losses.Huber(),
    metrics=["mae", tf.keras.metrics.RootMeanSquaredError(name="rmse")],
)

stop = tf.keras.callbacks.EarlyStopping(monitor="val_rmse", mode="min", patience=10, restore_best_weights=True)
history = model.fit(
    X_train,
    y_train,
    epochs=100,
    batch_size=64,
    validation_data=(X_valid, y_valid),
    callbacks=[stop],
    verbose=2,
)

best = min(history.history["val_rmse"])
print("best validation RMSE: %.3f" % best)
print("test:", dict(zip(model.metrics_names, model.evaluate(X_test, y_test, verbose=0))))
for predicted, actual in zip(model.predict(X_test[:5], verbose=0).ravel(), y_test[:5]):
    print(f"{predicted:6.2f}  {actual:6.2f}")
