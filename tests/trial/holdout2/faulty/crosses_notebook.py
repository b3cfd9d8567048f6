# %%
import sys
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
rng = np.random.default_rng(42)

# %% images: horizontal bar, vertical bar, cross, diagonal
def make(n):
    X = rng.normal(0, 0.35, (n, 14, 14, 1)).astype("float32")
    y = rng.integers(0, 4, n)
    for i in range(n):
        r, c = rng.integers(3, 11, 2)
        if y[i] in (0, 2):
            X[i, r, c - 3:c + 4, 0] += 1
        if y[i] in (1, 2):
            X[i, r - 3:r + 4, c, 0] += 1
        if y[i] == 3:
            for k in range(-3, 4):
                if 0 <= r + k < 14 and 0 <= c + k < 14:
                    X[i, r + k, c + k, 0] += 1
    return X, y

X_train, y_train = make(1200)
X_val, y_val = make(400)

# %%
EPOCHS = 10
model = keras.Sequential([
    layers.Input((14, 14, 1)),
    layers.Conv2D(16, 5, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(24, 3, activation="relu"),
    layers.GlobalMaxPooling2D(),
    layers.Dense(4, activation="softmax"),
])
lr = keras.optimizers.schedules.CosineDecay(3e-3, decay_steps=EPOCHS)  # fault: schedule-in-epochs
model.compile(optimizer=keras.optimizers.Adam(lr), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

# %%
history = model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=EPOCHS, batch_size=32, verbose=2)
# %%
print("val accuracy", model.evaluate(X_val, y_val, verbose=0)[1])
