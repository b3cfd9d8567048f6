import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder

df = pd.read_csv("sales_train.csv")
cat_cols = ["store", "item", "weekday", "month", "promo"]
num_cols = ["price", "days_since_promo", "competitor_distance"]

encoders = {}
for col in cat_cols:
    enc = LabelEncoder()
    df[col] = enc.fit_transform(df[col])
    encoders[col] = enc

train, valid = train_test_split(df, test_size=0.15, random_state=7)
log_y_train = np.log1p(train["sales"].values.astype("float32"))
log_y_valid = np.log1p(valid["sales"].values.astype("float32"))

inputs, parts = [], []
for col in cat_cols:
    n = len(encoders[col].classes_)
    dim = int(min(50, (n + 1) // 2))
    inp = keras.Input(shape=(1,), name=col, dtype="int32")
    emb = layers.Embedding(n, dim, name=f"emb_{col}")(inp)
    parts.append(layers.Flatten()(emb))
    inputs.append(inp)

normalizer = layers.Normalization()
normalizer.adapt(train[num_cols].values.astype("float32"))
num_in = keras.Input(shape=(len(num_cols),), name="numeric")
parts.append(normalizer(num_in))
inputs.append(num_in)

x = layers.Concatenate()(parts)
x = layers.Dense(256, activation="relu")(x)
x = layers.Dropout(0.1)(x)
x = layers.Dense(128, activation="relu")(x)
out = layers.Dense(1, name="log_sales")(x)
model = keras.Model(inputs, out)
model.compile(optimizer="adam", loss="mse", metrics=[keras.metrics.RootMeanSquaredError()])


def feed(frame):
    d = {c: frame[c].values[:, None] for c in cat_cols}
    d["numeric"] = frame[num_cols].values.astype("float32")
    return d


model.fit(feed(train), log_y_train, validation_data=(feed(valid), log_y_valid), epochs=12, batch_size=512)
pred = np.expm1(model.predict(feed(valid), batch_size=2048).squeeze())
print("RMSPE", np.sqrt(np.mean(((valid["sales"] - pred) / np.maximum(valid["sales"], 1)) ** 2)))
