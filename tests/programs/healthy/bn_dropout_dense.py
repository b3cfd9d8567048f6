# BN after activation, Dropout after BN, Dense after Dropout: the usual order of the "kaggle MLP".
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import GroupKFold, train_test_split
from sklearn.preprocessing import QuantileTransformer
from tensorflow.keras import layers as L

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
FEATS = [c for c in train.columns if c.startswith("f_")]


def make_model(width=256, drop=0.3):
    inp = L.Input((len(FEATS),))
    x = inp
    for w in (width, width // 2, width // 4):
        x = L.Dense(w, activation="swish")(x)
        x = L.BatchNormalization()(x)
        x = L.Dropout(drop)(x)
    out = L.Dense(1, activation="sigmoid")(x)
    m = tf.keras.Model(inp, out)
    m.compile(
        optimizer=tf.keras.optimizers.Adam(learning_rate=1e-3),
        loss=tf.keras.losses.BinaryCrossentropy(label_smoothing=0.01),
        metrics=[tf.keras.metrics.AUC(name="auc")],
    )
    return m


X_tr, X_va, y_tr, y_va = train_test_split(train[FEATS], train["target"], test_size=0.2, random_state=42)
qt = QuantileTransformer(output_distribution="normal", n_quantiles=50)
X_tr = qt.fit_transform(X_tr)
X_va = qt.transform(X_va)
X_te = qt.transform(test[FEATS])

m = make_model()
m.fit(
    X_tr, y_tr,
    validation_data=(X_va, y_va),
    epochs=100, batch_size=1024,
    callbacks=[
        tf.keras.callbacks.ReduceLROnPlateau(monitor="val_auc", mode="max", patience=4, factor=0.5),
        tf.keras.callbacks.EarlyStopping(monitor="val_auc", mode="max", patience=12, restore_best_weights=True),
    ],
)
sub = pd.DataFrame({"id": test["id"], "target": m.predict(X_te, batch_size=4096).ravel()})
sub.to_csv("submission.csv", index=False)
print(GroupKFold.__name__, np.round(sub.target.mean(), 4))
