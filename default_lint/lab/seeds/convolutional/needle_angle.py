"""Read the angle of a needle in a small grey picture.

A needle has no head, so an angle and the angle plus 180 degrees look the same: the network
predicts the sine and the cosine of the doubled angle.
"""
import numpy as np
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, LeakyReLU, MaxPooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam

SIZE = 14


def draw_needle(angle, rng):
    row, col = np.mgrid[0:SIZE, 0:SIZE] - (SIZE - 1) / 2
    row = row - rng.uniform(-1.5, 1.5)
    col = col - rng.uniform(-1.5, 1.5)
    along = col * np.cos(angle) + row * np.sin(angle)
    across = -col * np.sin(angle) + row * np.cos(angle)
    half_length = rng.uniform(4.0, 6.0)
    needle = np.exp(-(across / 0.8) ** 2) * (np.abs(along) < half_length)
    return needle * rng.uniform(0.6, 1.0) + rng.normal(0, 0.08, (SIZE, SIZE))


def make_pictures(n, rng):
    angles = rng.uniform(0, np.pi, n)
    pictures = np.array([draw_needle(a, rng) for a in angles])
    return pictures[..., None], np.column_stack([np.sin(2 * angles), np.cos(2 * angles)])


pictures, direction = make_pictures(1900, np.random.default_rng(33))
pictures = (pictures - pictures[:1400].mean()) / pictures[:1400].std()
pic_train, dir_train = pictures[:1400], direction[:1400]
pic_test, dir_test = pictures[1400:], direction[1400:]

model = Sequential()
model.add(Input((SIZE, SIZE, 1)))
model.add(Conv2D(8, 5, kernel_initializer="he_uniform"))
model.add(LeakyReLU())
model.add(MaxPooling2D(2))
model.add(Conv2D(16, 3, kernel_initializer="he_uniform"))
model.add(LeakyReLU())
model.add(Flatten())
model.add(Dense(32, kernel_initializer="he_uniform"))
model.add(LeakyReLU())
model.add(Dense(2))
model.compile(Adam(0.003), "mse")
model.fit(pic_train, dir_train, 32, 11, verbose=0)

pred = model.predict(pic_test, verbose=0)
turned = np.arctan2(pred[:, 0], pred[:, 1]) - np.arctan2(dir_test[:, 0], dir_test[:, 1])
turned = np.abs((turned + np.pi) % (2 * np.pi) - np.pi) / 2
print("typical error in degrees:", np.degrees(np.median(turned)).round(2))
