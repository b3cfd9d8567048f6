import csv
import numpy as np
from tensorflow.keras.layers import Conv2D, Cropping2D, Dense, Dropout, Flatten, Lambda
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import load_img, img_to_array
from sklearn.model_selection import train_test_split
from sklearn.utils import shuffle

with open("drive/log.csv") as f:
    lines = list(csv.reader(f))
train, valid = train_test_split(lines, test_size=0.2)
BATCH = 32


def generator(samples, batch_size):
    while True:
        samples = shuffle(samples)
        for o in range(0, len(samples), batch_size):
            images, angles = [], []
            for row in samples[o:o + batch_size]:
                images.append(img_to_array(load_img(row[0])))
                angles.append(float(row[3]))
            yield np.array(images), np.array(angles)


model = Sequential()
model.add(Cropping2D(((70, 25), (0, 0)), input_shape=(160, 320, 3)))
model.add(Lambda(lambda x: x / 127.5 - 1.0))
model.add(Conv2D(24, 5, strides=2, activation="relu"))
model.add(Conv2D(36, 5, strides=2, activation="relu"))
model.add(Conv2D(48, 5, strides=2, activation="relu"))
model.add(Conv2D(64, 3, activation="relu"))
model.add(Flatten())
model.add(Dropout(0.5))
model.add(Dense(100, activation="relu"))
model.add(Dense(10, activation="relu"))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam")
model.fit(generator(train, BATCH), steps_per_epoch=int(np.ceil(len(train) / BATCH)), epochs=5,
          validation_data=generator(valid, BATCH), validation_steps=int(np.ceil(len(valid) / BATCH)))
model.save("drive.keras")
