import numpy as np
import pandas as pd
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler
from sklearn.utils.class_weight import compute_class_weight
from tensorflow import keras

df = pd.read_csv("creditcard.csv")
y = df.pop("Class").to_numpy()
x = df.drop(columns="Time").to_numpy()
x_tr, x_te, y_tr, y_te = train_test_split(x, y, stratify=y, test_size=0.2, random_state=0)
x_tr, x_va, y_tr, y_va = train_test_split(x_tr, y_tr, stratify=y_tr, test_size=0.2, random_state=0)
rs = RobustScaler()
x_tr = rs.fit_transform(x_tr)
x_va = rs.transform(x_va)
x_te = rs.transform(x_te)
w = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_tr)
pos = np.bincount(y_tr)
bias = keras.initializers.Constant(np.log(pos[1] / pos[0]))

net = keras.Sequential([
    keras.layers.Input((x_tr.shape[-1],)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dropout(0.5),
    keras.layers.Dense(1, activation="sigmoid", bias_initializer=bias),
])
net.compile(keras.optimizers.Adam(1e-3), keras.losses.BinaryCrossentropy(),
            metrics=[keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall"), keras.metrics.AUC(name="prc", curve="PR")])
net.fit(x_tr, y_tr, batch_size=2048, epochs=100, validation_data=(x_va, y_va), class_weight=dict(enumerate(w)),
        callbacks=[keras.callbacks.EarlyStopping(monitor="val_prc", mode="max", patience=10, restore_best_weights=True)])
print(classification_report(y_te, net.predict(x_te).ravel() > 0.5))
