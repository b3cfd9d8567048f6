"""Reuters topics with two stacked LSTM layers (functional, Keras 3)."""
import keras
from keras import layers
from keras.utils import pad_sequences

NUM_WORDS = 10_000
MAXLEN = 120
TOPICS = 46


def load():
    (x_train, y_train), (x_test, y_test) = keras.datasets.reuters.load_data(num_words=NUM_WORDS, test_split=0.2)
    x_train = pad_sequences(x_train, maxlen=MAXLEN)
    x_test = pad_sequences(x_test, maxlen=MAXLEN)
    return x_train, y_train, x_test, y_test


def recurrent_stack(x, sizes):
    first, second = sizes
    x = layers.LSTM(first)(x)  # fault: return-sequences-missing
    x = layers.Dropout(0.3)(x)
    return layers.LSTM(second)(x)


def build_model():
    tokens = keras.Input(shape=(MAXLEN,), dtype="int32")
    x = layers.Embedding(NUM_WORDS, 64)(tokens)
    x = recurrent_stack(x, (64, 32))
    x = layers.Dense(64, activation="relu")(x)
    topic = layers.Dense(TOPICS, activation="softmax")(x)  # or: probabilities-with-from-logits
    return keras.Model(tokens, topic)


x_train, y_train, x_test, y_test = load()

model = build_model()
model.compile(
    optimizer="rmsprop",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),  # fault: probabilities-with-from-logits
    metrics=["accuracy"],
)
model.fit(
    x_train,
    y_train,
    epochs=12,
    batch_size=128,
    validation_split=0.1,
    callbacks=[
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=3),  # fault: early-stopping-without-restore
    ],
)
print("test:", model.evaluate(x_test, y_test, verbose=0))
