import keras
from keras import layers, ops

S, B, C = 7, 1, 20


def backbone(x):
    for f in (32, 64, 128, 256, 512):
        x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(negative_slope=0.1)(x)
        x = layers.MaxPooling2D(2)(x)
    return x


def detector():
    img = keras.Input((224, 224, 3))
    x = backbone(layers.Rescaling(1.0 / 255)(img))
    obj = layers.Conv2D(1, 1, activation="sigmoid", name="obj")(x)
    box = layers.Conv2D(4, 1, activation="sigmoid", name="box")(x)
    cls = layers.Conv2D(C, 1, name="cls")(x)
    return keras.Model(img, {"obj": obj, "box": box, "cls": cls})


def masked_box(y_true, y_pred):
    """y_true holds x, y, w, h and the object mask in the last channel."""
    mask = y_true[..., 4:]
    diff = ops.square(y_true[..., :4] - y_pred)
    return ops.sum(mask * diff) / ops.maximum(ops.sum(mask), 1.0)


def masked_cls(y_true, y_pred):
    mask = ops.sum(y_true, axis=-1)
    ce = keras.losses.categorical_crossentropy(y_true, y_pred, from_logits=True)
    return ops.sum(mask * ce) / ops.maximum(ops.sum(mask), 1.0)


def fit(train_ds, val_ds, out="det.weights.h5"):
    model = detector()
    model.compile(
        keras.optimizers.Adam(1e-4, clipnorm=5.0),
        loss={"obj": "binary_crossentropy", "box": masked_box, "cls": masked_cls},
        loss_weights={"obj": 1.0, "box": 5.0, "cls": 1.0},
    )
    cb = keras.callbacks.ModelCheckpoint(out, save_weights_only=True, save_best_only=True)
    return model.fit(train_ds, validation_data=val_ds, epochs=60, callbacks=[cb])
