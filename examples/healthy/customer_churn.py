"""Customer churn from a csv file: several inputs, class weights, two metrics."""
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split

NUMERIC = ["tenure", "monthly_charges", "total_charges", "support_calls"]
CONTRACTS = ["month-to-month", "one-year", "two-year"]


@dataclass(frozen=True)
class Config:
    csv: str = "churn.csv"
    hidden: int = 32
    dropout: float = 0.25
    learning_rate: float = 1e-3
    batch_size: int = 64
    epochs: int = 40
    patience: int = 5


def read_csv(path):
    frame = pd.read_csv(path).dropna()
    labels = (frame.pop("churned") == "yes").astype("int32").to_numpy()
    return frame, labels


def as_inputs(frame):
    return {
        "numbers": frame[NUMERIC].to_numpy("float32"),
        "contract": frame["contract"].map(CONTRACTS.index).to_numpy("int32"),
    }


def build(config, normalizer):
    numbers = keras.Input(shape=(len(NUMERIC),), name="numbers")
    contract = keras.Input(shape=(), dtype="int32", name="contract")

    embedded = layers.Embedding(len(CONTRACTS), 4)(contract)
    x = layers.Concatenate()([normalizer(numbers), embedded])
    x = layers.Dense(config.hidden, activation="relu")(x)
    x = layers.Dropout(config.dropout)(x)
    x = layers.Dense(config.hidden // 2, activation="relu")(x)
    probability = layers.Dense(1, activation="sigmoid")(x)

    model = keras.Model([numbers, contract], probability)
    model.compile(
        optimizer=keras.optimizers.AdamW(config.learning_rate, weight_decay=1e-4),
        loss="binary_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(name="auc")],
    )
    return model


def main(config=Config()):
    frame, labels = read_csv(config.csv)
    train, test, y_train, y_test = train_test_split(frame, labels, test_size=0.2, stratify=labels, random_state=1)
    train, valid, y_train, y_valid = train_test_split(train, y_train, test_size=0.2, stratify=y_train, random_state=1)

    normalizer = layers.Normalization()
    normalizer.adapt(train[NUMERIC].to_numpy("float32"))

    positive = float(np.mean(y_train))
    model = build(config, normalizer)
    model.fit(
        as_inputs(train),
        y_train,
        validation_data=(as_inputs(valid), y_valid),
        epochs=config.epochs,
        batch_size=config.batch_size,
        class_weight={0: 0.5 / (1 - positive), 1: 0.5 / positive},
        callbacks=[
            keras.callbacks.EarlyStopping("val_auc", mode="max", patience=config.patience, restore_best_weights=True),
        ],
    )
    print(model.evaluate(as_inputs(test), y_test, return_dict=True, verbose=0))


if __name__ == "__main__":
    main()
