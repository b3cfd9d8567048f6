# %% [markdown]
# # MNIST again
# %%
import keras
import matplotlib.pyplot as plt
from keras import layers

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()  # fault: images-not-scaled
x_train = x_train.reshape(-1, 784)
x_test = x_test.reshape(-1, 784)
plt.imshow(x_train[0].reshape(28, 28))

# %%
model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(128, activation="relu"),
    layers.Dropout(0.2),
    layers.Dense(9, activation="softmax"),  # fault: units-against-classes
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

# %%
history = model.fit(x_train, y_train, epochs=10, batch_size=100, validation_split=0.1)  # or: images-not-scaled
plt.plot(history.history["val_accuracy"])

# %%
model.evaluate(x_test, y_test)
