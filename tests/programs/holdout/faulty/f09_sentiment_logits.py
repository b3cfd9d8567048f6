import keras
from keras import layers

NUM_WORDS, MAXLEN = 20000, 200

(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=NUM_WORDS)
x_train = keras.utils.pad_sequences(x_train, maxlen=MAXLEN)
x_test = keras.utils.pad_sequences(x_test, maxlen=MAXLEN)


class SentimentNet(keras.Model):
    def __init__(self, vocab, dim=64):
        super().__init__()
        self.embed = layers.Embedding(vocab, dim)
        self.conv = layers.Conv1D(64, 5, activation="relu")
        self.pool = layers.GlobalMaxPooling1D()
        self.drop = layers.Dropout(0.5)
        self.head = layers.Dense(1)  # or: logits-without-from-logits

    def call(self, tokens):  # fault: training-argument-missing
        x = self.pool(self.conv(self.embed(tokens)))
        x = self.drop(x)
        return self.head(x)


model = SentimentNet(NUM_WORDS)
model.compile(
    optimizer="adam",
    loss=keras.losses.BinaryCrossentropy(),  # fault: logits-without-from-logits
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=64, epochs=5, validation_split=0.2)
print(model.evaluate(x_test, y_test))
