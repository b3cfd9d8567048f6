"""Three callbacks, three names that are not in the logs."""
import keras
import numpy as np
from keras import callbacks, layers

rng = np.random.default_rng(8)
x = rng.random((1500, 20, 6)).astype("float32")
y = (x[:, :, 0].mean(1) > 0.5).astype("float32")

inp = layers.Input((20, 6))
h = layers.LSTM(24)(inp)
out = layers.Dense(1, activation="sigmoid")(h)
model = keras.Model(inp, out)
model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(name="roc"), "accuracy"])

MONITOR = "val_auc"  # fault: monitor-not-logged
watch = [
    callbacks.ModelCheckpoint("best.keras", monitor=MONITOR, mode="max", save_best_only=True),  # or: monitor-not-logged
    callbacks.ReduceLROnPlateau(monitor="val_loss", mode="max", patience=3),  # fault: callback-mode-against-monitor
]
model.fit(x[:1200], y[:1200], epochs=20, batch_size=64, validation_data=(x[1200:], y[1200:]), callbacks=watch)

again = keras.models.clone_model(model)
again.compile("adam", "binary_crossentropy", metrics=["acc"])
stop = callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=4, restore_best_weights=True)  # fault: monitor-not-logged
again.fit(x[:1200], y[:1200], epochs=20, batch_size=64, validation_data=(x[1200:], y[1200:]), callbacks=[stop])
