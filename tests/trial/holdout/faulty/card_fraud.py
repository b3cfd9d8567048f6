import sys
import numpy as np
import keras
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

n = 3000
y = (np.random.rand(n) < 0.03).astype(int)
X = np.random.randn(n, 12)
X[y == 1, :5] += np.array([1.1, -0.9, 0.9, 0.8, -0.8])

X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
print("train size", X_tr.shape, "fraud cases", y_tr.sum())

model = keras.models.Sequential([
    keras.layers.Input((12,)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
class_weight = {0: 1.0, 1: 1.0}  # fault: imbalance-ignored
model.fit(X_tr, y_tr, epochs=15, batch_size=32, class_weight=class_weight,  # fault: imbalance-ignored
          validation_data=(X_te, y_te), verbose=2)

flagged = (model.predict(X_te, verbose=0)[:, 0] > 0.5).astype(int)
print(confusion_matrix(y_te, flagged))
print("balanced accuracy", balanced_accuracy_score(y_te, flagged))
