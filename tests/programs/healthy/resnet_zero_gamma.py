"""Small residual network; the last BN of every block starts with gamma 0 (identity at the start)."""
import keras
from keras import layers, regularizers

DEPTHS = (2, 2, 2)
WD = 1e-4


def conv(filters, kernel=3, strides=1):
    return layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.l2(WD),
    )


def residual(x, filters, strides):
    shortcut = x
    y = conv(filters, strides=strides)(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = conv(filters)(y)
    y = layers.BatchNormalization(gamma_initializer="zeros")(y)
    if strides != 1 or x.shape[-1] != filters:
        shortcut = conv(filters, 1, strides)(x)
        shortcut = layers.BatchNormalization()(shortcut)
    return layers.ReLU()(layers.Add()([shortcut, y]))


def resnet(classes, width=16):
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = conv(width)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    for stage, depth in enumerate(DEPTHS):
        for block in range(depth):
            strides = 2 if stage and block == 0 else 1
            x = residual(x, width * 2**stage, strides)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))


def lr(epoch):
    return 0.1 if epoch < 30 else 0.01 if epoch < 45 else 0.001


if __name__ == "__main__":
    (x_train, y_train), test = keras.datasets.cifar100.load_data(label_mode="fine")
    model = resnet(100)
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5")],
    )
    model.fit(
        x_train,
        y_train,
        128,
        60,
        validation_data=test,
        callbacks=[keras.callbacks.LearningRateScheduler(lr), keras.callbacks.ModelCheckpoint("resnet.keras")],
    )
