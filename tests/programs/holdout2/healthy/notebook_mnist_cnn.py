#!/usr/bin/env python
# coding: utf-8

# # Lab 4: Convolutional networks

# In[1]:


import matplotlib.pyplot as plt
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


# In[2]:


(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
plt.imshow(x_train[0], cmap="gray")
plt.show()


# In[3]:


x_train = np.expand_dims(x_train, -1) / 255.0
x_test = np.expand_dims(x_test, -1) / 255.0


# In[4]:


model = keras.Sequential([
    layers.Conv2D(16, kernel_size=5, activation="relu", input_shape=(28, 28, 1)),
    layers.AveragePooling2D(),
    layers.Conv2D(32, kernel_size=5, activation="relu"),
    layers.AveragePooling2D(),
    layers.Flatten(),
    layers.Dense(84, activation="relu"),
    layers.Dense(10),
])
model.summary()


# In[5]:


model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
hist = model.fit(x_train, y_train, epochs=10, batch_size=64, validation_split=0.1)


# In[6]:


plt.plot(hist.history["accuracy"])
plt.plot(hist.history["val_accuracy"])
plt.show()
print(model.evaluate(x_test, y_test))
prob = keras.Sequential([model, layers.Softmax()])
print(np.argmax(prob.predict(x_test[:5]), axis=-1))
