from keras.datasets import mnist
from keras.layers import Input, Conv2D, MaxPooling2D, UpSampling2D
from keras.models import Model
import numpy as np

(x_train, _), (x_test, _) = mnist.load_data()


def prep(a):
    a = a.astype("float32") / 255.
    return np.reshape(a, (len(a), 28, 28, 1))


def noise(a, factor=0.4):
    n = a + factor * np.random.normal(loc=0.0, scale=1.0, size=a.shape)
    return np.clip(n, 0., 1.)


x_train, x_test = prep(x_train), prep(x_test)
x_train_noisy, x_test_noisy = noise(x_train), noise(x_test)

input_img = Input(shape=(28, 28, 1))
x = Conv2D(32, (3, 3), activation='relu', padding='same')(input_img)
x = MaxPooling2D((2, 2), padding='same')(x)
x = Conv2D(32, (3, 3), activation='relu', padding='same')(x)
encoded = MaxPooling2D((2, 2), padding='same')(x)
x = Conv2D(32, (3, 3), activation='relu', padding='same')(encoded)
x = UpSampling2D((2, 2))(x)
x = Conv2D(32, (3, 3), activation='relu', padding='same')(x)
x = UpSampling2D((2, 2))(x)
decoded = Conv2D(1, (3, 3), activation='sigmoid', padding='same')(x)

autoencoder = Model(input_img, decoded)
autoencoder.compile(optimizer='adam', loss='binary_crossentropy')
autoencoder.fit(x_train_noisy, x_train, epochs=50, batch_size=128, shuffle=True,
                validation_data=(x_test_noisy, x_test))

encoder = Model(input_img, encoded)
codes = encoder.predict(x_test_noisy)
print(codes.reshape(len(codes), -1).std(axis=0).mean())
