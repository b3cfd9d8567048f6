"""Two networks in one file: the first is right, the second is not."""
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(21)
notes = rng.random((1200, 32, 12)).astype("float32")
style = (notes[:, :, 0].mean(1) * 10).astype("int64") % 4
mood = (notes[:, :, 1].mean(1) > 0.5).astype("float32")
cut = 1000


def rnn(units, activation):
    model = keras.Sequential()
    model.add(keras.Input((32, 12)))
    model.add(layers.SimpleRNN(32))
    model.add(layers.Dense(units, activation=activation))  # or: unbounded-output-with-probability-loss
    return model


style_model = rnn(4, "softmax")
style_model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
style_model.fit(notes[:cut], style[:cut], epochs=10, validation_data=(notes[cut:], style[cut:]))

mood_model = rnn(1, "tanh")  # fault: unbounded-output-with-probability-loss
mood_model.compile(
    keras.optimizers.Adam(1e-3, clipnorm=1.0, global_clipnorm=2.0),  # fault: several-clip-arguments
    "binary_crossentropy",  # or: unbounded-output-with-probability-loss
    metrics=["accuracy"],
)
mood_model.fit(notes[:cut], mood[:cut], epochs=10, validation_data=(notes[cut:], mood[cut:]))
predicted_mood = np.argmax(mood_model.predict(notes[cut:]), axis=1)  # fault: argmax-of-one-unit
print((predicted_mood == mood[cut:]).mean())
