# Which of five symbols occur on a 20x20 page? Any subset may, at any place.
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.layers import Conv2D, Dense, GlobalMaxPooling2D, Input, MaxPool2D
from tensorflow.keras.regularizers import L2
import numpy as np

PAGE = 20
SYMBOLS = {
    "block": [".###.", "#####", "#####", "#####", ".###."],
    "equals": ["#####", ".....", "#####", ".....", "#####"],
    "rails": ["#.#.#", "#.#.#", "#.#.#", "#.#.#", "#.#.#"],
    "cross": ["#...#", ".#.#.", "..#..", ".#.#.", "#...#"],
    "box": ["#####", "#...#", "#...#", "#...#", "#####"],
}
GLYPHS = [np.array([[mark == "#" for mark in line] for line in art], float) for art in SYMBOLS.values()]


def write_pages(n, rng):
    pages = rng.normal(0.0, 0.15, size=(n, PAGE, PAGE))
    present = rng.integers(0, 2, size=(n, len(GLYPHS)))
    for page, flags in zip(pages, present):
        # nine cells of 6x6 points; each symbol has a cell for itself and jitters in it
        cells = rng.permutation(9)
        for cell, glyph, flag in zip(cells, GLYPHS, flags):
            if flag:
                top = 1 + 6 * (cell // 3) + rng.integers(0, 2)
                start = 1 + 6 * (cell % 3) + rng.integers(0, 2)
                page[top : top + 5, start : start + 5] += rng.uniform(0.7, 1.0) * glyph
    return pages[..., None].astype("float32"), present.astype("float32")


def get_model():
    page = Input((PAGE, PAGE, 1))
    z = Conv2D(12, 3, activation="relu", kernel_regularizer=L2(1e-5))(page)
    z = MaxPool2D()(z)
    z = Conv2D(24, 3, activation="relu", kernel_regularizer=L2(1e-5))(z)
    z = GlobalMaxPooling2D()(z)
    probabilities = Dense(len(SYMBOLS), activation="sigmoid")(z)
    return keras.Model(page, probabilities)


rng = np.random.default_rng(5150)
pages, present = write_pages(1400, rng)
pages_test, present_test = write_pages(400, rng)

model = get_model()
model.compile("nadam", loss="binary_crossentropy", metrics=["binary_accuracy"])
model.optimizer.learning_rate = 0.006
history = model.fit(pages, present, validation_split=0.15, epochs=10, batch_size=32, verbose=0)
print("validation:", history.history["val_binary_accuracy"][-1])
