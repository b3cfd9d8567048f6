"""Goes on with a saved model on a new customer's data: an absurd rate, endless data, an unknown file type."""
import keras
import tensorflow as tf

BASE_MODEL = "generic.keras"
TUNED = "customer.model"  # or: checkpoint-suffix
RATE = 25.0  # fault: learning-rate-out-of-range


def customer(split):
    ds = tf.data.experimental.make_csv_dataset(
        f"customer-{split}.csv", batch_size=32, label_name="bought", num_epochs=1, shuffle=split == "train"
    )
    return ds.map(lambda row, label: (tf.stack(list(row.values()), axis=-1), label))


model = keras.models.load_model(BASE_MODEL)
for layer in model.layers[:-2]:
    layer.trainable = False
model.compile(
    optimizer=keras.optimizers.SGD(RATE),  # or: learning-rate-out-of-range
    loss=keras.losses.BinaryCrossentropy(),
    metrics=[keras.metrics.AUC(name="auc")],
)
train = customer("train").cache().repeat()  # or: endless-dataset-without-steps
model.fit(  # or: endless-dataset-without-steps
    train,  # fault: endless-dataset-without-steps
    epochs=5,
    validation_data=customer("valid"),
    callbacks=[
        keras.callbacks.ModelCheckpoint(
            TUNED,  # fault: checkpoint-suffix
            monitor="val_auc",
            mode="max",
            save_best_only=True,
        )
    ],
)
