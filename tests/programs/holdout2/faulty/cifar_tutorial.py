# coding: utf-8
# In[1]:
import numpy as np
from keras.datasets import cifar10
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense, Dropout, Input

# In[2]:
(x_train, y_train), (x_test, y_test) = cifar10.load_data()  # or: label-form-against-loss
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
print(x_train.shape)

# In[3]:
model = Sequential()
model.add(Input(shape=(32, 32, 3)))
model.add(Conv2D(32, 3, activation="relu", padding="same"))
model.add(MaxPooling2D())
model.add(Conv2D(64, 3, activation="relu", padding="same"))
model.add(MaxPooling2D())
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.4))
model.add(Dense(10, activation="softmax"))
model.summary()

# In[4]:
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",  # fault: label-form-against-loss
    metrics=["accuracy"],
)
history = model.fit(x_train, y_train, epochs=25, batch_size=64, validation_split=0.1)

# In[5]:
proba = model.predict(x_test)
print((np.argmax(proba, axis=1) == y_test.ravel()).mean())
