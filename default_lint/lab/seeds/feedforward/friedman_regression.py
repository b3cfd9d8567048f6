import keras
from keras import layers, regularizers
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

# Friedman's first problem: 10 inputs, of which only five matter, noise of sd 1
features, response = make_friedman1(n_samples=2400, n_features=10, noise=1.0, random_state=20)
X_rest, X_te, y_rest, y_te = train_test_split(features, response, test_size=600, random_state=1)
X_tr, X_va, y_tr, y_va = train_test_split(X_rest, y_rest, test_size=300, random_state=2)

# the response has mean 14 and sd 5; learn it in standard units
mu, sd = y_tr.mean(), y_tr.std()
t_tr, t_va, t_te = [((v - mu) / sd).reshape(-1, 1) for v in (y_tr, y_va, y_te)]

norm = layers.Normalization()
norm.adapt(X_tr)

inp = keras.Input(shape=(10,), name="features")
h = norm(inp)
h = layers.Dense(48, kernel_regularizer=regularizers.L2(1e-4))(h)
h = layers.LeakyReLU(negative_slope=0.1)(h)
h = layers.Dense(24, kernel_regularizer=regularizers.L2(1e-4))(h)
h = layers.LeakyReLU(negative_slope=0.1)(h)
out = layers.Dense(1, name="response")(h)
model = keras.Model(inp, out)

model.compile(optimizer=keras.optimizers.Adam(learning_rate=3e-3), loss="mse", metrics=["mae"])
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
model.fit(
    X_tr,
    t_tr,
    validation_data=(X_va, t_va),
    epochs=12,
    batch_size=40,
    callbacks=[stop],
    verbose=0,
)

mse, mae = model.evaluate(X_te, t_te, verbose=0)
print("test mse %.3f   mae in original units %.3f" % (mse, mae * sd))
