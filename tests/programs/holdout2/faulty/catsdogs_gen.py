import os
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D, Input, Dropout
from keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator

BASE = "data/pets"
SIZE = (150, 150)

train_gen = ImageDataGenerator(rescale=1.0 / 255, rotation_range=20, horizontal_flip=True)
valid_gen = ImageDataGenerator()  # fault: generator-without-rescale

train = train_gen.flow_from_directory(
    os.path.join(BASE, "train"), target_size=SIZE, batch_size=32,
    class_mode="categorical",  # fault: label-mode-against-loss
)
valid = valid_gen.flow_from_directory(os.path.join(BASE, "valid"), target_size=SIZE, batch_size=32, class_mode="binary")

cnn = Sequential()
cnn.add(Input(shape=SIZE + (3,)))
for f in (32, 64, 128):
    cnn.add(Conv2D(f, (3, 3), activation="relu"))
    cnn.add(MaxPooling2D((2, 2)))
cnn.add(Flatten())
cnn.add(Dropout(0.5))
cnn.add(Dense(256, activation="relu"))
cnn.add(Dense(1, activation="sigmoid"))
cnn.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])  # or: label-mode-against-loss
cnn.fit(train, epochs=30, validation_data=valid)
cnn.save("pets.keras")
