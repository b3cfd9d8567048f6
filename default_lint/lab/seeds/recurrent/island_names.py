import numpy as np
from keras.layers import LSTM, Dense, Embedding, Input
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.utils import pad_sequences, set_random_seed

set_random_seed(20)

# Two islands with the same letters. In the east a name keeps to one kind of vowel
# (all dark or all bright); in the west the kind changes from syllable to syllable, mostly.
DARK, BRIGHT = "aou", "eiy"
CONSONANTS = "bdgklmnprst"
LETTERS = {c: i for i, c in enumerate(DARK + BRIGHT + CONSONANTS, start=1)}
KEEP_EAST, KEEP_WEST = 0.97, 0.15
MAX_LEN = 12


def make_name(west, rng):
    kind = rng.integers(2)
    name = ""
    for syllable in range(rng.integers(3, 6)):
        if syllable and rng.random() > (KEEP_WEST if west else KEEP_EAST):
            kind = 1 - kind
        name += rng.choice(list(CONSONANTS)) + rng.choice(list((DARK, BRIGHT)[kind]))
        if rng.random() < 0.15:
            name += "n"
    return name[:MAX_LEN]


def encode(names):
    return pad_sequences([[LETTERS[c] for c in name] for name in names], maxlen=MAX_LEN, padding="post")


rng = np.random.default_rng(303)
is_west = rng.integers(0, 2, 2400)
names = [make_name(w, rng) for w in is_west]
codes = encode(names)
train_codes, train_west = codes[:1600], is_west[:1600]
test_codes, test_west = codes[1600:], is_west[1600:]

model = Sequential([
    Input((MAX_LEN,)),
    Embedding(len(LETTERS) + 1, 8, mask_zero=True),
    LSTM(24, recurrent_initializer="orthogonal"),
    Dense(1, "sigmoid"),
])
model.compile(RMSprop(0.008), "binary_crossentropy", metrics=["accuracy"])
model.fit(train_codes, train_west, 48, 7, verbose=0)

print("accuracy on new names:", model.evaluate(test_codes, test_west, verbose=0)[1])
for name in ("balomu", "kebagi", "tiregesi"):
    print(name, "west" if model.predict(encode([name]), verbose=0)[0, 0] > 0.5 else "east")
