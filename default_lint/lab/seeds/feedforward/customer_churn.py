"""Churn model on a simulated table of telecom customers."""

import argparse

import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Activation, BatchNormalization, Dense, Dropout


def simulate(n, seed=5):
    r = np.random.default_rng(seed)
    tenure = r.gamma(2.0, 14.0, n)  # months
    charge = r.normal(65, 20, n).clip(15, 140)  # per month
    calls = r.poisson(1.8, n)  # to the help desk, last quarter
    contract = r.integers(0, 3, n)  # 0 monthly, 1 one year, 2 two years
    autopay = r.integers(0, 2, n)
    age = r.uniform(18, 80, n)

    z_tenure = (tenure - 28) / 20
    z_charge = (charge - 65) / 20
    score = -0.2
    score = score + np.where(contract == 0, 3.0 * z_charge, -1.6 * z_charge)  # price hurts only without a contract
    score = score + (calls - 1.8) * (0.4 - 0.9 * np.tanh(2 * z_tenure)) - 0.7 * autopay
    score = score + 1.2 * np.cos((age - 18) / 62 * 2 * np.pi)
    prob = 1 / (1 + np.exp(-4.0 * score))
    churned = (r.uniform(size=n) < prob).astype("float32")

    table = np.column_stack([tenure, charge, calls, age, autopay, np.eye(3)[contract]])
    return table.astype("float32"), churned, prob


def build_model(n_columns, width, rate, learning_rate):
    model = keras.Sequential([keras.Input(shape=(n_columns,))])
    for units in (width, width // 2):
        model.add(Dense(units, use_bias=False))
        model.add(BatchNormalization(momentum=0.9))
        model.add(Activation("relu"))
        model.add(Dropout(rate))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate),
        loss="binary_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(name="auc")],
    )
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--lr", type=float, default=0.005)
    parser.add_argument("--epochs", type=int, default=11)
    parser.add_argument("--batch-size", type=int, default=64)
    args = parser.parse_args()

    table, churned, prob = simulate(4500)
    x_train, x_test = table[:3400], table[3400:]
    y_train, y_test = churned[:3400], churned[3400:]

    # continuous columns only, flags stay 0/1
    mean, std = x_train[:, :4].mean(axis=0), x_train[:, :4].std(axis=0)
    x_train[:, :4] = (x_train[:, :4] - mean) / std
    x_test[:, :4] = (x_test[:, :4] - mean) / std

    model = build_model(x_train.shape[1], args.width, args.dropout, args.lr)
    early = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
    model.fit(
        x_train,
        y_train,
        validation_split=0.15,
        epochs=args.epochs,
        batch_size=args.batch_size,
        callbacks=[early],
        verbose=0,
    )
    results = model.evaluate(x_test, y_test, return_dict=True, verbose=0)
    print({k: round(v, 3) for k, v in results.items()})
    print("nobody can beat", np.mean((prob[3400:] > 0.5) == (y_test > 0.5)))
    return model, x_test, y_test


if __name__ == "__main__":
    model, x_test, y_test = main()
