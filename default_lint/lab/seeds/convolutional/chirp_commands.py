import numpy as np
from keras import callbacks, layers, models, optimizers, utils

COMMANDS = ["rise", "fall", "hill", "valley", "steady"]
SAMPLES = 96  # per recording
TRAIN, TEST = 1000, 500


def pitch_curve(command, t, rng):
    low = rng.uniform(3.0, 6.0)
    high = low + rng.uniform(8.0, 13.0)
    bend = {
        "rise": t,
        "fall": 1 - t,
        "hill": 1 - abs(2 * t - 1),
        "valley": abs(2 * t - 1),
        "steady": np.full_like(t, rng.uniform(0.1, 0.9)),
    }[command]
    return low + (high - low) * bend


def record(command, rng):
    t = np.linspace(0, 1, SAMPLES)
    phase = 2 * np.pi * np.cumsum(pitch_curve(command, t, rng)) / SAMPLES + rng.uniform(0, 2 * np.pi)
    loudness = rng.uniform(0.5, 1.0) * np.hanning(SAMPLES + 24)[12:-12] ** 0.3
    return loudness * np.sin(phase) + rng.normal(0, 0.35, SAMPLES)


rng = np.random.default_rng(1603)
which = rng.integers(len(COMMANDS), size=TRAIN + TEST)
sound = np.array([record(COMMANDS[c], rng) for c in which])
sound /= sound[:TRAIN].std()
sound = sound[:, :, None].astype("float32")
onehot = utils.to_categorical(which, num_classes=len(COMMANDS))

recognizer = models.Sequential()
recognizer.add(layers.Input(shape=(SAMPLES, 1)))
recognizer.add(layers.Conv1D(16, kernel_size=9, strides=2, padding="same"))
recognizer.add(layers.LeakyReLU())
recognizer.add(layers.Conv1D(24, kernel_size=7, strides=2, padding="same"))
recognizer.add(layers.LeakyReLU())
recognizer.add(layers.MaxPooling1D(pool_size=3))
recognizer.add(layers.Flatten())
recognizer.add(layers.Dense(32, activation="relu"))
recognizer.add(layers.Dense(len(COMMANDS), activation="softmax"))

recognizer.compile(
    loss="categorical_crossentropy",
    optimizer=optimizers.RMSprop(learning_rate=1.5e-3),
    metrics=["accuracy"],
)
slower = callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2, min_lr=1e-4)
recognizer.fit(sound[:TRAIN], onehot[:TRAIN], batch_size=32, epochs=12, callbacks=[slower], verbose=0)

heard = recognizer.predict(sound[TRAIN:], verbose=0).argmax(axis=1)
for c, name in enumerate(COMMANDS):
    print(f"{name:8s} {np.mean(heard[which[TRAIN:] == c] == c):.2f}")
