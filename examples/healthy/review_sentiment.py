"""Sentiment of film reviews: one logit out, so the loss is told that it gets logits."""
import argparse

import keras
from keras import layers
from keras.utils import pad_sequences

VOCABULARY = 20_000
MAX_LENGTH = 200


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--units", type=int, default=64)
    return parser.parse_args()


class SentimentModel(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.embedding = layers.Embedding(VOCABULARY, 128, mask_zero=True)
        self.encoder = layers.Bidirectional(layers.LSTM(units))
        self.dropout = layers.Dropout(0.4)
        self.hidden = layers.Dense(units, activation="relu")
        self.score = layers.Dense(1)

    def call(self, tokens, training=None):
        x = self.embedding(tokens)
        x = self.encoder(x, training=training)
        x = self.dropout(x, training=training)
        x = self.hidden(x)
        return self.score(x)


def main():
    args = parse_arguments()
    (x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=VOCABULARY)
    x_train = pad_sequences(x_train, maxlen=MAX_LENGTH)
    x_test = pad_sequences(x_test, maxlen=MAX_LENGTH)

    n_valid = len(x_train) // 5
    x_valid, y_valid = x_train[:n_valid], y_train[:n_valid]
    x_fit, y_fit = x_train[n_valid:], y_train[n_valid:]

    model = SentimentModel(args.units)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=args.learning_rate, clipnorm=1.0),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
    )
    model.fit(
        x_fit,
        y_fit,
        epochs=args.epochs,
        batch_size=args.batch_size,
        validation_data=(x_valid, y_valid),
        callbacks=[
            keras.callbacks.EarlyStopping("val_accuracy", patience=2, mode="max", restore_best_weights=True),
        ],
    )
    print(model.evaluate(x_test, y_test, return_dict=True))


if __name__ == "__main__":
    main()
