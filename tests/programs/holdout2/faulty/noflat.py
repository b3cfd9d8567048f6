import tensorflow as tf
from tensorflow.keras.layers import Activation, BatchNormalization, Conv2D, Dense, MaxPool2D, Input

params = {"filters": [32, 64], "dense": 128, "drop": 0.25, "n": 100}

(tx, ty), (vx, vy) = tf.keras.datasets.cifar100.load_data()
tx, vx = tx / 255.0, vx / 255.0

m = tf.keras.Sequential(name="c100")
m.add(Input((32, 32, 3)))
for f in params["filters"]:
    m.add(Conv2D(f, 3, padding="same", use_bias=False))
    m.add(BatchNormalization())
    m.add(Activation("relu"))
    m.add(MaxPool2D())
m.add(Dense(params["dense"], activation="relu"))  # fault: flatten-missing
m.add(Dense(params["n"], activation="softmax"))  # or: flatten-missing
m.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=3e-4),
          loss=tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
m.fit(tx, ty, epochs=40, batch_size=128, validation_data=(vx, vy))
