import keras
import numpy as np

pretrained = keras.models.load_model("encoder.keras")
x, y = np.load("probe_x.npy"), np.load("probe_y.npy")
x_val, y_val = np.load("probe_x_val.npy"), np.load("probe_y_val.npy")

model = keras.Sequential([
    keras.Input((128,)),
    keras.layers.Dense(64, activation="relu", name="adapter"),
    keras.layers.Dense(5, activation="softmax", name="head"),
])
model.get_layer("adapter").set_weights(pretrained.get_layer("dense").get_weights())
for layer in model.layers:
    layer.trainable = False  # fault: nothing-trainable
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])  # or: nothing-trainable

ckpt = keras.callbacks.ModelCheckpoint(
    "probe_best.hdf5",  # fault: checkpoint-suffix
    monitor="val_accuracy",
    save_best_only=True,
)
model.fit(x, y, validation_data=(x_val, y_val), epochs=20, batch_size=32, callbacks=[ckpt])
