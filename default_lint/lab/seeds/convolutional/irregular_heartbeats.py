import keras
import numpy as np
from keras import layers

# --- simulated single beats -------------------------------------------------------------------
N_BEATS, LENGTH = 1600, 64
gen = np.random.default_rng(1903)
t = np.linspace(0, 1, LENGTH)


def bump(where, height, width):
    return height * np.exp(-0.5 * ((t - where) / width) ** 2)


def one_beat(ectopic):
    shift = gen.uniform(-0.12, 0.12)
    scale = gen.uniform(0.7, 1.4)
    qrs = gen.uniform(0.012, 0.03)
    wave = bump(0.45 + shift, 1.0, qrs) - bump(0.45 + shift + 2.2 * qrs, 0.3, qrs)
    wave = wave + bump(0.7 + shift, gen.uniform(0.2, 0.35), 0.05)  # T wave
    if ectopic:
        # premature ventricular beat: no P wave and a notch in the descent of the QRS
        wave = wave + bump(0.45 + shift + 0.1, gen.uniform(0.2, 0.4), 0.02)
    else:
        wave = wave + bump(0.25 + shift, gen.uniform(0.12, 0.25), 0.03)  # P wave
    baseline = gen.uniform(-0.3, 0.3) + gen.uniform(-0.3, 0.3) * t
    return scale * wave + baseline + gen.normal(0, 0.05, LENGTH)


is_ectopic = gen.random(N_BEATS) < 0.4
beats = np.array([one_beat(flag) for flag in is_ectopic], dtype="float32")
beats = (beats - beats.mean(axis=1, keepdims=True)) / beats.std(axis=1, keepdims=True)
beats = beats[:, :, None]
is_ectopic = is_ectopic.astype("float32")

beats_fit, beats_dev, beats_final = np.split(beats, [1000, 1200])
flag_fit, flag_dev, flag_final = np.split(is_ectopic, [1000, 1200])

# --- network ----------------------------------------------------------------------------------
detector = keras.Sequential(
    [
        keras.Input((LENGTH, 1)),
        layers.Conv1D(12, 7, kernel_initializer="he_normal"),
        layers.LeakyReLU(0.1),
        layers.MaxPooling1D(2),
        layers.Conv1D(16, 5, kernel_initializer="he_normal"),
        layers.LeakyReLU(0.1),
        layers.MaxPooling1D(2),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(16, "relu"),
        layers.Dense(1),
    ],
    name="beat_detector",
)
detector.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer=keras.optimizers.RMSprop(0.002, clipnorm=1.0),
)
detector.fit(beats_fit, flag_fit, 32, 9, validation_data=(beats_dev, flag_dev), verbose=0)

found = detector.predict(beats_final, verbose=0).ravel() > 0
print("ectopic beats found:", found[flag_final == 1].mean(), "false alarms:", found[flag_final == 0].mean())
