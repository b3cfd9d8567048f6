"""Stateful LSTM on one long sequence: batch of one and no shuffling are required here."""
import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Input
from tensorflow.keras.models import Sequential

EPOCHS = 30
LAG = 12

rng = np.random.RandomState(1)
months = np.arange(240)
sales = 0.01 * months + np.sin(months * 2 * np.pi / 12) + 0.1 * rng.randn(240)
diff = np.diff(sales)
scale = np.abs(diff[:180]).max()
diff = diff / scale

X = np.array([diff[i : i + LAG] for i in range(len(diff) - LAG)])[:, :, None]
y = diff[LAG:][:, None]
X_train, X_test = X[:-36], X[-36:]
y_train, y_test = y[:-36], y[-36:]

batch_size = 1
model = Sequential()
model.add(Input(batch_shape=(batch_size, LAG, 1)))
lstm = LSTM(8, stateful=True)
model.add(lstm)
model.add(Dense(1))
model.compile(loss="mean_squared_error", optimizer="adam")

for i in range(EPOCHS):
    model.fit(X_train, y_train, epochs=1, batch_size=batch_size, verbose=0, shuffle=False)
    lstm.reset_states() if hasattr(lstm, "reset_states") else lstm.reset_state()

model.predict(X_train, batch_size=batch_size, verbose=0)
forecast = model.predict(X_test, batch_size=batch_size, verbose=0)
print("RMSE", np.sqrt(np.mean((forecast - y_test) ** 2)) * scale)
