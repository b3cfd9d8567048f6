import keras
import numpy as np
import pandas as pd
from keras import ops
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler


class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, alpha=0.25, name="focal", **kwargs):
        super().__init__(name=name, **kwargs)
        self.gamma, self.alpha = gamma, alpha

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, y_pred.dtype)
        p = ops.clip(y_pred, 1e-7, 1 - 1e-7)
        pt = y_true * p + (1 - y_true) * (1 - p)
        a = y_true * self.alpha + (1 - y_true) * (1 - self.alpha)
        return ops.mean(-a * ops.power(1 - pt, self.gamma) * ops.log(pt), axis=-1)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}


def make_model(metrics, n, output_bias=None):
    if output_bias is not None:
        output_bias = keras.initializers.Constant(output_bias)
    model = keras.Sequential([
        keras.layers.Input((n,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(1, activation="sigmoid", bias_initializer=output_bias or "zeros"),
    ])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss=FocalLoss(), metrics=metrics)
    return model


df = pd.read_csv("creditcard.csv").drop(columns="Time")
df["Amount"] = np.log(df["Amount"] + 0.001)
train, test = train_test_split(df, test_size=0.2, stratify=df["Class"], random_state=0)
train, val = train_test_split(train, test_size=0.2, stratify=train["Class"], random_state=0)
y_train, y_val, y_test = (np.array(d.pop("Class"))[:, None] for d in (train, val, test))
sc = RobustScaler().fit(train)
x_train, x_val, x_test = (np.clip(sc.transform(d), -5, 5) for d in (train, val, test))

neg, pos = np.bincount(y_train.ravel())
METRICS = [keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall"),
           keras.metrics.AUC(name="prc", curve="PR")]
model = make_model(METRICS, x_train.shape[-1], output_bias=np.log([pos / neg])[0])
early = keras.callbacks.EarlyStopping(monitor="val_prc", verbose=1, patience=10, mode="max", restore_best_weights=True)
model.fit(x_train, y_train, batch_size=2048, epochs=100, callbacks=[early], validation_data=(x_val, y_val))
for name, value in zip(model.metrics_names, model.evaluate(x_test, y_test, batch_size=2048, verbose=0)):
    print(name, ":", value)
