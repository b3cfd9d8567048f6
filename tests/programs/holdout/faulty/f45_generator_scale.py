from tensorflow.keras import layers, models, optimizers
from tensorflow.keras.preprocessing.image import ImageDataGenerator

SIZE = (128, 128)
train_gen = ImageDataGenerator(rescale=1 / 255.0, rotation_range=20, zoom_range=0.15, horizontal_flip=True)
val_gen = ImageDataGenerator()  # fault: generator-without-rescale

train = train_gen.flow_from_directory("waste/train", target_size=SIZE, batch_size=32, class_mode="categorical")
val = val_gen.flow_from_directory("waste/val", target_size=SIZE, batch_size=32, class_mode="categorical")

model = models.Sequential([
    layers.Input(SIZE + (3,)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3),  # fault: bias-before-batchnorm
    layers.BatchNormalization(),
    layers.Activation("relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(6, activation="softmax"),
])
model.compile(
    loss="categorical_crossentropy",
    optimizer=optimizers.Adam(learning_rate=1e-3, decay=1e-6),  # fault: legacy-decay-argument
    metrics=["accuracy"],
)
model.fit(train, validation_data=val, epochs=30)
model.save("waste.keras")
