import numpy as np
from tensorflow.keras import Model
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import Conv2D, Input, MaxPooling2D, UpSampling2D

(tr, _), (te, _) = mnist.load_data()
tr = tr.astype("float32") / 255.
te = te.astype("float32") / 255.
tr = np.reshape(tr, (len(tr), 28, 28, 1))
te = np.reshape(te, (len(te), 28, 28, 1))
noise = 0.4
tr_n = np.clip(tr + noise * np.random.normal(size=tr.shape), 0., 1.)
te_n = np.clip(te + noise * np.random.normal(size=te.shape), 0., 1.)

inp = Input(shape=(28, 28, 1))
x = Conv2D(32, (3, 3), activation="relu", padding="same")(inp)
x = MaxPooling2D((2, 2), padding="same")(x)
x = Conv2D(32, (3, 3), activation="relu", padding="same")(x)
encoded = MaxPooling2D((2, 2), padding="same")(x)
x = Conv2D(32, (3, 3), activation="relu", padding="same")(encoded)
x = UpSampling2D((2, 2))(x)
x = Conv2D(32, (3, 3), activation="relu", padding="same")(x)
x = UpSampling2D((2, 2))(x)
decoded = Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)

autoencoder = Model(inp, decoded)
encoder = Model(inp, encoded)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
autoencoder.fit(tr_n, tr, epochs=20, batch_size=128, shuffle=True, validation_data=(te_n, te))
print(encoder.predict(te_n[:3]).shape)
