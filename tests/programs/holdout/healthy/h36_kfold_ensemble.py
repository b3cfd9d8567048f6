import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import QuantileTransformer
from tensorflow.keras import layers

train = pd.read_csv("../input/tps/train.csv", index_col="id")
test = pd.read_csv("../input/tps/test.csv", index_col="id")
sub = pd.read_csv("../input/tps/sample_submission.csv", index_col="id")

y = train.pop("target").str.replace("Class_", "").astype(int).values - 1
N_CLASSES = 9
X, X_test = train.values.astype("float32"), test.values.astype("float32")
Y = tf.keras.utils.to_categorical(y, N_CLASSES)


def swish_block(x, units, rate):
    x = layers.Dense(units, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("swish")(x)
    return layers.Dropout(rate)(x)


def get_model(n_features):
    inp = layers.Input((n_features,))
    x = swish_block(inp, 256, 0.4)
    x = swish_block(x, 128, 0.3)
    x = layers.Concatenate()([x, inp])
    out = layers.Dense(N_CLASSES, activation="softmax")(x)
    model = tf.keras.Model(inp, out)
    model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=2e-3),
                  loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.01), metrics=["accuracy"])
    return model


oof = np.zeros((len(X), N_CLASSES))
preds = np.zeros((len(X_test), N_CLASSES))
FOLDS, SEEDS = 5, [0, 1, 2]
for seed in SEEDS:
    skf = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    for fold, (tr, va) in enumerate(skf.split(X, y)):
        tf.keras.backend.clear_session()
        qt = QuantileTransformer(output_distribution="normal", random_state=seed)
        x_tr, x_va, x_te = qt.fit_transform(X[tr]), qt.transform(X[va]), qt.transform(X_test)
        model = get_model(x_tr.shape[1])
        model.fit(x_tr, Y[tr], validation_data=(x_va, Y[va]), batch_size=256, epochs=100, verbose=0, callbacks=[
            tf.keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.2, patience=3, min_lr=1e-6),
            tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True),
        ])
        p = model.predict(x_va, batch_size=4096)
        oof[va] += p / len(SEEDS)
        preds += model.predict(x_te, batch_size=4096) / (FOLDS * len(SEEDS))
        print(f"seed {seed} fold {fold}: {log_loss(y[va], p, labels=range(N_CLASSES)):.5f}")
print("OOF", log_loss(y, oof))
sub.iloc[:, :] = preds
sub.to_csv("submission.csv")
