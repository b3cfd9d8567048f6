import numpy as np
import tensorflow as tf
from sklearn.preprocessing import StandardScaler

z = np.load("machines.npz")
normal, mixed, flags = z["normal"], z["mixed"], z["flags"]
scaler = StandardScaler()
normal = scaler.fit_transform(normal)
mixed = scaler.transform(mixed)
D = 20


class AE(tf.keras.Model):
    def __init__(self, dim, code=4):
        super().__init__()
        init = tf.keras.initializers.Zeros()
        self.enc = tf.keras.Sequential([
            tf.keras.layers.Dense(12, activation="relu", kernel_initializer=init),  # fault: constant-kernel-initializer
            tf.keras.layers.Dense(code, activation="relu"),
        ])
        self.dec = tf.keras.Sequential([
            tf.keras.layers.Dense(12, activation="relu"),
            tf.keras.layers.Dense(dim),
        ])

    def call(self, x):
        return self.dec(self.enc(x))


ae = AE(D)
ae.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=10.0), loss="mae")  # fault: learning-rate-out-of-range
ae.fit(normal, normal, epochs=50, batch_size=64, validation_split=0.1)
err = np.abs(ae.predict(mixed) - mixed).mean(axis=1)
print((err > np.quantile(err, 0.95)).sum(), flags.sum())
