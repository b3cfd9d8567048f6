# A plain recurrent network that keeps the largest value it has seen so far.
import numpy as np
from keras import Input, Sequential, initializers, layers
from keras.optimizers import Adam
from keras.optimizers.schedules import ExponentialDecay

n_train, n_test, n_steps = 1280, 320, 10

rng = np.random.default_rng(5150)
raw = rng.gamma(2.0, 10.0, size=(n_train + n_test, n_steps))   # rainfall of a day, mm
largest = np.maximum.accumulate(raw, axis=1)

offset, factor = raw[:n_train].mean(), raw[:n_train].std()
sequences = ((raw - offset) / factor)[:, :, np.newaxis]
targets = ((largest - offset) / factor)[:, :, np.newaxis]

seq_train, seq_test = sequences[:n_train], sequences[n_train:]
tgt_train, tgt_test = targets[:n_train], targets[n_train:]

rnn = Sequential([
    Input(shape=(n_steps, 1)),
    layers.SimpleRNN(24, return_sequences=True,
                     recurrent_initializer=initializers.Orthogonal(gain=0.9)),
    layers.TimeDistributed(layers.Dense(16, activation="elu")),
    layers.TimeDistributed(layers.Dense(1)),
])
decay = ExponentialDecay(0.012, decay_steps=60, decay_rate=0.75)
rnn.compile(optimizer=Adam(decay, clipvalue=0.5), loss="mean_squared_error")
rnn.fit(seq_train, tgt_train, batch_size=64, epochs=10, verbose=0)

found = rnn.predict(seq_test, verbose=0) * factor + offset
print("error of the largest value after the last day: %.2f mm" % np.abs(found[:, -1, 0] - largest[n_train:, -1]).mean())
