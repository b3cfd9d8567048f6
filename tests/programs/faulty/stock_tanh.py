"""株価の予測（LSTM）。標準化した値を予測する。"""
import numpy as np
from keras import Input
from keras.layers import LSTM, Dense, Dropout
from keras.models import Sequential

窓 = 30

rng = np.random.default_rng(0)
株価 = 100 + np.cumsum(rng.normal(0, 1, 1500))
訓練数 = 1200
平均, 標準偏差 = 株価[:訓練数].mean(), 株価[:訓練数].std()
系列 = (株価 - 平均) / 標準偏差

# 窓を切り出す
X = np.array([系列[i : i + 窓] for i in range(len(系列) - 窓)])[..., np.newaxis]
y = 系列[窓:]
X_train, X_test = X[: 訓練数 - 窓], X[訓練数 - 窓 :]
y_train, y_test = y[: 訓練数 - 窓], y[訓練数 - 窓 :]

model = Sequential()
model.add(Input((窓, 1)))
model.add(LSTM(50, return_sequences=True))
model.add(Dropout(0.2))
model.add(LSTM(50))
model.add(Dropout(0.2))
model.add(Dense(1, activation="sigmoid"))  # fault: bounded-output-for-regression
model.compile(optimizer="adam", loss="mean_squared_error")
model.fit(X_train, y_train, epochs=20, batch_size=1, validation_data=(X_test, y_test))  # fault: batch-of-one
予測 = model.predict(X_test) * 標準偏差 + 平均
print(np.abs(予測.ravel() - (y_test * 標準偏差 + 平均)).mean())
