# churn prediction, homework 2
import sys
import numpy as np
import keras
from sklearn.metrics import accuracy_score

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
rs = np.random.RandomState(8)

N = 1600
income = rs.lognormal(10.4, 0.5, N)
age = rs.uniform(18, 80, N)
calls = rs.poisson(2.0, N)
minutes = rs.gamma(3.0, 90.0, N)
tenure = rs.uniform(0, 10, N)
discount = rs.rand(N)
z = 0.9 * (calls - 2) - 0.45 * (tenure - 5) + 2.0 * (discount < 0.3) + 0.02 * (40 - age)
y = (z + rs.normal(0, 0.6, N) > 0.4).astype(int)
X = np.column_stack([income, age, calls, minutes, tenure, discount])

mean = X.mean(axis=1, keepdims=True)  # fault: scaled-along-wrong-axis
std = X.std(axis=1, keepdims=True)  # fault: scaled-along-wrong-axis
X = (X - mean) / std

x_train, x_test = X[:1200], X[1200:]
y_train, y_test = y[:1200], y[1200:]

model = keras.models.Sequential()
model.add(keras.layers.Input(shape=(6,)))
model.add(keras.layers.Dense(24, activation='relu'))
model.add(keras.layers.Dense(12, activation='relu'))
model.add(keras.layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=20, batch_size=32, validation_data=(x_test, y_test), verbose=2)
pred = (model.predict(x_test, verbose=0)[:, 0] > 0.5).astype(int)
print('accuracy', accuracy_score(y_test, pred))
