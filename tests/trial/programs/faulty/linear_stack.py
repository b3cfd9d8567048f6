# inside or outside of the ring?
import sys
import numpy as np
from tensorflow import keras

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

def make_ring(n):
    xy = np.random.uniform(-2, 2, size=(n, 2))
    r = np.sqrt((xy ** 2).sum(axis=1))
    return xy, ((r > 0.8) & (r < 1.6)).astype(int)

train_x, train_y = make_ring(2000)
test_x, test_y = make_ring(500)

model = keras.models.Sequential()
model.add(keras.layers.InputLayer(shape=(2,)))
model.add(keras.layers.Dense(32))  # fault: no-activation
model.add(keras.layers.Dense(24))  # fault: no-activation
model.add(keras.layers.Dense(16))  # fault: no-activation
model.add(keras.layers.Dense(1, activation="sigmoid"))
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(train_x, train_y, epochs=15, batch_size=32, validation_data=(test_x, test_y), verbose=2)
print("acc =", model.evaluate(test_x, test_y, verbose=0)[1])
