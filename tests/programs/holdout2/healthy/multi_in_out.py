import keras
from keras import layers

VOCAB, TAGS, DEPTS = 10000, 12, 4
title = keras.Input((None,), name="title", dtype="int32")
body = keras.Input((None,), name="body", dtype="int32")
tags = keras.Input((TAGS,), name="tags")

emb = layers.Embedding(VOCAB, 64)
t = layers.LSTM(64)(emb(title))
b = layers.GRU(32)(emb(body))
x = layers.concatenate([t, b, tags])
x = layers.Dropout(0.3)(x)

priority = layers.Dense(1, activation="sigmoid", name="priority")(x)
dept = layers.Dense(DEPTS, name="department")(x)
model = keras.Model([title, body, tags], {"priority": priority, "department": dept})
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-3),
    loss={
        "priority": "binary_crossentropy",
        "department": keras.losses.CategoricalCrossentropy(from_logits=True),
    },
    loss_weights={"priority": 1.0, "department": 0.2},
    metrics={"priority": ["accuracy", "auc"], "department": ["accuracy"]},
)


def train(data, valid):
    return model.fit(
        {"title": data.title, "body": data.body, "tags": data.tags},
        {"priority": data.priority, "department": data.dept},
        validation_data=({"title": valid.title, "body": valid.body, "tags": valid.tags},
                         {"priority": valid.priority, "department": valid.dept}),
        epochs=8,
        batch_size=32,
    )
