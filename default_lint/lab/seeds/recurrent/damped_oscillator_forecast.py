# A kicked, damped oscillator: forecast the position five samples ahead of a window of noisy readings.
from keras.callbacks import LearningRateScheduler
from keras.initializers import Orthogonal
from keras.layers import Dense, Input, SimpleRNN
from keras.losses import MeanSquaredError
from keras.models import Sequential
from keras.optimizers import RMSprop
import numpy as np

dt, omega, gamma = 0.25, 1.3, 0.06
window, ahead = 24, 5

random = np.random.RandomState(77)
position, speed = 1.0, 0.0
track = []
for step in range(2400):
    if random.rand() < 0.02:
        speed += random.normal(scale=1.2)    # a kick, now and then
    for _ in range(5):                       # finer steps for the integration
        speed -= (dt / 5) * (omega ** 2 * position * (1 + 0.15 * position ** 2) + 2 * gamma * speed)
        position += (dt / 5) * speed
    track.append(position)
track = np.array(track)
track = track + random.normal(scale=0.05 * track.std(), size=track.shape)

# the first 70 % is the past, the rest the future
split = int(0.7 * len(track))
mean, std = track[:split].mean(), track[:split].std()
scaled = (track - mean) / std


def windows(series):
    starts = range(len(series) - window - ahead + 1)
    x = np.array([series[s:s + window] for s in starts])
    y = np.array([series[s + window + ahead - 1] for s in starts])
    return x[:, :, np.newaxis], y


past_x, past_y = windows(scaled[:split])
future_x, future_y = windows(scaled[split:])

rnn = Sequential()
rnn.add(Input(shape=(window, 1)))
rnn.add(SimpleRNN(32, activation="tanh", recurrent_initializer=Orthogonal(gain=0.9)))
rnn.add(Dense(16, activation="tanh"))
rnn.add(Dense(1))


def decay(epoch, rate):
    return rate if epoch < 5 else rate * 0.8


rnn.compile(optimizer=RMSprop(learning_rate=0.003, clipvalue=0.5), loss=MeanSquaredError())
rnn.fit(past_x, past_y, epochs=12, batch_size=64, shuffle=True, callbacks=[LearningRateScheduler(decay)], verbose=0)

print("RMSE in standard deviations:", rnn.evaluate(future_x, future_y, verbose=0) ** 0.5)
