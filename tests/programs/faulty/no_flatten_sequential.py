'''Traffic signs, student project. The Dense layers see feature maps.'''
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical

N_SIGNS = 43

images = np.load("signs_x.npy").astype("float32") / 255.
labels = to_categorical(np.load("signs_y.npy"), N_SIGNS)
np_random = np.random.RandomState(0)
order = np_random.permutation(len(images))
images, labels = images[order], labels[order]

model = Sequential()
model.add(Input((32, 32, 3)))
model.add(Conv2D(32, (5, 5), activation='relu'))
model.add(Conv2D(64, (3, 3), activation='relu'))
model.add(MaxPooling2D((2, 2)))
model.add(Dropout(0.25))
model.add(Dense(256, activation='relu'))  # fault: flatten-missing
model.add(Dropout(0.5))
model.add(Dense(N_SIGNS, activation='softmax'))  # or: flatten-missing

model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(images, labels, batch_size=32, epochs=15, validation_split=0.2)
