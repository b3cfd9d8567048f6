import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
from keras import layers

print(jax.devices())
keras.utils.set_random_seed(0)
CFG = {"widths": [512, 256], "drop": 0.2, "peak": 2e-3, "epochs": 20, "bs": 256}


def data():
    (x, y), (xt, yt) = keras.datasets.fashion_mnist.load_data()
    f = lambda a: a.reshape(len(a), -1).astype("float32") / 255.0
    return f(x), y, f(xt), yt


def make(cfg, d_in, d_out):
    model = keras.Sequential([keras.Input((d_in,))])
    for w in cfg["widths"]:
        model.add(layers.Dense(w, kernel_initializer="he_normal"))
        model.add(layers.LayerNormalization())
        model.add(layers.Activation("silu"))
        model.add(layers.Dropout(cfg["drop"]))
    model.add(layers.Dense(d_out))
    return model


x, y, xt, yt = data()
model = make(CFG, x.shape[1], 10)
total = len(x) // CFG["bs"] * CFG["epochs"]
lr = keras.optimizers.schedules.CosineDecay(0.0, total, warmup_target=CFG["peak"], warmup_steps=total // 10)
model.compile(
    optimizer=keras.optimizers.AdamW(lr, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["sparse_categorical_accuracy"],
    jit_compile=True,
)
model.fit(x, y, batch_size=CFG["bs"], epochs=CFG["epochs"], validation_split=0.1,
          callbacks=[keras.callbacks.EarlyStopping("val_sparse_categorical_accuracy", mode="max", patience=4, restore_best_weights=True)])
print(model.evaluate(xt, yt, return_dict=True))
