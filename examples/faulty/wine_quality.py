"""Quality of wine from lab values; hyperparameters by command line."""
import argparse

import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--csv", default="winequality.csv")
    p.add_argument("--lr", type=float, default=10.0)  # fault: learning-rate-out-of-range
    p.add_argument("--epochs", type=int, default=60)
    p.add_argument("--l2", type=float, default=1e-4)
    return p.parse_args()


def dense(units, l2):
    return tf.keras.layers.Dense(
        units,
        activation="relu",
        kernel_initializer="zeros",  # fault: constant-kernel-initializer
        kernel_regularizer=tf.keras.regularizers.l2(l2),
    )


def create_model(n_inputs, args):
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(n_inputs,)),
            dense(64, args.l2),
            dense(32, args.l2),
            tf.keras.layers.Dense(1),
        ]
    )
    optimizer = tf.keras.optimizers.SGD(learning_rate=args.lr, momentum=0.9)  # or: learning-rate-out-of-range
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    return model


def main():
    args = get_args()
    table = np.genfromtxt(args.csv, delimiter=",", skip_header=1, dtype="float32")
    X, y = table[:, :-1], table[:, -1]
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    scaler = StandardScaler()
    X_train = scaler.fit_transform(X_train)
    X_test = scaler.transform(X_test)

    model = create_model(X_train.shape[1], args)
    model.fit(
        X_train,
        y_train,
        epochs=args.epochs,
        batch_size=32,
        validation_data=(X_train, y_train),  # fault: validation-on-training-data
    )
    print(model.evaluate(X_test, y_test, verbose=0))


if __name__ == "__main__":
    main()
