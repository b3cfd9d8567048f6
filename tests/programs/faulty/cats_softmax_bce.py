import tensorflow as tf
from tensorflow.keras import layers, models

IMG = (128, 128)

train = tf.keras.utils.image_dataset_from_directory("pets/train", label_mode="categorical", image_size=IMG)
val = tf.keras.utils.image_dataset_from_directory("pets/val", label_mode="categorical", image_size=IMG)

model = models.Sequential([
    layers.Input(IMG + (3,)),
    layers.Rescaling(1. / 255),
    layers.Conv2D(32, 3, activation='relu'),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation='relu'),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(64, activation='relu'),
    layers.Dense(2, activation='softmax'),  # or: softmax-with-binary-loss
])
model.compile(optimizer='adam',
              loss='binary_crossentropy',  # fault: softmax-with-binary-loss
              metrics=['accuracy'])
early = tf.keras.callbacks.EarlyStopping(monitor='val_loss')  # fault: early-stopping-without-restore, early-stopping-patience
model.fit(train, validation_data=val, epochs=20, callbacks=[early])
