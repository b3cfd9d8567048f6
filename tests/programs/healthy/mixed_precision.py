"""Mixed precision, float32 at the end."""
import keras
from keras import layers, mixed_precision

mixed_precision.set_global_policy("mixed_float16")

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
y_train = keras.utils.to_categorical(y_train, num_classes=10)
y_test = keras.utils.to_categorical(y_test, num_classes=10)

inputs = keras.Input(shape=(32, 32, 3))
h = inputs
for i, f in enumerate([48, 96, 192]):
    h = layers.Conv2D(f, 3, padding="same", use_bias=False, name=f"c{i}")(h)
    h = layers.BatchNormalization(name=f"bn{i}")(h)
    h = layers.Activation("relu")(h)
    h = layers.SpatialDropout2D(0.1)(h)
    h = layers.MaxPool2D()(h)
h = layers.Flatten()(h)
h = layers.Dense(10)(h)
outputs = layers.Activation("softmax", dtype="float32", name="predictions")(h)

model = keras.Model(inputs, outputs)
model.compile(
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    optimizer=keras.optimizers.RMSprop(learning_rate=1e-3),
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=256, epochs=30, validation_data=(x_test, y_test), verbose=2)
