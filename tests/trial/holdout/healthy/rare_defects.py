import sys
import numpy as np
import keras
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.class_weight import compute_class_weight
from sklearn.model_selection import train_test_split

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

n = 3000
y = (np.random.rand(n) < 0.05).astype(int)
X = np.random.randn(n, 10)
X[y == 1, :4] += [1.3, -1.3, 1.1, 1.1]
X_tr, X_va, y_tr, y_va = train_test_split(X, y, stratify=y, test_size=0.3, random_state=seed)

w = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_tr)
print("class weights", w)

model = keras.Sequential([
    keras.layers.Input((10,)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy", keras.metrics.Recall()])
model.fit(X_tr, y_tr, validation_data=(X_va, y_va), class_weight={0: w[0], 1: w[1]},
          epochs=15, batch_size=32, verbose=2)
p = model.predict(X_va, verbose=0)[:, 0] > 0.5
print("balanced accuracy", balanced_accuracy_score(y_va, p))
