import argparse

import numpy as np
import tensorflow as tf
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras import Sequential
from tensorflow.keras.layers import GRU, Dense, Dropout, Input


def get_args():
    ap = argparse.ArgumentParser(description="Energy demand with a GRU")
    ap.add_argument("--csv", default="energy.csv")
    ap.add_argument("--window", type=int, default=48)
    ap.add_argument("--epochs", type=int, default=25)
    ap.add_argument("--batch_size", type=int, default=1)  # fault: batch-of-one
    return ap.parse_args()


def main():
    args = get_args()
    raw = np.genfromtxt(args.csv, delimiter=",", skip_header=1, usecols=(1, 2, 3))
    cut = int(len(raw) * 0.8)
    train, test = raw[:cut], raw[cut:]
    scaler = MinMaxScaler()
    train = scaler.fit_transform(train)
    test = scaler.fit_transform(test)  # fault: scaler-fitted-on-test

    def windows(a):
        x = np.array([a[i:i + args.window] for i in range(len(a) - args.window)])
        return x, a[args.window:, 0]

    x_train, y_train = windows(train)
    x_test, y_test = windows(test)
    model = Sequential([
        Input((args.window, 3)),
        GRU(64, return_sequences=True),
        Dropout(0.2),
        GRU(32),
        Dense(1),
    ])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x_train, y_train, epochs=args.epochs,
              batch_size=args.batch_size,  # or: batch-of-one
              validation_split=0.1)
    print("mse", model.evaluate(x_test, y_test))


if __name__ == "__main__":
    main()
