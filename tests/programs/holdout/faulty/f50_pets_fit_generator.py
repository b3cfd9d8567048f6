import math

import keras
from keras import layers, optimizers
from tensorflow.keras.preprocessing.image import ImageDataGenerator

aug = ImageDataGenerator(rotation_range=15, width_shift_range=0.1, horizontal_flip=True)  # fault: generator-without-rescale
val = ImageDataGenerator()  # fault: generator-without-rescale
train_flow = aug.flow_from_directory("pets/train", target_size=(100, 100), batch_size=50, class_mode="binary")
val_flow = val.flow_from_directory("pets/val", target_size=(100, 100), batch_size=50, class_mode="binary")

model = keras.Sequential()
model.add(layers.Input((100, 100, 3)))
model.add(layers.Conv2D(16, 3, activation="relu"))
model.add(layers.MaxPooling2D())
model.add(layers.Conv2D(32, 3, activation="relu"))
model.add(layers.GlobalAveragePooling2D())
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(optimizers.Adam(3e-4), "binary_crossentropy", metrics=["accuracy"])
model.fit_generator(  # fault: removed-method
    train_flow,
    steps_per_epoch=math.ceil(2000 / 50),
    epochs=10,
    validation_data=val_flow)
