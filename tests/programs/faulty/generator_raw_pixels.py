# 画像分類（ImageDataGenerator）。学習が進まない…
import os

from tensorflow.keras import layers, models, optimizers
from tensorflow.keras.preprocessing.image import ImageDataGenerator

BASE = os.path.join("data", "hiragana")
train_dir = os.path.join(BASE, "train")
val_dir = os.path.join(BASE, "val")
幅, 高さ = 64, 64

# 学習用（水増しあり）
train_datagen = ImageDataGenerator(rotation_range=10, zoom_range=0.1)  # fault: generator-without-rescale
# 検証用
val_datagen = ImageDataGenerator()  # fault: generator-without-rescale

train_gen = train_datagen.flow_from_directory(
    train_dir, target_size=(高さ, 幅), color_mode="grayscale", batch_size=32, class_mode="categorical"  # or: label-mode-against-loss
)
val_gen = val_datagen.flow_from_directory(
    val_dir, target_size=(高さ, 幅), color_mode="grayscale", batch_size=32, class_mode="categorical"
)

model = models.Sequential(name="hiragana")
model.add(layers.Input(shape=(高さ, 幅, 1)))
for 枚数 in (32, 64, 128):
    model.add(layers.Conv2D(枚数, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dense(128, activation="relu"))
model.add(layers.Dropout(0.5))
model.add(layers.Dense(46, activation="softmax"))
model.compile(
    loss="sparse_categorical_crossentropy",  # fault: label-mode-against-loss
    optimizer=optimizers.RMSprop(learning_rate=1e-4),
    metrics=["accuracy"],
)
model.fit(train_gen, epochs=30, validation_data=val_gen)
