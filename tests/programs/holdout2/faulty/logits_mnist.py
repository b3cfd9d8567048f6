import keras
from keras import layers, ops

NUM = 10


def mlp(width=128):
    inp = keras.Input((28, 28))
    h = layers.Rescaling(1 / 255.0)(inp)
    h = layers.Flatten()(h)
    for _ in range(2):
        h = layers.Dense(width, activation="gelu")(h)
    out = layers.Dense(NUM)(h)  # or: logits-without-from-logits
    return keras.Model(inp, out)


(x, y), (xt, yt) = keras.datasets.mnist.load_data()
model = mlp()
model.compile(
    keras.optimizers.Adam(1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(),  # fault: logits-without-from-logits
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
stop = keras.callbacks.EarlyStopping(monitor="val_acc", mode="max", patience=3, restore_best_weights=True)  # fault: monitor-not-logged
model.fit(x, y, validation_split=0.15, epochs=30, batch_size=256, callbacks=[stop])
print(model.evaluate(xt, yt))
