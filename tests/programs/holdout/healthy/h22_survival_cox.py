"""DeepSurv: negative Cox partial log-likelihood on full-batch gradients."""
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def cox_loss(y_true, risk):
    """y_true[:, 0] is the time, y_true[:, 1] the event flag; the batch is sorted by falling time."""
    event = y_true[:, 1]
    order = tf.argsort(y_true[:, 0], direction="DESCENDING")
    risk = tf.gather(tf.squeeze(risk, -1), order)
    event = tf.gather(event, order)
    log_cum = tf.math.log(tf.cumsum(tf.exp(risk)) + 1e-8)
    return -tf.reduce_sum((risk - log_cum) * event) / (tf.reduce_sum(event) + 1e-8)


def concordance(time, event, risk):
    n = d = 0
    for i in np.where(event == 1)[0]:
        later = time > time[i]
        d += later.sum()
        n += (risk[i] > risk[later]).sum() + 0.5 * (risk[i] == risk[later]).sum()
    return n / d


df = pd.read_csv("support2.csv")
covariates = [c for c in df.columns if c not in ("d.time", "death")]
train, test = train_test_split(df, test_size=0.2, random_state=11, stratify=df["death"])
scaler = StandardScaler().fit(train[covariates])
x_tr, x_te = scaler.transform(train[covariates]), scaler.transform(test[covariates])
y_tr, y_te = train[["d.time", "death"]].values.astype("float32"), test[["d.time", "death"]].values.astype("float32")

net = tf.keras.Sequential([
    tf.keras.Input((len(covariates),)),
    tf.keras.layers.Dense(32, activation="selu", kernel_initializer="lecun_normal"),
    tf.keras.layers.AlphaDropout(0.1),
    tf.keras.layers.Dense(32, activation="selu", kernel_initializer="lecun_normal"),
    tf.keras.layers.Dense(1, use_bias=False),
])
net.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss=cox_loss)
net.fit(x_tr, y_tr, epochs=200, batch_size=512, validation_split=0.15, verbose=0,
        callbacks=[tf.keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)])
print("C-index", concordance(y_te[:, 0], y_te[:, 1], net.predict(x_te).ravel()))
