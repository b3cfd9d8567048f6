import keras
from keras import layers


def encoder_block(x, dim, heads, name):
    a = layers.MultiHeadAttention(heads, dim // heads, name=f"{name}_att")(x, x)
    x = layers.LayerNormalization(name=f"{name}_ln1")(x + a)
    f = layers.Dense(4 * dim, activation="gelu", name=f"{name}_ff1")(x)
    f = layers.Dense(dim, name=f"{name}_ff2")(f)
    return layers.LayerNormalization(name=f"{name}_ln2")(x + f)


def build_pretrained(vocab=30522, maxlen=128, dim=256, depth=6):
    tokens = keras.Input((maxlen,), dtype="int32", name="tokens")
    x = layers.Embedding(vocab, dim, name="embed")(tokens)
    for i in range(depth):
        x = encoder_block(x, dim, 8, f"block{i}")
    return keras.Model(tokens, x, name="encoder")


def build_finetune(weights, n_labels, unfreeze_last=2):
    encoder = build_pretrained()
    encoder.load_weights(weights)
    for layer in encoder.layers:
        layer.trainable = any(layer.name.startswith(f"block{i}_") for i in range(6 - unfreeze_last, 6))
    x = layers.GlobalMaxPooling1D()(encoder.output)
    x = layers.Dropout(0.1)(x)
    out = layers.Dense(n_labels, activation="softmax", name="label")(x)
    model = keras.Model(encoder.input, out)
    model.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.PolynomialDecay(3e-5, 10_000, end_learning_rate=0.0), weight_decay=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["sparse_categorical_accuracy"],
    )
    return model


def train(model, train_ds, val_ds, out):
    stop = keras.callbacks.EarlyStopping(
        monitor="val_sparse_categorical_accuracy", mode="max", patience=2, restore_best_weights=True)
    history = model.fit(train_ds, validation_data=val_ds, epochs=6, callbacks=[stop])
    model.save(f"{out}/finetuned.keras")
    return history
