# What drives the oscillator: sine, saw or square? Short noisy windows of 64 samples.
import keras
import numpy as np
from keras.layers import BatchNormalization, Conv1D, Dense, Dropout, GlobalMaxPooling1D, Input, MaxPooling1D, ReLU
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(8)

LENGTH = 64
WINDOWS = 1800
NOISE_SD = 0.55

gen = np.random.default_rng(77)
freq = gen.uniform(2.0, 6.0, (WINDOWS, 1))
phase = gen.uniform(0.0, 1.0, (WINDOWS, 1))
cycle = (freq * np.arange(LENGTH) / LENGTH + phase) % 1.0
form = gen.integers(0, 3, WINDOWS)

clean = np.select(
    [form[:, None] == 0, form[:, None] == 1, form[:, None] == 2],
    [
        np.sqrt(2) * np.sin(2 * np.pi * cycle),  # all three have power 1
        np.sqrt(3) * (2 * cycle - 1),
        np.where(cycle < 0.5, 1.0, -1.0),
    ],
)
signal = gen.uniform(0.7, 1.3, (WINDOWS, 1)) * clean + gen.normal(0, NOISE_SD, clean.shape)
signal = signal[:, :, None].astype("float32")

sig_train, sig_test, form_train, form_test = train_test_split(
    signal, form, test_size=600, stratify=form, random_state=0
)


def drop(epoch, lr):
    return lr if epoch < 7 else lr * 0.6


model = keras.Sequential(
    [
        Input((LENGTH, 1)),
        Conv1D(16, 7, padding="same", use_bias=False),
        BatchNormalization(momentum=0.9),
        ReLU(),
        MaxPooling1D(2),
        Conv1D(24, 5, use_bias=False),
        BatchNormalization(momentum=0.9),
        ReLU(),
        GlobalMaxPooling1D(),
        Dropout(0.2),
        Dense(3, activation="softmax"),
    ]
)
model.compile(keras.optimizers.RMSprop(0.004), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
model.fit(
    sig_train, form_train, batch_size=32, epochs=10, callbacks=[keras.callbacks.LearningRateScheduler(drop)], verbose=0
)

accuracy = model.evaluate(sig_test, form_test, verbose=0)[1]
print(f"{accuracy:.1%} of the test windows named correctly")
