#!/usr/bin/env python
# coding: utf-8

# # Which shoe is it? A small CNN for Fashion-MNIST

# In[1]:


import numpy as np
import matplotlib.pyplot as plt
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

print(tf.__version__)


# In[2]:


(X_train_full, y_train_full), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
X_train_full.shape, X_train_full.dtype


# In[3]:


X_valid, X_train = X_train_full[:5000] / 255.0, X_train_full[5000:] / 255.0
y_valid, y_train = y_train_full[:5000], y_train_full[5000:]
X_test = X_test / 255.0

X_train = X_train[..., np.newaxis]
X_valid = X_valid[..., np.newaxis]
X_test = X_test[..., np.newaxis]


# In[4]:


class_names = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
               "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
plt.figure(figsize=(8, 4))
for i in range(10):
    plt.subplot(2, 5, i + 1)
    plt.imshow(X_train[i].squeeze(), cmap="binary")
    plt.title(class_names[y_train[i]], fontsize=9)
    plt.axis("off")
plt.show()


# In[5]:


from functools import partial

DefaultConv2D = partial(layers.Conv2D, kernel_size=3, activation="relu",
                        padding="same", kernel_initializer="he_normal")

model = keras.models.Sequential([
    layers.Input(shape=[28, 28, 1]),
    DefaultConv2D(filters=64, kernel_size=7),
    layers.MaxPooling2D(),
    DefaultConv2D(filters=128),
    DefaultConv2D(filters=128),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(units=128, activation="relu", kernel_initializer="he_normal"),
    layers.Dropout(0.5),
    layers.Dense(units=64, activation="relu", kernel_initializer="he_normal"),
    layers.Dropout(0.5),
    layers.Dense(units=10, activation="softmax"),
])
model.summary()


# In[6]:


model.compile(loss="sparse_categorical_crossentropy", optimizer="nadam", metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=10, validation_data=(X_valid, y_valid))


# In[7]:


import pandas as pd

pd.DataFrame(history.history).plot(figsize=(8, 5))
plt.gca().set_ylim(0, 1)
plt.show()


# In[8]:


model.evaluate(X_test, y_test)
X_new = X_test[:10]
np.argmax(model.predict(X_new), axis=-1)
