# Label every symbol of a stream: 1 outside, 2 inside quotation marks, 3 a mark itself (0 = padding).
# A mark that follows an escape is a plain symbol.
import numpy as np
from keras import Sequential
from keras import layers
from keras import losses

PAD, LETTER_A, LETTER_B, LETTER_C, QUOTE, ESCAPE = range(6)
OUTSIDE, INSIDE, MARK = 1, 2, 3
STREAM = 11


def build_stream(gen):
    n = gen.integers(6, STREAM + 1)
    symbols = gen.choice([LETTER_A, LETTER_B, LETTER_C, QUOTE, ESCAPE], size=n, p=[0.22, 0.22, 0.21, 0.2, 0.15])
    labels = []
    inside = escaped = False
    for symbol in symbols:
        if symbol == QUOTE and not escaped:
            labels.append(MARK)
            inside = not inside
        else:
            labels.append(INSIDE if inside else OUTSIDE)
        escaped = symbol == ESCAPE and not escaped
    fill = [PAD] * (STREAM - n)
    return list(symbols) + fill, labels + fill


def build_tagger(embed=6, units=16):
    tagger = Sequential(name="quote_tagger")
    tagger.add(layers.Input((STREAM,), dtype="int32"))
    tagger.add(layers.Embedding(6, embed, mask_zero=True))
    tagger.add(layers.GRU(units, return_sequences=True))
    tagger.add(layers.TimeDistributed(layers.Dense(4)))
    tagger.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0))
    tagger.optimizer.learning_rate = 0.015
    return tagger


gen = np.random.default_rng(6)
streams, labels = (np.array(part) for part in zip(*[build_stream(gen) for _ in range(1520)]))
test_streams, test_labels = streams[1200:], labels[1200:]

tagger = build_tagger()
tagger.fit(streams[:1200], labels[:1200], batch_size=64, epochs=6, verbose=0)

guessed = tagger.predict(test_streams, verbose=0).argmax(-1)
real = test_labels > 0
print("right labels: %.3f" % (guessed[real] == test_labels[real]).mean())
