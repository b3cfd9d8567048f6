# Small residual network on the 8x8 digits that come with scikit-learn.
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

FILTERS = 16
WEIGHT_DECAY = 2e-4
EPOCHS = 6


def conv_bn(x, filters, strides=1):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False,
                      kernel_initializer="he_normal",
                      kernel_regularizer=keras.regularizers.l2(WEIGHT_DECAY))(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def residual_block(x, filters):
    shortcut = x
    y = layers.ReLU()(conv_bn(x, filters))
    y = conv_bn(y, filters)
    return layers.ReLU()(layers.Add()([shortcut, y]))


def warm_then_cool(epoch):
    return 0.004 if epoch < 4 else 0.001


digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16.0
labels = keras.utils.to_categorical(digits.target, 10)
train_images, test_images, train_labels, test_labels = train_test_split(
    images, labels, test_size=512, random_state=11, stratify=digits.target)

inputs = keras.Input(shape=(8, 8, 1))
x = layers.ReLU()(conv_bn(inputs, FILTERS, strides=2))
x = residual_block(x, FILTERS)
x = layers.Flatten()(x)
outputs = layers.Dense(10, activation="softmax")(x)
resnet = keras.Model(inputs, outputs, name="tiny_resnet")

resnet.compile(
    optimizer=keras.optimizers.Adam(0.004),
    loss=keras.losses.CategoricalCrossentropy(),
    metrics=["accuracy"],
)
resnet.fit(
    train_images, train_labels,
    batch_size=48,
    epochs=EPOCHS,
    callbacks=[keras.callbacks.LearningRateScheduler(warm_then_cool)],
    verbose=2,
)
print("test:", resnet.evaluate(test_images, test_labels, verbose=0))
