# Sum of three sines with incommensurate periods, plus measurement noise: forecast the next four values
# from a window of 24.
import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.utils import set_random_seed

set_random_seed(17)

n_points, window, horizon = 2600, 24, 4

t = np.arange(n_points)
tide = (
    1.2 * np.sin(2 * np.pi * t / 12.4) + 0.7 * np.sin(2 * np.pi * t / 8.17 + 1.0) + 0.5 * np.sin(2 * np.pi * t / 31.3)
)
level = 4.0 + tide + np.random.default_rng(6).normal(0, 0.1, n_points)

# everything after the cut is only for testing
cut = 2000
low, high = level[:cut].min(), level[:cut].max()
scaled = 2 * (level - low) / (high - low) - 1


def windows(series):
    past, future = [], []
    for start in range(len(series) - window - horizon + 1):
        past.append(series[start : start + window])
        future.append(series[start + window : start + window + horizon])
    return np.array(past, "float32")[:, :, None], np.array(future, "float32")


past_train, future_train = windows(scaled[:cut])
past_test, future_test = windows(scaled[cut:])

forecaster = Sequential()
forecaster.add(Input(shape=(window, 1)))
forecaster.add(LSTM(28))
forecaster.add(Dense(24, activation="tanh"))
forecaster.add(Dense(horizon, activation="linear"))
forecaster.compile(loss="mse", optimizer=Adam(learning_rate=0.005, clipvalue=0.5))
forecaster.fit(past_train, future_train, batch_size=40, epochs=9, verbose=0)

print("mean squared error, years to come:", forecaster.evaluate(past_test, future_test, verbose=0))
