"""EfficientNet wants pixels in 0..255: the rescaling is inside the network."""
import keras
from keras import layers
from keras.applications import EfficientNetB0

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train, x_test = x_train.astype("float32"), x_test.astype("float32")

inputs = layers.Input(shape=(32, 32, 3))
x = layers.Resizing(96, 96)(inputs)
x = layers.RandomFlip("horizontal")(x)
backbone = EfficientNetB0(include_top=False, weights="imagenet", pooling="avg")
backbone.trainable = False
x = backbone(x, training=False)
x = layers.Dropout(0.2, name="top_dropout")(x)
outputs = layers.Dense(10, activation="softmax", name="pred")(x)
model = keras.Model(inputs, outputs, name="EfficientNet")
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-2),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(x_train, y_train, epochs=10, batch_size=64, validation_data=(x_test, y_test))
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print("test accuracy", round(accuracy, 3))
model.save("efficientnet_cifar10.keras")
