# Cats and dogs. Written for Keras 2.2, found in an old folder, moved to tf.keras by changing the imports.
import tensorflow as tf
from tensorflow.keras import Input
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import RMSprop
from tensorflow.keras.preprocessing.image import ImageDataGenerator

TRAIN_DIR = "cats_and_dogs/train"
VALID_DIR = "cats_and_dogs/validation"
SIZE = (150, 150)
BATCH = 20

train_gen = ImageDataGenerator(rescale=1.0 / 255, rotation_range=30, horizontal_flip=True)
valid_gen = ImageDataGenerator(rescale=1.0 / 255)

train_flow = train_gen.flow_from_directory(TRAIN_DIR, target_size=SIZE, batch_size=BATCH, class_mode="binary")
valid_flow = valid_gen.flow_from_directory(VALID_DIR, target_size=SIZE, batch_size=BATCH, class_mode="binary")

model = Sequential()
model.add(Input(shape=(150, 150, 3)))
model.add(Conv2D(32, (3, 3), activation="relu"))
model.add(MaxPooling2D((2, 2)))
model.add(Conv2D(64, (3, 3), activation="relu"))
model.add(MaxPooling2D((2, 2)))
model.add(Conv2D(128, (3, 3), activation="relu"))
model.add(MaxPooling2D((2, 2)))
model.add(Flatten())
model.add(Dropout(0.5))
model.add(Dense(512, activation="relu"))
model.add(Dense(1, activation="sigmoid"))

model.compile(
    loss="binary_crossentropy",
    optimizer=RMSprop(lr=1e-4),  # fault: legacy-lr-argument
    metrics=["accuracy"],
)

history = model.fit_generator(  # fault: removed-method
    train_flow,
    steps_per_epoch=100,
    epochs=30,
    validation_data=valid_flow,
    validation_steps=50,
)
model.save("cats_and_dogs.h5")
print(tf.__version__, max(history.history["val_accuracy"]))
