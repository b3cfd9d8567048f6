import numpy as np
import pandas as pd
from keras.layers import LSTM, Dense, Input
from keras.models import Sequential
from sklearn.preprocessing import MinMaxScaler

LOOKBACK = 60
close = pd.read_csv("goog.csv")["Close"].values.reshape(-1, 1)
cut = int(len(close) * 0.8)
scaler = MinMaxScaler()
train = scaler.fit_transform(close[:cut])
test = scaler.transform(close[cut - LOOKBACK:])


def windows(series):
    xs, ys = [], []
    for i in range(LOOKBACK, len(series)):
        xs.append(series[i - LOOKBACK:i, 0])
        ys.append(series[i, 0])
    return np.array(xs), np.array(ys)


x_train, y_train = windows(train)
x_test, y_test = windows(test)
x_train = x_train.reshape(-1, LOOKBACK, 1)
x_test = x_test.reshape(-1, LOOKBACK, 1)

rnn = Sequential([
    Input((LOOKBACK, 1)),
    LSTM(50, return_sequences=True),
    LSTM(50, return_sequences=True),  # fault: return-sequences-extra
    Dense(1),
])
rnn.compile(optimizer="adam", loss="mean_squared_error")
rnn.fit(x_train, y_train, epochs=50, batch_size=32, validation_data=(x_train, y_train))  # fault: validation-on-training-data
print(rnn.evaluate(x_test, y_test))
