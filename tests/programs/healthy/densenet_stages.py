"""Three files in one: train the head, save, load, open the last dense block, train slowly."""
import argparse
import pathlib

import tensorflow as tf
from tensorflow.keras.applications import DenseNet121
from tensorflow.keras.applications.densenet import preprocess_input
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras.layers import Dense, Dropout, GlobalAveragePooling2D, Input
from tensorflow.keras.models import Model, load_model

AUTO = tf.data.AUTOTUNE
SIZE = 64


def read_folder(folder, batch, training):
    ds = tf.keras.utils.image_dataset_from_directory(
        folder, image_size=(SIZE, SIZE), batch_size=batch, label_mode="binary", shuffle=training
    )
    return ds.map(lambda x, y: (preprocess_input(x), y), num_parallel_calls=AUTO).prefetch(AUTO)


def head_stage(path, train, valid, epochs):
    backbone = DenseNet121(include_top=False, weights="imagenet", input_shape=(SIZE, SIZE, 3))
    backbone.trainable = False
    inputs = Input((SIZE, SIZE, 3))
    features = GlobalAveragePooling2D()(backbone(inputs, training=False))
    outputs = Dense(1, activation="sigmoid")(Dropout(0.3)(features))
    model = Model(inputs, outputs)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", tf.keras.metrics.AUC(name="auc")])
    model.fit(train, validation_data=valid, epochs=epochs, callbacks=[ModelCheckpoint(path, save_best_only=True)])


def tune_stage(path, train, valid, epochs, last=30):
    model = load_model(path)
    backbone = next(layer for layer in model.layers if isinstance(layer, Model))
    backbone.trainable = True
    for layer in backbone.layers[:-last]:
        layer.trainable = False
    model.compile(
        tf.keras.optimizers.Adam(learning_rate=1e-5),
        "binary_crossentropy",
        metrics=["accuracy", tf.keras.metrics.AUC(name="auc")],
    )
    stop = EarlyStopping(monitor="val_auc", mode="max", patience=3, restore_best_weights=True)
    model.fit(train, validation_data=valid, epochs=epochs, callbacks=[stop])
    model.save(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, default="moles")
    parser.add_argument("--stage", choices=("head", "tune", "both"), default="both")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--model", default="moles.keras")
    args = parser.parse_args()
    data = pathlib.Path(args.data)
    train, valid = read_folder(data / "train", args.batch, True), read_folder(data / "valid", args.batch, False)
    if args.stage in ("head", "both"):
        head_stage(args.model, train, valid, args.epochs)
    if args.stage in ("tune", "both"):
        tune_stage(args.model, train, valid, args.epochs)


if __name__ == "__main__":
    main()
