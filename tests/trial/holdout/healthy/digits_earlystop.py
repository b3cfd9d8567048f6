import sys
import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

X, y = load_digits(return_X_y=True)      # the left and right pixel columns are almost always 0
X = X / 16.0
X_tr, X_va, y_tr, y_va = train_test_split(X, y, train_size=500, random_state=seed, stratify=y)

model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(512, activation="relu"),
    layers.Dense(256, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
es = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
model.fit(X_tr, y_tr, validation_data=(X_va, y_va), epochs=60, batch_size=32, callbacks=[es], verbose=2)
print("val acc", model.evaluate(X_va, y_va, verbose=0)[1])
