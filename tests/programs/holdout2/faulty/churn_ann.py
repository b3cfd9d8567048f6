import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

df = pd.read_csv("telecom_churn.csv").dropna()
y = (df.pop("Churn") == "Yes").astype(int).values
X = pd.get_dummies(df.drop(columns=["customerID"])).astype("float32").values

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=3)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.fit_transform(X_test)  # fault: scaler-fitted-on-test

model = keras.Sequential()
model.add(keras.layers.Dense(32, activation="relu", input_shape=(X_train.shape[1],)))
model.add(keras.layers.Dense(16, activation="relu"))
model.add(keras.layers.Dense(1, activation="softmax"))  # fault: softmax-on-one-unit
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=60, batch_size=32, validation_split=0.1)
print(model.evaluate(X_test, y_test))
