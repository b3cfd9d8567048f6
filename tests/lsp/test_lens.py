"""Code lenses over models."""

from __future__ import annotations

from default_lsp.analysis import Analysis
from default_lsp.lens import DIAGNOSE_TITLE, lenses
from tests.lsp.views import notebook, script

HEAD = "import keras\nfrom keras import layers\n"


def titles(analysis: Analysis) -> list[tuple[str, str]]:
    """The line of each lens, and its title."""
    text = analysis.document.text
    found = []
    for lens in lenses(analysis):
        start = text.rfind("\n", 0, lens.span.start) + 1
        found.append((text[start:].partition("\n")[0].strip(), lens.title))
    return found


def test_layers_and_parameters() -> None:
    analysis = script(f"{HEAD}model = keras.Sequential([keras.Input((784,)), layers.Dense(9), layers.Dense(1)])\n")
    assert [title for _, title in titles(analysis)] == ["2 layers, 7,075 parameters"]


def test_one_layer_and_one_parameter() -> None:
    analysis = script(f"{HEAD}model = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])\n")
    assert [title for _, title in titles(analysis)] == ["1 layer, 1 parameter"]


def test_millions_are_rounded() -> None:
    analysis = script(f"{HEAD}model = keras.Sequential([keras.Input((1200,)), layers.Dense(1000)])\n")
    assert [title for _, title in titles(analysis)] == ["1 layer, 1.2 M parameters"]


def test_no_parameters_and_unknown_parameters() -> None:
    analysis = script(
        f"{HEAD}a = keras.Sequential([keras.Input((4, 4)), layers.Flatten()])\n"
        "b = keras.Sequential([layers.Dense(3)])\n"
    )
    assert [title for _, title in titles(analysis)] == ["1 layer, no parameters", "1 layer"]


def test_inputs_and_operators_are_no_layers_and_a_shared_layer_is_one() -> None:
    analysis = script(
        f"""{HEAD}
inputs = keras.Input((4,))
shared = layers.Dense(4)
outputs = shared(shared(inputs)) + inputs
model = keras.Model(inputs, outputs)
"""
    )
    assert titles(analysis) == [("model = keras.Model(inputs, outputs)", "1 layer, 20 parameters")]


def test_a_model_that_may_have_more_layers() -> None:
    analysis = script(
        f"{HEAD}model = keras.Sequential([keras.Input((4,))])\nfor n in sizes:\n    model.add(layers.Dense(8))\n"
    )
    assert [title for _, title in titles(analysis)] == ["1 layers or more"]


def test_the_short_run_is_offered_where_the_document_trains() -> None:
    analysis = script(
        f"""{HEAD}
def build():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("adam", "mse")
    return model

trained = build()
trained.fit(x, y)
other = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
"""
    )
    assert titles(analysis) == [
        ("model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])", "1 layer, 5 parameters"),
        ("model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])", DIAGNOSE_TITLE),
        ("other = keras.Sequential([keras.Input((4,)), layers.Dense(2)])", "1 layer, 10 parameters"),
    ]
    assert [lens.command for lens in lenses(analysis)] == [
        "default-lint.model",
        "default-lint.diagnose",
        "default-lint.model",
    ]
    assert [lens.arguments for lens in lenses(analysis)] == [(0,), (), (1,)]


def test_loops_of_the_user_train_as_well() -> None:
    batches = script(
        f"{HEAD}m = keras.Sequential([keras.Input((4,)), layers.Dense(1)])\nm.compile('sgd', 'mse')\n"
        "for x, y in data:\n    m.train_on_batch(x, y)\n"
    )
    tape = script(
        f"""{HEAD}
import tensorflow as tf

m = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
optimizer = keras.optimizers.Adam()
for x, y in data:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((m(x) - y) ** 2)
    gradients = tape.gradient(loss, m.trainable_variables)
    optimizer.apply_gradients(zip(gradients, m.trainable_variables))
"""
    )
    for analysis in (batches, tape):
        assert [title for _, title in titles(analysis)] == ["1 layer, 5 parameters", DIAGNOSE_TITLE]


def test_a_model_that_is_read_in_two_ways_has_one_lens() -> None:
    analysis = script(
        f"""{HEAD}
import sys

model = keras.Sequential([keras.Input((4,))])
if len(sys.argv) > 1:
    model.add(layers.Dense(4))
model.add(layers.Dense(1))
model.compile("adam", "mse")
model.fit(x, y)
"""
    )
    assert [title for _, title in titles(analysis)] == ["1 to 2 layers, 5 to 25 parameters", DIAGNOSE_TITLE]


def test_a_model_that_is_built_twice_has_one_lens() -> None:
    analysis = script(
        f"""{HEAD}
def build(units):
    return keras.Sequential([keras.Input((4,)), layers.Dense(units)])

small, large = build(1), build(10)
large.compile("adam", "mse")
large.fit(x, y)
"""
    )
    assert [title for _, title in titles(analysis)] == ["1 layer, 5 to 50 parameters", DIAGNOSE_TITLE]


def test_ready_made_and_nested_models() -> None:
    analysis = script(
        f"""{HEAD}
base = keras.applications.VGG16(include_top=False, input_shape=(96, 96, 3))
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(10)])
model.compile("adam", "mse")
model.fit(x, y)
"""
    )
    assert [title for _, title in titles(analysis)] == [
        "VGG16, 14.7 M parameters",
        "3 layers, 14.7 M parameters",
        DIAGNOSE_TITLE,
    ]


def test_a_loaded_model_that_is_trained_can_only_be_diagnosed() -> None:
    analysis = script(f"{HEAD}model = keras.models.load_model('m.keras')\nmodel.fit(x, y)\n")
    assert [title for _, title in titles(analysis)] == [DIAGNOSE_TITLE]


def test_a_subclass_has_its_lens_where_it_is_made_an_object_of() -> None:
    analysis = script(
        f"""{HEAD}
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = layers.Dense(8)
        self.b = layers.Dense(1)

    def call(self, x):
        return self.b(self.a(x))

net = Net()
"""
    )
    assert titles(analysis) == [("net = Net()", "2 layers")]


def test_a_model_in_one_cell_that_another_trains() -> None:
    analysis = notebook(
        "import keras",
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])",
        "model.compile('adam', 'mse')\nmodel.fit(x, y)",
    )
    cells = [analysis.document.locate(lens.span.start).cell for lens in lenses(analysis)]
    assert cells == [2, 2]


def test_nothing_without_a_model() -> None:
    assert lenses(script("print(1)")) == []
    assert lenses(script("import keras\nmodel = keras.Sequential()\nx = (\n")) == []
    assert lenses(script("import keras\nmodel = keras.Sequential()\n")) == []
