import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.applications.resnet50 import ResNet50, preprocess_input

base = ResNet50(weights="imagenet", include_top=False, input_shape=(224, 224, 3))
base.trainable = False
inp = layers.Input((224, 224, 3))
x = preprocess_input(inp)
x = base(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
out = layers.Dense(1, activation="sigmoid")(x)
model = tf.keras.Model(inp, out)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

tr = tf.keras.utils.image_dataset_from_directory("xray/train", image_size=(224, 224), label_mode="binary")
va = tf.keras.utils.image_dataset_from_directory("xray/val", image_size=(224, 224), label_mode="binary")
model.fit(tr, validation_data=va, epochs=5)

base.trainable = True  # fault: trainable-set-after-compile
for layer in base.layers[:-20]:
    layer.trainable = False
model.fit(tr, epochs=10, validation_split=0.1)  # fault: validation-split-with-dataset
