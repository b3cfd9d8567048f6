# Kaggle: telco churn. LB 0.5, why?
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras import Input
from tensorflow.keras.layers import BatchNormalization, Dense, Dropout
from tensorflow.keras.models import Sequential

df = pd.read_csv("../input/telco.csv")
y = df.pop("Churn").map({"Yes": 1, "No": 0})
X = pd.get_dummies(df)

X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.2, stratify=y, random_state=42)
scaler = MinMaxScaler()
X_train = scaler.fit_transform(X_train)
X_val = scaler.transform(X_val)

model = Sequential()
model.add(Input(shape=(X_train.shape[1],)))
model.add(Dense(64, activation="relu"))
model.add(Dropout(0.3))  # fault: dropout-before-batchnorm
model.add(BatchNormalization())
model.add(Dense(32, activation="relu"))
model.add(Dense(1, activation="softmax"))  # fault: softmax-on-one-unit
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])

model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=30, batch_size=64)
