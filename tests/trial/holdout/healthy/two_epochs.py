# 2 passes are enough here, the table is long and clean
import sys
import numpy as np
import keras

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

x = np.random.randn(16000, 8).astype("float32")
y = (x @ np.array([2.0, -1.5, 1, 0.5, 0, 0, -1, 0.7]) + 0.8 * x[:, 4] * x[:, 5] > 0).astype("int32")

model = keras.Sequential([
    keras.layers.Input((8,)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:14000], y[:14000], validation_data=(x[14000:], y[14000:]), epochs=2, batch_size=32, verbose=2)
print("val accuracy", model.evaluate(x[14000:], y[14000:], verbose=0)[1])
