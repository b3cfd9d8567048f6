"""Inlay hints in programs as different people write them."""

# ruff: noqa: RUF001 - the sign of multiplication is what people see

from __future__ import annotations

from dataclasses import replace

from default_lint.text import Document, Span
from default_lsp.hints import hints
from tests.lsp.views import everything, hinted, notebook, script

SEQUENTIAL = """
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((128,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1)
    ])
"""


def test_a_list_of_layers_has_hints_behind_the_commas() -> None:
    assert hinted(script(SEQUENTIAL)) == {
        'layers.Dense(64, activation="relu"),': "(None, 64) · 8,256 params",
        "layers.Dense(1)": "(None, 1) · 65 params",
    }


def test_layers_that_are_added_have_hints_at_the_end_of_the_line() -> None:
    analysis = script(
        """
        from tensorflow.keras.models import Sequential
        from tensorflow.keras.layers import *

        model = Sequential()
        model.add(Conv2D(16, (3, 3), input_shape=(28, 28, 1)))
        model.add(MaxPooling2D())
        model.add(Flatten())
        model.add(Dense(10, activation='softmax'))
        """
    )
    assert hinted(analysis) == {
        "model.add(Conv2D(16, (3, 3), input_shape=(28, 28, 1)))": "(None, 26, 26, 16) · 160 params",
        "model.add(MaxPooling2D())": "(None, 13, 13, 16)",
        "model.add(Flatten())": "(None, 2704)",
        "model.add(Dense(10, activation='softmax'))": "(None, 10) · 27,050 params",
    }


def test_functional_layers_have_hints_behind_their_application() -> None:
    analysis = script(
        """
        import tensorflow as tf

        inputs = tf.keras.Input(shape=(8,))
        x = tf.keras.layers.Dense(
            16,
            activation="relu",
        )(inputs)
        x = tf.keras.layers.BatchNormalization()(tf.keras.layers.Dense(4)(x))
        outputs = x + 1
        model = tf.keras.Model(inputs, outputs)
        """
    )
    assert hinted(analysis) == {
        ")(inputs)": "(None, 16) · 144 params",
        "x = tf.keras.layers.BatchNormalization()(tf.keras.layers.Dense(4)(x)": "(None, 4) · 68 params",
        "x = tf.keras.layers.BatchNormalization()(tf.keras.layers.Dense(4)(x))": "(None, 4) · 16 params",
    }


def test_a_helper_that_is_called_three_times_says_from_where_to_where() -> None:
    analysis = script(
        """
        import keras
        from keras import layers

        def block(x, filters):
            x = layers.Conv2D(filters, 3, padding="same")(x)
            return layers.MaxPooling2D()(x)

        inputs = x = keras.Input((32, 32, 3))
        for filters in (8, 16, 32):
            x = block(x, filters)
        model = keras.Model(inputs, x)
        """
    )
    assert hinted(analysis) == {
        'x = layers.Conv2D(filters, 3, padding="same")(x)': "(None, 32, 32, 8) … (None, 8, 8, 32) · 3× · 6,032 params",
        "return layers.MaxPooling2D()(x)": "(None, 16, 16, 8) … (None, 4, 4, 32) · 3×",
    }
    tooltip = hints(analysis, everything(analysis))[0].tooltip
    assert "applied 3 times" in tooltip
    assert "| 4 of `model` | `(None, 16, 16, 8)` | `(None, 16, 16, 16)` | 1,168 |" in tooltip


def test_a_loop_of_unknown_length_has_no_total() -> None:
    analysis = script(
        """
        import sys
        import keras

        model = keras.Sequential([keras.Input((8,))])
        for _ in range(int(sys.argv[1])):
            model.add(keras.layers.Dense(16))
        """
    )
    assert hinted(analysis) == {"model.add(keras.layers.Dense(16))": "(None, 16) · n×"}
    assert "first turn" in hints(analysis, everything(analysis))[0].tooltip


def test_a_subclass_has_hints_where_layers_are_made() -> None:
    analysis = script(
        """
        import keras
        import numpy as np

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.conv = keras.layers.Conv2D(8, 3)
                self.pool = keras.layers.MaxPooling2D()
                self.head = keras.layers.Dense(10)

            def call(self, x):
                x = self.pool(self.conv(x))
                x = self.pool(x)
                return self.head(x)

        net = Net()
        net.compile("adam", "mse")
        net.fit(np.zeros((32, 30, 30, 1)), np.zeros((32, 6, 6, 10)))
        """
    )
    assert hinted(analysis) == {
        "self.conv = keras.layers.Conv2D(8, 3)": "(None, 28, 28, 8) · 80 params",
        "self.pool = keras.layers.MaxPooling2D()": "(None, 14, 14, 8) … (None, 7, 7, 8) · 2×",
        "self.head = keras.layers.Dense(10)": "(None, 7, 7, 10) · 90 params",
        "x = self.pool(self.conv(x))": "(None, 14, 14, 8)",
        "x = self.pool(x)": "(None, 7, 7, 8)",
    }


