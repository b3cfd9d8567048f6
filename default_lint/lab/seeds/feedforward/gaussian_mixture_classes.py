"""Four classes, each made of four Gaussian clouds in four dimensions."""

import numpy as np
from keras import Sequential
from keras.callbacks import EarlyStopping
from keras.layers import Dense, Input
from keras.regularizers import l2
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

N_CLASSES = 4
CLOUDS_PER_CLASS = 4
N_POINTS = 3000
HIDDEN = 48
L2 = 1e-4


def draw_points(rng):
    centres = rng.uniform(-4.0, 4.0, size=(N_CLASSES * CLOUDS_PER_CLASS, 4))
    spread = rng.uniform(0.8, 1.2, size=N_CLASSES * CLOUDS_PER_CLASS)
    cloud = rng.integers(0, N_CLASSES * CLOUDS_PER_CLASS, size=N_POINTS)
    points = centres[cloud] + rng.normal(size=(N_POINTS, 4)) * spread[cloud, None]
    return points, cloud % N_CLASSES


X, y = draw_points(np.random.default_rng(21))
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.35, stratify=y, random_state=4)

scaler = StandardScaler().fit(X_tr)
X_tr = scaler.transform(X_tr)
X_te = scaler.transform(X_te)

clf = Sequential(
    [
        Input(shape=(4,)),
        Dense(HIDDEN, activation="relu", kernel_regularizer=l2(L2)),
        Dense(HIDDEN // 2, activation="relu", kernel_regularizer=l2(L2)),
        Dense(N_CLASSES, activation="softmax"),
    ]
)
clf.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

stop = EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
clf.fit(X_tr, y_tr, epochs=14, batch_size=48, validation_split=0.15, callbacks=[stop], verbose=2)

loss, acc = clf.evaluate(X_te, y_te, verbose=0)
print(f"test accuracy {acc:.3f}")
