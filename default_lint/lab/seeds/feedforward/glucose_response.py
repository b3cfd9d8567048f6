# Simulated glucose response: the effects are mostly products of the inputs,
# so a straight line through them explains little.
import keras
import numpy as np
from keras import Input, Model
from keras.layers import Concatenate, Dense, Normalization

rng = np.random.default_rng(515)
N_PATIENTS = 2400
NOISE_SHARE = 0.05

age = rng.uniform(25, 80, N_PATIENTS)
bmi = rng.normal(27, 4, N_PATIENTS)
dose = rng.uniform(0, 20, N_PATIENTS)
exercise = rng.gamma(2.0, 1.5, N_PATIENTS)
smoker = rng.integers(0, 2, N_PATIENTS)

a = (age - 52.5) / 16
b = (bmi - 27) / 4
d = (dose - 10) / 6
e = (exercise - 3) / 2
signal = 1.5 * a * b + np.tanh(2 * d) * (0.5 + 1.5 * smoker) - 0.8 * np.minimum(e, 2) * d + 0.7 * np.cos(2 * b)
signal = (signal - signal.mean()) / signal.std()
response = np.sqrt(1 - NOISE_SHARE) * signal + np.sqrt(NOISE_SHARE) * rng.normal(size=N_PATIENTS)

measures = np.column_stack([age, bmi, dose, exercise]).astype("float32")
habits = smoker.astype("float32").reshape(-1, 1)
response = response.astype("float32")

train, val, test = slice(0, 1600), slice(1600, 1900), slice(1900, None)

norm = Normalization()
norm.adapt(measures[train])

measure_in = Input((4,), name="measures")
habit_in = Input((1,), name="habits")
x = Concatenate()([norm(measure_in), habit_in])
x = Dense(48, activation="gelu")(x)
x = Dense(48, activation="gelu")(x)
out = Dense(1, name="response")(x)
net = Model([measure_in, habit_in], out)

net.compile(optimizer=keras.optimizers.Nadam(learning_rate=0.006), loss="mse", metrics=["mae"])
net.fit(
    [measures[train], habits[train]],
    response[train],
    validation_data=([measures[val], habits[val]], response[val]),
    batch_size=64,
    epochs=15,
    callbacks=[keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3)],
    verbose=0,
)

mse, mae = net.evaluate([measures[test], habits[test]], response[test], verbose=0)
print("test mse", mse, "mae", mae, "R2", 1 - mse / response[test].var())