def test_two_readings_are_alternatives() -> None:
    analysis = script(
        """
        import sys
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((8,))])
        if len(sys.argv) > 1:
            model.add(layers.Dense(4))
        model.add(layers.Dense(2))
        """
    )
    found = hinted(analysis)
    assert found["model.add(layers.Dense(4))"] == "(None, 4) · 36 params"
    assert found["model.add(layers.Dense(2))"] in ("(None, 2) · 10 or 18 params", "(None, 2) · 18 or 10 params")


def test_a_question_mark_only_beside_something_known() -> None:
    analysis = script(
        """
        from keras import Sequential, layers

        model = Sequential([layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(units)])
        """
    )
    assert hinted(analysis) == {"model = Sequential([layers.Conv2D(8, 3),": "(?, ?, ?, 8)"}


def test_a_model_within_a_model_is_told_where_it_is_applied() -> None:
    analysis = script(
        """
        import keras
        from keras import layers

        base = keras.applications.VGG16(include_top=False, input_shape=(96, 96, 3))
        head = keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(5)])
        inputs = keras.Input((96, 96, 3))
        x = base(inputs, training=False)
        model = keras.Model(inputs, head(x))
        """
    )
    found = hinted(analysis)
    assert (
        found["base = keras.applications.VGG16(include_top=False, input_shape=(96, 96, 3))"]
        == "(None, 3, 3, 512) · 14,714,688 params"
    )
    assert found["model = keras.Model(inputs, head(x)"] == "(None, 5) · 2,565 params"
    assert "x = base(inputs, training=False)" not in found


def test_a_layer_that_a_helper_makes_is_told_at_each_use() -> None:
    analysis = script(
        """
        import keras

        def dense(units):
            return keras.layers.Dense(units, activation="relu")

        model = keras.Sequential([
            keras.Input((4,)),
            dense(8),
            dense(16),
        ])
        """
    )
    assert hinted(analysis) == {
        'return keras.layers.Dense(units, activation="relu")': "(None, 8) … (None, 16) · 2× · 184 params",
        "dense(8),": "(None, 8) · 40 params",
        "dense(16),": "(None, 16) · 144 params",
    }


def test_a_notebook_is_one_program() -> None:
    analysis = notebook(
        "import keras",
        "inputs = keras.Input((4,))",
        "x = keras.layers.Dense(3)(inputs)\nmodel = keras.Model(inputs, x)",
    )
    assert hinted(analysis) == {"x = keras.layers.Dense(3)(inputs)": "(None, 3) · 15 params"}


def test_the_tooltip_tells_what_parameters_are_made_of() -> None:
    def told(layer: str, shape: str = "(10, 8)") -> str:
        analysis = script(
            f"import keras\nfrom keras import layers\nkeras.Sequential([keras.Input({shape}), {layer}])\n"
        )
        return hints(analysis, everything(analysis))[0].tooltip

    assert "8 × 4 + 4, trainable" in told("layers.Dense(4)")
    assert "`(None, 10, 8)` → `(None, 10, 4)`" in told("layers.Dense(4)")
    assert "`None` is the batch axis" in told("layers.Dense(4)")
    assert "32 parameters = 8 × 4, trainable" in told("layers.Dense(4, use_bias=False)")
    assert "3 × 8 × 4 + 4" in told("layers.Conv1D(4, 3)")
    assert "3 × 3 × 2 × 5 + 5" in told("layers.Conv2D(5, 3)", "(9, 9, 2)")
    assert "3 × 3 × 2 + 2" in told("layers.DepthwiseConv2D(3)", "(9, 9, 2)")
    assert "3 × 3 × 2 + 2 × 5 + 5" in told("layers.SeparableConv2D(5, 3)", "(9, 9, 2)")
    assert "4 × (8 + 16 + 1) × 16" in told("layers.LSTM(16)")
    assert "3 × (8 + 16 + 2) × 16" in told("layers.GRU(16)")
    assert "(8 + 16 + 1) × 16" in told("layers.SimpleRNN(16)")
    assert "50 × 6" in told("layers.Embedding(50, 6)", "(10,)")
    assert "4 × 8: scale and offset are trained" in told("layers.BatchNormalization()")
    assert "2 × 8, trainable" in told("layers.LayerNormalization()")
    assert "frozen" in told("layers.Dense(4, trainable=False)")


def test_only_what_is_asked_for() -> None:
    analysis = script(SEQUENTIAL)
    text = analysis.document.text
    line = text.index("layers.Dense(1)")
    assert [hint.label for hint in hints(analysis, Span(line, len(text)))] == ["(None, 1) · 65 params"]
    assert hints(analysis, Span(0, 10)) == []


def test_a_program_of_another_text_does_no_harm() -> None:
    analysis = script(SEQUENTIAL)
    for size in (0, 1, 60, 130, 180):
        shorter = replace(analysis, document=Document("train.py", analysis.document.text[:size]), stale=True)
        assert all(0 <= hint.offset <= size for hint in hints(shorter, Span(0, size)))


def test_nothing_without_a_program() -> None:
    assert hinted(script("print('no Keras')")) == {}
    assert hinted(script("import keras\nx = = 1\n")) == {}
