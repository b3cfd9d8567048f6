import keras
import pandas as pd
from keras.layers import BatchNormalization, Dense, Dropout, Input
from keras.models import Sequential
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("telemetry.csv")
y = df.pop("failure").values
X_train, X_val, y_train, y_val = train_test_split(df.values, y, test_size=0.2, stratify=y, random_state=0)
sc = StandardScaler().fit(X_train)
X_train, X_val = sc.transform(X_train), sc.transform(X_val)


def get_model(dim, widths, rate):
    m = Sequential([Input((dim,))])
    for w in widths:
        m.add(Dense(w, activation="relu"))
        m.add(Dropout(rate))  # fault: dropout-before-batchnorm
        m.add(BatchNormalization())  # or: dropout-before-batchnorm
    m.add(Dense(1, activation="sigmoid"))
    m.add(Dropout(rate))  # fault: dropout-after-output
    return m


model = get_model(X_train.shape[1], [64, 32], 0.3)
model.compile(optimizer=keras.optimizers.Nadam(1e-3), loss="binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
model.fit(X_train, y_train, epochs=30, batch_size=64, validation_data=(X_val, y_val))
