"""Autoencoder for handwritten digits.

The code layer is linear on purpose, and mean squared error with a sigmoid output is right here:
the targets are pixels in [0, 1].
"""
import matplotlib.pyplot as plt
import numpy as np
from tensorflow.keras import Input, Model
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

CODE_SIZE = 16


def build(code_size):
    encoder = Sequential(
        [
            Input(shape=(784,)),
            Dense(256, activation="relu"),
            Dense(64, activation="relu"),
            Dense(code_size),
        ],
        name="encoder",
    )
    decoder = Sequential(
        [
            Input(shape=(code_size,)),
            Dense(64, activation="relu"),
            Dense(256, activation="relu"),
            Dense(784, activation="sigmoid"),
        ],
        name="decoder",
    )
    image = Input(shape=(784,))
    autoencoder = Model(image, decoder(encoder(image)))
    autoencoder.compile(optimizer="adam", loss="mse")
    return encoder, decoder, autoencoder


(train_images, _), (test_images, _) = mnist.load_data()
train_images = train_images.reshape(-1, 784).astype("float32") / 255
test_images = test_images.reshape(-1, 784).astype("float32") / 255

noise = np.random.default_rng(0)
noisy = np.clip(train_images + noise.normal(0, 0.2, train_images.shape), 0, 1)

encoder, decoder, autoencoder = build(CODE_SIZE)
autoencoder.fit(
    noisy,
    train_images,
    epochs=20,
    batch_size=256,
    validation_split=0.1,
    callbacks=[EarlyStopping(patience=3, restore_best_weights=True)],
)
print("test error:", autoencoder.evaluate(test_images, test_images, verbose=0))

codes = encoder.predict(test_images[:8], verbose=0)
pictures = decoder.predict(codes, verbose=0).reshape(-1, 28, 28)
figure, axes = plt.subplots(2, 8, figsize=(10, 3))
for i in range(8):
    axes[0, i].imshow(test_images[i].reshape(28, 28), cmap="gray")
    axes[1, i].imshow(pictures[i], cmap="gray")
    axes[0, i].axis("off")
    axes[1, i].axis("off")
figure.savefig("digits.png")
