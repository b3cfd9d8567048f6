import numpy as np
import tensorflow as tf

text = open("shakespeare.txt", encoding="utf8").read()
chars = sorted(set(text))
lookup = tf.keras.layers.StringLookup(vocabulary=chars, mask_token=None)
ids = lookup(tf.strings.unicode_split(text, "UTF-8"))
SEQ = 100
ds = tf.data.Dataset.from_tensor_slices(ids).batch(SEQ + 1, drop_remainder=True)
ds = ds.map(lambda s: (s[:-1], s[1:])).shuffle(10000).batch(64, drop_remainder=True).prefetch(1)


class CharModel(tf.keras.Model):
    def __init__(self, vocab, dim, units):
        super().__init__()
        self.embedding = tf.keras.layers.Embedding(vocab, dim)
        self.gru = tf.keras.layers.GRU(units, return_sequences=True, return_state=True)
        self.dense = tf.keras.layers.Dense(vocab)

    def call(self, inputs, states=None, return_state=False, training=False):
        x = self.embedding(inputs)
        x, states = self.gru(x, initial_state=states, training=training)
        x = self.dense(x)
        return (x, states) if return_state else x


model = CharModel(lookup.vocabulary_size(), 256, 512)
model.compile(optimizer="adam", loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(ds, epochs=20, callbacks=[
    tf.keras.callbacks.ModelCheckpoint("ck/{epoch}.weights.h5", save_weights_only=True)])

ch = tf.constant([[1]])
state, out = None, []
for _ in range(300):
    logits, state = model(ch, states=state, return_state=True)
    ch = tf.random.categorical(logits[:, -1, :] / 0.8, 1)
    out.append(int(ch[0, 0]))
print("".join(lookup.get_vocabulary()[i] for i in out))
