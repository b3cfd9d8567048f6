"""Document symbols: models, layers, what is done to them."""

# ruff: noqa: RUF001 - the sign of multiplication is what people see

from __future__ import annotations

from default_lsp.analysis import Analysis
from default_lsp.symbols import Symbol, symbols
from tests.lsp.views import notebook, script


def tree(found: list[Symbol] | tuple[Symbol, ...], depth: int = 0) -> list[str]:
    """Names, kinds and details, children indented."""
    lines = []
    for symbol in found:
        lines.append("  " * depth + " | ".join(filter(None, (symbol.kind, symbol.name, symbol.detail))))
        lines += tree(symbol.children, depth + 1)
    return lines


def sound(analysis: Analysis) -> bool:
    """Whether every symbol holds its selection and its children, in source order."""

    def check(symbol: Symbol) -> bool:
        starts = [child.span.start for child in symbol.children]
        return (
            symbol.span.contains(symbol.selection)
            and all(symbol.span.contains(child.span) for child in symbol.children)
            and starts == sorted(starts)
            and all(map(check, symbol.children))
        )

    return all(map(check, symbols(analysis)))


def test_a_model_with_its_layers_and_its_training() -> None:
    analysis = script(
        """
        import keras
        from keras import layers

        model = keras.Sequential([
            keras.Input((8,)),
            layers.Dense(4, name="hidden"),
            layers.Dropout(0.2),
            layers.Dense(1),
        ])
        model.compile("adam", "mse")
        model.fit(x, y, epochs=20)
        model.evaluate(x, y)
        """
    )
    assert tree(symbols(analysis)) == [
        "model | model | sequential, 3 layers, 41 parameters",
        "  layer | hidden: Dense | (None, 4) · 36 params",
        "  layer | Dropout | (None, 4)",
        "  layer | Dense | (None, 1) · 5 params",
        "  compile | compile | Adam, mean_squared_error",
        "  fit | fit | 20 epochs",
    ]
    assert sound(analysis)
    model = symbols(analysis)[0]
    text = analysis.document
    assert text[model.selection] == "Sequential"
    assert text[model.children[0].selection] == "Dense"
    assert text[model.children[-1].selection] == "fit"


def test_a_functional_model_begins_with_its_inputs() -> None:
    analysis = script(
        """
        import keras

        def block(x, units):
            return keras.layers.Dense(units)(x)

        image = keras.Input((8,))
        x = block(image, 4)
        x = block(x, 2)
        net = keras.Model(image, x)
        """
    )
    assert tree(symbols(analysis)) == [
        "model | net | functional, 2 layers, 46 parameters",
        "  layer | Dense | (None, 4) … (None, 2) · 2× · 46 params",
        "  layer | image: Input | (None, 8)",
    ]
    assert sound(analysis)


def test_a_subclass_reaches_from_its_layers_to_its_training() -> None:
    analysis = script(
        """
        import keras

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.first = keras.layers.Dense(4)
                self.second = keras.layers.Dense(2)

            def call(self, x):
                return self.second(self.first(x))

        def main():
            net = Net()
            net.compile("sgd", "mse")
            for x, y in batches:
                net.train_on_batch(x, y)

        main()
        """
    )
    assert [line.partition(" | (")[0] for line in tree(symbols(analysis))] == [
        "model | net | subclass, 2 layers",
        "  layer | first: Dense",
        "  layer | second: Dense",
        "  compile | compile | SGD, mean_squared_error",
        "  fit | train_on_batch",
    ]
    assert sound(analysis)


def test_models_within_models() -> None:
    analysis = script(
        """
        import keras
        from keras import layers

        base = keras.applications.VGG16(include_top=False, input_shape=(96, 96, 3))
        model = keras.Sequential([
            base,
            layers.GlobalAveragePooling2D(),
        ])
        model.build()
        """
    )
    assert tree(symbols(analysis)) == [
        "model | base | application, VGG16, 14.7 M parameters",
        "  layer | VGG16 | (None, 3, 3, 512) · 14,714,688 params",
        "model | model | sequential, 2 layers, 14.7 M parameters",
        "  layer | VGG16 | (None, 3, 3, 512) · 14,714,688 params",
        "  layer | GlobalAveragePooling2D | (None, 512)",
    ]
    assert analysis.document[symbols(analysis)[1].children[0].span] == "base"
    assert sound(analysis)


def test_a_condition_does_not_double_a_model() -> None:
    analysis = script(
        """
        import sys
        import keras

        model = keras.Sequential([keras.Input((4,))])
        if len(sys.argv) > 1:
            model.add(keras.layers.Dense(4))
        else:
            model.add(keras.layers.Dense(8))
        model.compile(sys.argv[1], "mse")
        """
    )
    assert tree(symbols(analysis)) == [
        "model | model | sequential, 1 layer, 20 to 40 parameters",
        "  layer | Dense | (None, 4) · 20 params",
        "  layer | Dense | (None, 8) · 40 params",
        "  compile | compile | mean_squared_error",
    ]


def test_a_symbol_of_a_notebook_stays_in_its_cell() -> None:
    analysis = notebook(
        "import keras\ninputs = keras.Input((4,))",
        "model = keras.Model(inputs, keras.layers.Dense(1)(inputs))",
        "model.compile('adam', 'mse')\nmodel.fit(x, y)",
    )
    assert tree(symbols(analysis)) == [
        "layer | model: inputs: Input | (None, 4)",
        "model | model | functional, 1 layer, 5 parameters",
        "  layer | Dense | (None, 1) · 5 params",
        "compile | model: compile | Adam, mean_squared_error",
        "fit | model: fit | 1 epoch",
    ]
    for symbol in symbols(analysis):
        cell = analysis.document.cell_at(symbol.span.start)
        assert cell is not None and symbol.span.end <= cell.end


def test_a_training_loop_of_the_user() -> None:
    analysis = script(
        """
        import keras
        import tensorflow as tf

        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        optimizer = keras.optimizers.Adam()
        for x, y in data:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x) - y) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """
    )
    assert tree(symbols(analysis))[-1] == "  fit | training loop"
    assert sound(analysis)


def test_nothing_without_a_model() -> None:
    assert symbols(script("x = 1")) == []
    assert symbols(script("import keras\nx = (")) == []
