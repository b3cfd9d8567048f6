import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras.layers import LSTM, Dense, Dropout
from tensorflow.keras.models import Sequential

df = pd.read_csv("AAPL.csv", parse_dates=["Date"], index_col="Date")
values = df[["Open"]].values
split = int(0.85 * len(values))
training_set, test_set = values[:split], values[split - 60:]
sc = MinMaxScaler(feature_range=(0, 1))
training_scaled = sc.fit_transform(training_set)
test_scaled = sc.transform(test_set)


def to_xy(a, steps=60):
    X, y = [], []
    for i in range(steps, len(a)):
        X.append(a[i - steps:i, 0])
        y.append(a[i, 0])
    X, y = np.array(X), np.array(y)
    return np.reshape(X, (X.shape[0], X.shape[1], 1)), y


X_train, y_train = to_xy(training_scaled)
X_test, y_test = to_xy(test_scaled)

regressor = Sequential()
regressor.add(LSTM(units=50, return_sequences=True, input_shape=(X_train.shape[1], 1)))
regressor.add(Dropout(0.2))
regressor.add(LSTM(units=50, return_sequences=True))
regressor.add(Dropout(0.2))
regressor.add(LSTM(units=50))
regressor.add(Dropout(0.2))
regressor.add(Dense(units=1))
regressor.compile(optimizer="adam", loss="mean_squared_error")
regressor.fit(X_train, y_train, epochs=100, batch_size=32, validation_split=0.1)
predicted = sc.inverse_transform(regressor.predict(X_test))
print(np.abs(predicted - test_set[60:]).mean())
