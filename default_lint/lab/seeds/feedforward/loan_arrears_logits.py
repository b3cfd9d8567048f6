# Which loans fall into arrears?  About 35 % do, and a missed one costs more than a false alarm.
import keras
import numpy as np
from keras import regularizers
from keras.layers import Dense, Dropout, Input
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def make_loans(n, rng):
    income = rng.lognormal(10.3, 0.45, n)
    debt_ratio = rng.beta(2.0, 3.0, n)
    age = rng.uniform(20, 70, n)
    years_employed = rng.gamma(2.0, 3.0, n)
    late_payments = rng.poisson(1.0, n)
    amount = rng.uniform(2_000, 40_000, n)
    burden = amount / income * (0.4 + debt_ratio)
    young = np.exp(-(((age - 27) / 9) ** 2))
    risk = 2.3 * burden + 1.3 * debt_ratio * late_payments + 1.1 * young - 0.9 * np.tanh(years_employed / 4)
    p_arrears = 1 / (1 + np.exp(-20 * (risk - 1.85)))
    arrears = (rng.random(n) < p_arrears).astype("float32")
    table = np.column_stack([income, debt_ratio, age, years_employed, late_payments, amount])
    return table, arrears, p_arrears


table, arrears, p_arrears = make_loans(3400, np.random.default_rng(77))
X_tr, X_te, y_tr, y_te, _, p_te = train_test_split(table, arrears, p_arrears, test_size=0.25, random_state=5)

scaler = StandardScaler().fit(X_tr)
X_tr = scaler.transform(X_tr)
X_te = scaler.transform(X_te)

model = keras.Sequential()
model.add(Input(shape=(6,)))
model.add(Dense(48, activation="relu", kernel_regularizer=regularizers.l2(1e-4)))
model.add(Dropout(0.05))
model.add(Dense(24, activation="relu", kernel_regularizer=regularizers.l2(1e-4)))
model.add(Dense(1))

model.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer=keras.optimizers.RMSprop(learning_rate=0.004),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
model.fit(X_tr, y_tr, epochs=14, batch_size=64, class_weight={0: 1.0, 1: 1.25}, verbose=0)

_, accuracy = model.evaluate(X_te, y_te, verbose=0)
print("accuracy on new loans:", accuracy)
