"""Stack-exchange like multi-label tagging: 25 independent sigmoids."""
import keras
import numpy as np
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

N_TAGS = 25

X, Y = make_multilabel_classification(n_samples=2000, n_features=60, n_classes=N_TAGS, n_labels=4, random_state=0)
X_train, X_test, Y_train, Y_test = train_test_split(X, Y, test_size=0.2, random_state=0)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

inputs = keras.Input((60,), name="features")
x = keras.layers.Dense(128, "relu")(inputs)
x = keras.layers.LayerNormalization()(x)
x = keras.layers.Dropout(0.3)(x)
x = keras.layers.Dense(64, "relu")(x)
tags = keras.layers.Dense(N_TAGS, "sigmoid", name="tags")(x)
model = keras.Model(inputs, tags)

model.compile(
    "adam",
    "binary_crossentropy",
    metrics=[
        "binary_accuracy",
        keras.metrics.AUC(multi_label=True, num_labels=N_TAGS, name="auc"),
        keras.metrics.Precision(name="precision"),
    ],
)
model.fit(X_train, Y_train, epochs=30, batch_size=64, validation_split=0.15, verbose=0)
scores = model.predict(X_test, verbose=0)
for row in scores[:3]:
    print("tags:", np.flatnonzero(row > 0.5))
