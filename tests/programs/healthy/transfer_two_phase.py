"""Two phases with VGG16: head first, then the last block at lr 1e-5 after a second compile."""
import tensorflow as tf
from tensorflow.keras import Model, layers, optimizers
from tensorflow.keras.applications import VGG16
from tensorflow.keras.applications.vgg16 import preprocess_input

HEIGHT = WIDTH = 96
N_BREEDS = 12


def parse(path_ds, training):
    ds = path_ds.map(lambda img, lab: (preprocess_input(tf.cast(img, tf.float32)), lab))
    return ds.shuffle(512).prefetch(2) if training else ds.prefetch(2)


raw_train = tf.keras.utils.image_dataset_from_directory(
    "breeds/train", image_size=(HEIGHT, WIDTH), batch_size=24, label_mode="int"
)
raw_val = tf.keras.utils.image_dataset_from_directory(
    "breeds/val", image_size=(HEIGHT, WIDTH), batch_size=24, label_mode="int"
)
train, val = parse(raw_train, True), parse(raw_val, False)

conv_base = VGG16(weights="imagenet", include_top=False, input_shape=(HEIGHT, WIDTH, 3))
conv_base.trainable = False

x = layers.Flatten()(conv_base.output)
x = layers.Dense(256, activation="relu")(x)
x = layers.Dropout(0.5)(x)
x = layers.Dense(N_BREEDS, activation="softmax")(x)
model = Model(conv_base.input, x)


def compile_with(lr):
    model.compile(
        optimizer=optimizers.RMSprop(learning_rate=lr),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


compile_with(2e-4)
h1 = model.fit(train, epochs=6, validation_data=val)

conv_base.trainable = True
set_trainable = False
for layer in conv_base.layers:
    if layer.name == "block5_conv1":
        set_trainable = True
    layer.trainable = set_trainable

compile_with(1e-5)
h2 = model.fit(train, epochs=12, initial_epoch=6, validation_data=val)
print(h1.history["val_accuracy"] + h2.history["val_accuracy"])
