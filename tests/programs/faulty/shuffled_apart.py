"""Gas sensors. Rows and labels lose each other before the split."""
import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

GASES = ["ethanol", "ethylene", "ammonia", "acetone"]
EPOCHS = 40

data = np.load("gas.npz")
X = data["x"].astype("float32")
y = data["gas"].astype("int64")

np.random.seed(42)
np.random.shuffle(X)  # or: pairs-shuffled-apart
np.random.shuffle(y)  # fault: pairs-shuffled-apart

X_train, X_test, Y_train, Y_test = train_test_split(X, y, test_size=0.25)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Input((X.shape[1],)),
        tf.keras.layers.Dense(48, activation="relu"),
        tf.keras.layers.Dropout(0.2),
        tf.keras.layers.Dense(len(GASES), activation=None),  # or: logits-without-from-logits
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(),
    loss="sparse_categorical_crossentropy",  # fault: logits-without-from-logits
    metrics=["accuracy"],
)
model.fit(X_train, Y_train, epochs=EPOCHS, batch_size=32, validation_data=(X_test, Y_test))
