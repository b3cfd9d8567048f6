import sys
import numpy as np
import keras
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

X, Y = make_multilabel_classification(n_samples=1800, n_features=30, n_classes=6, n_labels=2,
                                      length=60, random_state=seed)
X_tr, X_te, Y_tr, Y_te = train_test_split(X, Y, test_size=0.25, random_state=seed)
sc = StandardScaler().fit(X_tr)
X_tr, X_te = sc.transform(X_tr), sc.transform(X_te)

inputs = keras.Input(shape=(30,))
x = keras.layers.Dense(48, kernel_regularizer=keras.regularizers.L2(1e-3))(inputs)
x = keras.layers.LeakyReLU()(x)
x = keras.layers.Dropout(0.4)(x)
outputs = keras.layers.Dense(Y.shape[1], activation="sigmoid")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.RMSprop(1e-3), loss="binary_crossentropy",
              metrics=[keras.metrics.BinaryAccuracy(), keras.metrics.AUC(multi_label=True, name="auc")])
model.fit(X_tr, Y_tr, epochs=20, batch_size=32, validation_data=(X_te, Y_te), verbose=2)
p = model.predict(X_te, verbose=0)
print("micro F1", f1_score(Y_te, p > 0.5, average="micro"))
