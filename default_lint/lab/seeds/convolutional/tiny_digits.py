import numpy as np
import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(42)

bunch = load_digits()
images = (bunch.images / 16.0).astype("float32")[..., np.newaxis]  # 8 x 8, one channel
onehot = keras.utils.to_categorical(bunch.target, 10)

# neighbours in this set come from the same writer, so mix before cutting
idx = np.random.default_rng(0).permutation(len(images))
images, onehot = images[idx], onehot[idx]
train_images, train_labels = images[:1250], onehot[:1250]
test_images, test_labels = images[1250:], onehot[1250:]

model = keras.Sequential()
model.add(keras.layers.Input(shape=(8, 8, 1)))
model.add(keras.layers.Conv2D(16, (3, 3), padding="same", use_bias=False))
model.add(keras.layers.BatchNormalization(momentum=0.9))
model.add(keras.layers.Activation("relu"))
model.add(keras.layers.MaxPooling2D((2, 2)))
model.add(keras.layers.Conv2D(24, (3, 3), activation="relu"))
model.add(keras.layers.Flatten())
model.add(keras.layers.Dropout(0.3))
model.add(keras.layers.Dense(10, activation="softmax"))

model.compile(
    loss="categorical_crossentropy",
    optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.9),
    metrics=["accuracy"],
)

model.fit(
    train_images,
    train_labels,
    batch_size=32,
    epochs=10,
    validation_split=0.12,
    callbacks=[keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)],
    verbose=0,
)

test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=0)
print("accuracy on unseen digits: %.4f" % test_acc)
