"""vision/blocks.py - reusable layers. No training here."""
import keras
from keras import layers, ops


class SqueezeExcite(layers.Layer):
    def __init__(self, ratio=4, **kwargs):
        super().__init__(**kwargs)
        self.ratio = ratio

    def build(self, input_shape):
        c = input_shape[-1]
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.reduce = layers.Conv2D(max(1, c // self.ratio), 1, activation="relu")
        self.expand = layers.Conv2D(c, 1, activation="sigmoid")
        self.reduce.build((None, 1, 1, c))
        self.expand.build((None, 1, 1, max(1, c // self.ratio)))
        super().build(input_shape)

    def call(self, x):
        return x * self.expand(self.reduce(self.pool(x)))

    def get_config(self):
        return {**super().get_config(), "ratio": self.ratio}


class StochasticDepth(layers.Layer):
    def __init__(self, drop_rate, **kwargs):
        super().__init__(**kwargs)
        self.drop_rate = drop_rate
        self.seed = keras.random.SeedGenerator(1337)

    def call(self, x, training=None):
        if not training or self.drop_rate == 0:
            return x
        keep = 1 - self.drop_rate
        shape = (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)
        gate = ops.floor(keep + keras.random.uniform(shape, seed=self.seed))
        return x / keep * gate


class LayerScale(layers.Layer):
    def __init__(self, init=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.init = init

    def build(self, shape):
        self.gamma = self.add_weight(shape=(shape[-1],), initializer=keras.initializers.Constant(self.init), name="gamma")

    def call(self, x):
        return x * self.gamma


def convnext_block(x, dim, drop_path=0.0):
    y = layers.DepthwiseConv2D(7, padding="same")(x)
    y = layers.LayerNormalization(epsilon=1e-6)(y)
    y = layers.Dense(4 * dim)(y)
    y = layers.Activation("gelu")(y)
    y = layers.Dense(dim)(y)
    y = LayerScale()(y)
    return layers.Add()([x, StochasticDepth(drop_path)(y)])


def mbconv(x, filters, stride=1, expand=4, se=True):
    c_in = x.shape[-1]
    y = layers.Conv2D(c_in * expand, 1, use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("swish")(y)
    y = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("swish")(y)
    if se:
        y = SqueezeExcite()(y)
    y = layers.Conv2D(filters, 1, use_bias=False)(y)
    # gamma zero: the block starts as the identity
    y = layers.BatchNormalization(gamma_initializer="zeros" if stride == 1 and c_in == filters else "ones")(y)
    if stride == 1 and c_in == filters:
        y = layers.Add()([x, y])
    return y


def build_small_net(input_shape, classes, widths=(32, 64, 128), include_top=True, classifier_activation="softmax"):
    img = keras.Input(input_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1)(img)
    x = layers.Conv2D(widths[0], 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("swish")(x)
    for w in widths:
        x = mbconv(x, w, stride=2)
        x = mbconv(x, w)
        x = convnext_block(x, w, 0.05)
    x = layers.GlobalAveragePooling2D()(x)
    if include_top:
        x = layers.Dense(classes, activation=classifier_activation)(x)
    return keras.Model(img, x)
