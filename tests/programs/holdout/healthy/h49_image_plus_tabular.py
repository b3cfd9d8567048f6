import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from tensorflow.keras.layers import (Activation, BatchNormalization, Concatenate, Conv2D, Dense, Dropout, Flatten,
                                     Input, MaxPooling2D)
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.optimizers.schedules import ExponentialDecay


def create_mlp(dim):
    inp = Input(shape=(dim,))
    x = Dense(16, activation="relu")(inp)
    x = Dense(8, activation="relu")(x)
    return inp, x


def create_cnn(width, height, depth, filters=(16, 32, 64)):
    inp = Input(shape=(height, width, depth))
    x = inp
    for f in filters:
        x = Conv2D(f, (3, 3), padding="same")(x)
        x = Activation("relu")(x)
        x = BatchNormalization(axis=-1)(x)
        x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Flatten()(x)
    x = Dense(32, activation="relu")(x)
    x = Dropout(0.4)(x)
    x = Dense(8, activation="relu")(x)
    return inp, x


df = pd.read_csv("houses/info.csv")
images = np.load("houses/images_64.npy").astype("float32") / 255.0
tr, te, img_tr, img_te = train_test_split(df, images, test_size=0.25, random_state=42)

max_price = tr["price"].max()
y_tr, y_te = tr["price"] / max_price, te["price"] / max_price
cols = ["bedrooms", "bathrooms", "area"]
scaler = MinMaxScaler()
tab_tr = scaler.fit_transform(tr[cols])
tab_te = scaler.transform(te[cols])

mlp_in, mlp_out = create_mlp(len(cols))
cnn_in, cnn_out = create_cnn(64, 64, 3)
x = Concatenate()([mlp_out, cnn_out])
x = Dense(4, activation="relu")(x)
x = Dense(1, activation="linear")(x)
model = Model(inputs=[mlp_in, cnn_in], outputs=x)
model.compile(loss="mean_absolute_percentage_error",
              optimizer=Adam(ExponentialDecay(1e-3, decay_steps=1000, decay_rate=0.9)))
model.fit([tab_tr, img_tr], y_tr, validation_data=([tab_te, img_te], y_te), epochs=200, batch_size=8)
preds = model.predict([tab_te, img_te]).flatten()
print("mean abs % error", np.mean(np.abs((preds - y_te) / y_te)) * 100)
