"""LSTM on a table: rows have no time axis. Then the repaired shape with the wrong unpacking of the split."""
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras.layers import LSTM, Dense, Input, Reshape
from tensorflow.keras.models import Sequential

table = np.genfromtxt("power.csv", delimiter=",", skip_header=1)
X, y = table[:, :24], table[:, 24] / table[:, 24].max()
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
mm = MinMaxScaler()
X_train = mm.fit_transform(X_train)
X_test = mm.transform(X_test)

first = Sequential()
first.add(Input(shape=(24,)))  # or: input-rank
first.add(LSTM(32))  # fault: input-rank
first.add(Dense(1))
first.compile(optimizer="adam", loss="mse")
first.fit(X_train, y_train, epochs=20, batch_size=32, validation_data=(X_test, y_test))

second = Sequential()
second.add(Input(shape=(24,)))
second.add(Reshape((12, 3)))  # fault: reshape-size
second.add(LSTM(32))
second.add(Dense(1))
second.compile(optimizer="adam", loss="mse")
second.fit(X_train, y_train, epochs=20, batch_size=32, validation_data=(X_test, y_test))
