import keras
from keras import layers

N_USERS, N_ITEMS = 6041, 3953


def build():
    u = keras.Input((1,), name="user")
    v = keras.Input((1,), name="item")
    eu = layers.Flatten()(layers.Embedding(N_USERS, 32)(u))
    ev = layers.Flatten()(layers.Embedding(N_ITEMS, 32)(v))
    h = layers.Concatenate()([eu, ev])
    h = layers.Dense(64, activation="relu")(h)
    h = layers.Dropout(0.1)(h)
    rating = layers.Dense(1, activation="softmax", name="rating")(h)  # fault: softmax-on-one-unit
    return keras.Model([u, v], rating)


def run(train, valid):
    m = build()
    m.compile(optimizer=keras.optimizers.Adam(1e-3, decay=1e-5),  # fault: legacy-decay-argument
              loss="mse", metrics=["mae"])
    m.fit([train.user, train.item], train.stars, batch_size=256, epochs=10,
          validation_data=([valid.user, valid.item], valid.stars))
    return m
