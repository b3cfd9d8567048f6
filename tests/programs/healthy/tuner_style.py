"""A hyperparameter search in the manner of Keras Tuner, with a home-made random `hp` object."""
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class RandomHP:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.values = {}

    def _remember(self, name, value):
        return self.values.setdefault(name, value)

    def Int(self, name, min_value, max_value, step=1):
        return self._remember(name, int(self.rng.choice(range(min_value, max_value + 1, step))))

    def Float(self, name, low, high, sampling=None):
        value = np.exp(self.rng.uniform(np.log(low), np.log(high))) if sampling == "log" else self.rng.uniform(low, high)
        return self._remember(name, float(value))

    def Choice(self, name, options):
        return self._remember(name, options[int(self.rng.integers(len(options)))])

    def Boolean(self, name):
        return self._remember(name, bool(self.rng.integers(2)))


def build_model(hp):
    model = keras.Sequential()
    model.add(keras.Input((64,)))
    for i in range(hp.Int("num_layers", 1, 3)):
        model.add(
            layers.Dense(
                units=hp.Int(f"units_{i}", min_value=32, max_value=128, step=32),
                activation=hp.Choice("activation", ["relu", "tanh"]),
            )
        )
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(rate=0.25))
    model.add(layers.Dense(10, activation="softmax"))
    learning_rate = hp.Float("lr", 1e-4, 1e-2, sampling="log")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


x, y = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x / 16.0, y, test_size=0.2, random_state=0)
results = []
for trial in range(5):
    hp = RandomHP(trial)
    model = build_model(hp)
    h = model.fit(x_train, y_train, epochs=12, validation_data=(x_val, y_val), verbose=0)
    results.append((max(h.history["val_accuracy"]), hp.values))
print(max(results, key=lambda r: r[0]))
