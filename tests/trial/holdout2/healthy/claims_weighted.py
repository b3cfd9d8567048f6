# insurance claims, one in ten is a fraud; few rows, so class weights
import sys
import numpy as np
import keras
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.class_weight import compute_class_weight

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
rng = np.random.default_rng(77)
X = rng.normal(size=(1000, 7)).astype("float32")
score = 1.3 * X[:, 0] - X[:, 1] + 0.7 * np.abs(X[:, 2]) + 0.7 * rng.normal(size=1000)
y = (score > np.quantile(score, 0.9)).astype(int)
X_train, X_val, y_train, y_val = X[:600], X[600:], y[:600], y[600:]

w = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_train)
model = keras.Sequential([
    keras.layers.Input((7,)),
    keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(2e-3)),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="binary_crossentropy",
              metrics=["accuracy", keras.metrics.AUC(name="auc")])
model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=18, batch_size=32,
          class_weight={0: w[0], 1: w[1]}, verbose=2)
p = model.predict(X_val, verbose=0)[:, 0]
print("balanced accuracy", balanced_accuracy_score(y_val, p > 0.5))
