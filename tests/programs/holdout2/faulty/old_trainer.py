import argparse
import numpy as np
from tensorflow.keras.layers import Dense, Dropout
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD


def parse():
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=40)
    ap.add_argument("--rate", type=float, default=0.01)
    ap.add_argument("--data", default="sensors.npz")
    return ap.parse_args()


def main():
    args = parse()
    with np.load(args.data) as z:
        X, Y, Xv, Yv = z["x"], z["y"], z["xv"], z["yv"]
    model = Sequential()
    model.add(Dense(100, activation="relu", input_dim=24))
    model.add(Dropout(0.2))
    model.add(Dense(6, activation="softmax"))
    opt = SGD(lr=args.rate, momentum=0.9)  # fault: legacy-lr-argument
    model.compile(loss="categorical_crossentropy", optimizer=opt, metrics=["accuracy"])
    model.fit(X, Y, nb_epoch=args.epochs, batch_size=32, validation_data=(Xv, Yv))  # fault: keras1-argument
    classes = model.predict_classes(Xv)  # fault: removed-method
    print(classes[:20])


main()
