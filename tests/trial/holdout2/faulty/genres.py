import sys
import numpy as np
import keras
from keras import layers
from sklearn.metrics import f1_score

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
rng = np.random.default_rng(21)

# films: 24 keyword scores, 5 genres, a film may have several
W = rng.normal(0, 1, (24, 5))
X = rng.normal(0, 1, (1800, 24)).astype("float32")
Y = ((X @ W) / 3.0 + rng.normal(0, 0.3, (1800, 5)) > 0.0).astype("float32")
Xtr, Xte, Ytr, Yte = X[:1400], X[1400:], Y[:1400], Y[1400:]

inp = layers.Input((24,))
h = layers.Dense(48, activation="relu")(inp)
h = layers.Dropout(0.2)(h)
genres = layers.Dense(5, activation="softmax")(h)  # fault: softmax-for-multilabel
model = keras.Model(inp, genres)
model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=["binary_accuracy"])
model.fit(Xtr, Ytr, epochs=15, batch_size=32, validation_data=(Xte, Yte), verbose=2)
P = model.predict(Xte, verbose=0)
print("macro F1", f1_score(Yte, P > 0.5, average="macro"))
