import sys
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)

EPOCHS, BATCH, PEAK_LR = 10, 64, 0.4

imgs, labels = load_digits(return_X_y=True)
imgs = imgs.reshape(-1, 8, 8, 1).astype("float32") / 16.0
onehot = keras.utils.to_categorical(labels, 10)
xtr, xva, ytr, yva = train_test_split(imgs, onehot, test_size=0.25, random_state=7, stratify=labels)

steps = EPOCHS * int(np.ceil(len(xtr) / BATCH))
schedule = keras.optimizers.schedules.CosineDecay(
    initial_learning_rate=0.01, decay_steps=steps - steps // 10,
    warmup_target=PEAK_LR, warmup_steps=steps // 10)


def conv_bn(x, filters, stride=1):
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(x)


inp = keras.Input((8, 8, 1))
h = conv_bn(inp, 16)
h = conv_bn(h, 32, 2)
h = conv_bn(h, 32)
h = layers.GlobalAveragePooling2D()(h)
out = layers.Dense(10, activation="softmax")(h)
net = keras.Model(inp, out)
net.compile(
    optimizer=keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=["accuracy"])
net.fit(xtr, ytr, validation_data=(xva, yva), epochs=EPOCHS, batch_size=BATCH, verbose=2)
print("val accuracy", net.evaluate(xva, yva, verbose=0)[1])
