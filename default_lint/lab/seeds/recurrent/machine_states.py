import numpy as np
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras.layers import Dense, Dropout, InputLayer, LSTM

keras.utils.set_random_seed(2)

STATES = ["idle", "ramp", "steady", "imbalance", "bearing"]
STEPS = 20
PER_STATE = 220

rs = np.random.RandomState(8)


def record(state):
    """Current, temperature and two vibration axes of one machine over 20 samples."""
    k = np.arange(STEPS)
    load = rs.uniform(0.6, 1.2)
    f = rs.uniform(0.12, 0.2)
    ph = rs.uniform(0, 2 * np.pi)
    current = np.full(STEPS, load)
    heat = 0.02 * k * load
    vib_x = 0.3 * np.sin(2 * np.pi * f * k + ph)
    vib_y = 0.3 * np.sin(2 * np.pi * f * k + ph + rs.uniform(0, 2 * np.pi))
    if state == "idle":
        current = 0.7 * current
        heat = -0.02 * k
        vib_x, vib_y = 0.4 * vib_x, 0.4 * vib_y
    elif state == "ramp":
        current = load * (0.4 + 0.6 * k / STEPS) * 1.2
    elif state == "imbalance":
        # the axes run a quarter turn apart
        vib_y = 0.3 * np.sin(2 * np.pi * f * k + ph + np.pi / 2)
        vib_x, vib_y = 1.5 * vib_x, 1.5 * vib_y
    elif state == "bearing":
        hits = (k + rs.randint(6)) % 6 == 0
        vib_x = vib_x + 0.9 * hits
    data = np.stack([current, heat, vib_x, vib_y], axis=1)
    return data + rs.normal(scale=0.1, size=data.shape)


X = np.array([record(s) for s in STATES for _ in range(PER_STATE)])
y = np.eye(len(STATES))[np.repeat(np.arange(len(STATES)), PER_STATE)]
mix = rs.permutation(len(X))
X, y = X[mix], y[mix]

X_train, X_valid, X_test = X[:700], X[700:800], X[800:]
y_train, y_valid, y_test = y[:700], y[700:800], y[800:]

# scaled sensor by sensor
scaler = StandardScaler().fit(X_train.reshape(-1, 4))
X_train, X_valid, X_test = (scaler.transform(part.reshape(-1, 4)).reshape(part.shape)
                            for part in (X_train, X_valid, X_test))

stacked = keras.Sequential([
    InputLayer(shape=(STEPS, 4)),
    LSTM(20, return_sequences=True),
    Dropout(0.1),
    LSTM(12),
    Dense(len(STATES), activation="softmax"),
])
stacked.compile(optimizer=keras.optimizers.Adam(0.01), loss="categorical_crossentropy", metrics=["accuracy"])
early = keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=5, restore_best_weights=True)
stacked.fit(X_train, y_train, epochs=8, batch_size=35, validation_data=(X_valid, y_valid), callbacks=[early], verbose=0)

print(stacked.evaluate(X_test, y_test, verbose=0))
