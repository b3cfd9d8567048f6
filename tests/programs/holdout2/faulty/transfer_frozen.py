import tensorflow as tf
from tensorflow.keras.applications import MobileNetV2
from tensorflow.keras.applications.mobilenet_v2 import preprocess_input

H = W = 160
N = 12


def make_model():
    backbone = MobileNetV2(include_top=False, input_shape=(H, W, 3), weights="imagenet", pooling="avg")
    x = tf.keras.Input((H, W, 3))
    h = preprocess_input(x)
    h = backbone(h, training=False)
    h = tf.keras.layers.Dropout(0.2)(h)
    y = tf.keras.layers.Dense(N, activation="softmax")(h)
    return tf.keras.Model(x, y), backbone


train = tf.keras.utils.image_dataset_from_directory("birds/train", image_size=(H, W), label_mode="categorical")
test = tf.keras.utils.image_dataset_from_directory("birds/test", image_size=(H, W), label_mode="categorical")
model, backbone = make_model()
model.trainable = False  # fault: nothing-trainable
model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=test, epochs=10)
