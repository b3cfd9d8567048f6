import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)

inputs = keras.Input(shape=(64,), name="pixels")
h1 = layers.Dense(128, activation="relu", name="h1")(inputs)
h2 = layers.Dense(64, activation="relu", name="h2")(h1)
drop = layers.Dropout(0.3, name="drop")(h2)  # or: disconnected-layer
outputs = layers.Dense(10, activation="softmax", name="digit")(h2)  # fault: disconnected-layer

model = keras.Model(inputs=inputs, outputs=outputs)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-8),  # fault: learning-rate-out-of-range
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(X_train, y_train, epochs=60, batch_size=32, validation_data=(X_test, y_test), verbose=2)
