"""Hovers: findings, ignore comments, layers, calls."""

# ruff: noqa: RUF001 - the sign of multiplication is what people see

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from default_lint.findings import Confidence, Finding, Learned, Note, Observed, Rule, Severity
from default_lint.notebooks import read
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis, analyze
from default_lsp.hints import hints
from default_lsp.hover import hover
from default_lsp.lens import lenses
from default_lsp.outline import outline
from default_lsp.symbols import Symbol, symbols
from tests.lsp.views import everything, notebook, row, said, script

EXAMPLES = Path(__file__).parents[2] / "examples"

TRAINING = """
    import keras
    from keras import layers

    (x_train, y_train), _ = keras.datasets.mnist.load_data()
    model = keras.Sequential([
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(64, "relu", name="hidden"),
        layers.Dense(10),
    ])
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x_train, y_train, epochs=3, validation_split=0.1)
"""


# Layers


def test_a_layer_has_its_shapes_parameters_and_all_arguments() -> None:
    found = said(script(TRAINING), "Dense")
    assert found.startswith("**`Dense`** `hidden` · layer 2 of `model`\n")
    assert "`(None, 784)` → `(None, 64)` · 50,240 parameters = 784 × 64 + 64, trainable" in found
    assert "Activation `relu`" in found
    assert row(found, "units") == ["`units`", "`64`", ""]
    assert row(found, "activation") == ["`activation`", "`'relu'`", ""]
    assert row(found, "use_bias") == ["`use_bias`", "`True`", "default"]
    assert found.index("`name`") < found.index("`use_bias`"), "those given come first"
    assert "(https://keras.io/api/layers/core_layers/dense/)" in found


def test_the_default_activation_is_told() -> None:
    assert "Activation `linear` (none)" in said(script(TRAINING), "Dense(10")


def test_anywhere_in_a_call_but_not_in_a_call_within() -> None:
    analysis = script(
        """
        import keras
        from keras import layers, regularizers

        model = keras.Sequential([
            keras.Input((8, 4)),
            layers.Bidirectional(layers.LSTM(16, dropout=0.5), merge_mode="sum"),
            layers.Dense(3, kernel_regularizer=regularizers.L2(0.01)),
        ])
        """
    )
    assert said(analysis, '"sum"').startswith("**`Bidirectional`** · layer 1")
    assert said(analysis, "dropout=").startswith("**`LSTM`**")
    assert row(said(analysis, "dropout="), "dropout") == ["`dropout`", "`0.5`", ""]
    assert said(analysis, "kernel_reg").startswith("**`Dense`**")
    assert said(analysis, "0.01").startswith("**`L2`** · `keras.regularizers.L2`")


def test_a_layer_made_in_one_place_and_applied_in_another() -> None:
    analysis = script(
        """
        import keras

        class Net(keras.Model):
            def __init__(self, units=7):
                super().__init__()
                self.head = keras.layers.Dense(units)

            def call(self, x):
                return self.head(x)

        net = Net()
        net.build((None, 5))
        """
    )
    for word in ("Dense", "self.head(x"):
        assert said(analysis, word).startswith("**`Dense`** `head` · layer 2 of `net`")
        assert row(said(analysis, word), "units") == ["`units`", "`7`", ""]


def test_a_place_that_is_run_several_times_has_a_row_for_each() -> None:
    analysis = script(
        """
        import keras
        from keras import layers

        inputs = x = keras.Input((16,))
        for units in (8, 4, 2):
            x = layers.Dense(units)(x)
        model = keras.Model(inputs, x)
        """
    )
    found = said(analysis, "Dense")
    assert "layers 2, 3, 4 of `model`" in found
    assert "| 3 of `model` | `(None, 8)` | `(None, 4)` | 36 |" in found
    assert row(found, "units")[1] == "`8`, `4`, `2`"


def test_what_is_not_known_is_told_as_written() -> None:
    analysis = script("import keras\nkeras.Sequential([keras.Input((4,)), keras.layers.Dense(config['a|b'])])\n")
    assert row(said(analysis, "Dense"), "units") == ["`units`", "`config['a\\|b']`", "as written"]


def test_an_argument_that_the_layer_does_not_take() -> None:
    analysis = script("import keras\nkeras.Sequential([keras.Input((4,)), keras.layers.Dense(4, output_dim=3)])\n")
    assert row(said(analysis, "Dense(4"), "output_dim")[2] == "not taken by `Dense`"


def test_arguments_that_are_unpacked() -> None:
    analysis = script("import keras\nkeras.Sequential([keras.Input((4,)), keras.layers.Dense(4, **options)])\n")
    assert row(said(analysis, "Dense"), "activation") == [
        "`activation`",
        "?",
        "default, unless unpacked into the call",
    ]


def test_a_ready_made_model() -> None:
    analysis = script(
        """
        import keras

        base = keras.applications.MobileNetV2(include_top=False, input_shape=(96, 96, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Flatten()])
        """
    )
    found = said(analysis, "MobileNetV2")
    assert found.startswith("**`MobileNetV2`** · `base`, layer 1 of `model`")
    assert "→ `(None, 3, 3, 1280)` · 2,257,984 parameters, frozen" in found
    assert row(found, "weights") == ["`weights`", "`'imagenet'`", "default"]


def test_the_name_of_the_model_shows_its_layers() -> None:
    analysis = script(TRAINING)
    found = said(analysis, "Sequential")
    assert found.startswith("**Sequential model `model`**")
    assert "| 2 | `hidden` | `Dense` | `relu` | `(None,\u00a064)` | 50,240 |" in found
    assert "Parameters: 50,890" in found


def test_inputs_and_layers_of_no_model() -> None:
    analysis = script("import keras\nx = keras.Input((4, 4))\nlayer = keras.layers.Reshape((16,))\n")
    assert "Output `(None, 4, 4)`" in said(analysis, "Input")
    assert said(analysis, "Reshape").startswith("**`Reshape`** · `keras.layers.Reshape`")


# Training


def test_compile_tells_the_optimizer_and_the_loss() -> None:
    found = said(script(TRAINING), "compile")
    assert found.startswith("**`compile`** of `model`")
    assert "- Optimizer `Adam`, learning rate `0.001` (default)" in found
    assert "- Loss `sparse_categorical_crossentropy` of logits" in found
    assert row(found, "optimizer") == ["`optimizer`", "`'adam'`", ""]
    assert row(found, "run_eagerly") == ["`run_eagerly`", "`False`", "default"]


def test_a_learning_rate_that_is_given_is_no_default() -> None:
    analysis = script("import keras\nm = keras.Sequential()\nm.compile(keras.optimizers.SGD(0.5), 'mse')\n")
    assert "- Optimizer `SGD`, learning rate `0.5`\n" in said(analysis, "compile")
    assert row(said(analysis, "SGD"), "learning_rate") == ["`learning_rate`", "`0.5`", ""]
    assert row(said(analysis, "SGD"), "momentum") == ["`momentum`", "`0.0`", "default"]


def test_a_loss_has_its_defaults() -> None:
    found = said(script(TRAINING), "SparseCategoricalCrossentropy")
    assert row(found, "from_logits") == ["`from_logits`", "`True`", ""]
    assert row(found, "reduction")[2] == "default"


def test_fit_tells_its_data_and_how_many_updates_it_makes() -> None:
    found = said(script(TRAINING), "fit")
    assert "54,000 rows in batches of 32: 1,688 updates an epoch, 5,064 in 3 epochs" in found
    assert "keras.datasets.mnist train images (60000, 28, 28)" in row(found, "x")[1]
    assert row(found, "batch_size") == ["`batch_size`", "`32`", "default"]
    assert row(found, "epochs") == ["`epochs`", "`3`", ""]


def test_the_batch_size_of_a_dataset_is_that_of_the_data() -> None:
    analysis = script(
        """
        import keras
        import tensorflow as tf

        (x, y), _ = keras.datasets.mnist.load_data()
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(64)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(data)
        """
    )
    assert row(said(analysis, "fit"), "batch_size")[1] == "that of the data"


def test_calls_that_say_nothing_of_their_own() -> None:
    analysis = script("import keras\nm = keras.Sequential()\nm.add(keras.layers.Flatten())\nprint(m.summary())\n")
    assert said(analysis, "add(") == ""
    assert said(analysis, "print") == ""
    assert said(analysis, "import") == ""


def test_the_end_of_a_word_belongs_to_it() -> None:
    analysis = script("import keras\nmodel = keras.Sequential([keras.layers.Dense(3)])\n")
    end = len(analysis.document.text)
    assert hover(analysis, analysis.document.text.index(")])") + 1) is not None
    assert hover(analysis, end) is None
    assert hover(analysis, end + 10) is None
    assert hover(analysis, -1) is None


# Findings


SOFTMAX = """
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(1, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="binary_crossentropy")
"""


def test_a_finding_comes_before_its_layer() -> None:
    found = said(script(SOFTMAX), '"softmax"')
    finding, layer = found.split("\n\n---\n\n")
    assert finding.startswith("**`softmax` over 1 unit always outputs 1.0**")
    assert "[`softmax-on-one-unit`](https://" in finding
    assert "error · high confidence · activation" in finding
    assert "Evidence: the source alone." in finding
    assert "**Why it matters.** Softmax divides" in finding
    assert '```diff\n- layers.Dense(1, activation="softmax"),\n+ layers.Dense(1, activation="sigmoid"),\n```' in finding
    assert "Fixes:\n\n- " in finding
    assert "Known limits" not in finding
    assert layer.startswith("**`Dense`**")


def test_a_client_that_shows_the_finding_itself_is_not_told_it_again() -> None:
    analysis = script(SOFTMAX)
    at = analysis.document.text.index('"softmax"') + 1
    found = hover(analysis, at, beside=True)
    assert found is not None
    assert found.markdown.startswith("error · high confidence · activation\n\n**Why it matters.** Softmax divides")
    assert "always outputs 1.0**" not in found.markdown
    assert "the source alone" not in found.markdown


def test_a_hover_on_a_finding_is_over_its_span() -> None:
    analysis = script(SOFTMAX)
    found = hover(analysis, analysis.document.text.index('"softmax"') + 2)
    assert found is not None and analysis.document[found.span] == '"softmax"'


def test_the_findings_of_a_run_have_a_table_of_evidence() -> None:
    analysis = script(SOFTMAX)
    at = analysis.document.text.index("Dense")
    seen = (
        Rule(),
        Observed("activation_dead", (1, 2, 3), 0.973, "order", "dying-relu"),
        Observed("nonfinite_weights", (0,), 12, "site", "loss-not-finite"),
        Observed("something_new", (-1,), 1.0, "site", "some-thing"),
        Learned("layer", 0.83, 0.12, {"units": 0.4, "rate": -0.1}),
    )
    finding = Finding(
        "dying-relu",
        "ACT114",
        Span(at, at + 5),
        "97 % of the units are dead",
        Severity.WARNING,
        Confidence.HIGH,
        "activation",
        seen,
        (Note("see [this] <b>"), Note("the rate", Span(0, 6))),
    )
    found = hover(analysis, at, [finding])
    assert found is not None
    assert "| source | follows from the program as written |  |  |" in found.markdown
    assert "| run | share of dead units | in epochs 2 to 4 | 97 % |" in found.markdown
    assert "| run | weights that are not finite | in epoch 1 | 12 |" in found.markdown
    assert "| run | some thing | before training |  |" in found.markdown
    assert "| classifier | unlike working programs |  | 0.83 (usual 0.12) |" in found.markdown
    assert "```text\n████████ +0.40  units\n██       -0.10  rate\n```" in found.markdown
    assert "by its position in the model" in found.markdown
    assert "- see \\[this\\] \\<b\\>\n- the rate (line 1)" in found.markdown
    assert "**Why it matters.** A unit whose input is negative" in found.markdown


def test_a_finding_of_a_rule_that_is_gone_is_told_all_the_same() -> None:
    analysis = script(SOFTMAX)
    finding = Finding("gone", "X1", Span(0, 6), "a fact", Severity.ERROR, Confidence.LOW, "api")
    found = hover(analysis, 2, [finding])
    assert found is not None and found.markdown.startswith("**a fact**")


def test_a_note_in_a_notebook_names_its_cell() -> None:
    analysis = notebook(
        "import keras\nmodel = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation='softmax')])",
        "model.compile('adam', 'binary_crossentropy')",
    )
    assert "(cell 2, line 1)" in said(analysis, "'softmax'")


# Ignore comments


def test_an_ignore_comment_tells_its_rules_and_what_it_holds_back() -> None:
    analysis = script(SOFTMAX.replace('"softmax"),', '"softmax"),  # default-lint: ignore[softmax-on-one-unit] meant'))
    for word in ("# default-lint", "meant", "softmax-on-one-unit"):
        found = said(analysis, word)
        assert found.startswith("[`softmax-on-one-unit`](https://")
        assert "Holds back:\n\n- `softmax` over 1 unit always outputs 1.0 (line 6)" in found


def test_an_ignore_comment_that_holds_nothing_back() -> None:
    analysis = script("import keras  # default-lint: ignore[dropout-rate, shuffle-off]\n")
    assert "Holds back nothing at present." in said(analysis, "shuffle-off")
    assert said(analysis, "# default-lint").count("Holds back nothing") == 2


def test_an_ignore_comment_with_a_name_that_is_unknown() -> None:
    analysis = script("import keras  # default-lint: ignore[softmax-on-one-unti]\n")
    assert said(analysis, "softmax").startswith("**suppression of unknown rule")
    quiet = replace(analysis, report=replace(analysis.report, findings=()))
    assert said(quiet, "softmax") == ("No rule is called `softmax-on-one-unti`, did you mean `softmax-on-one-unit`?")


def test_noqa_counts_for_our_codes_only() -> None:
    analysis = script("import keras  # noqa: F401, ACT101\nimport sys  # noqa: F401\n")
    assert said(analysis, "# noqa").startswith("[`softmax-on-one-unit`]")
    assert said(analysis, "# noqa", 1) == ""


# Markup


def test_text_of_the_user_cannot_become_markup() -> None:
    analysis = script(
        """
        import keras

        model = keras.Sequential([
            keras.Input((4,)),
            keras.layers.Dense(3, name="a`b|c<i>\\n[x](y)"),
        ])
        """
    )
    found = said(analysis, "Dense")
    assert "``a`b|c<i> [x](y)``" in found
    assert "``'a`b\\|c<i>" in found


def test_a_value_that_contains_itself_or_an_object_of_the_program() -> None:
    analysis = script(
        """
        import keras

        class Box:
            def __init__(self):
                self.own = {"box": self}

        weights = [1, 2]
        weights.append(weights)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse", loss_weights=weights)
        model.fit(x, y, class_weight=Box().own)
        """
    )
    assert row(said(analysis, "compile"), "loss_weights")[1]
    assert row(said(analysis, "fit"), "class_weight")[1]


# Anything


def _check(analysis: Analysis, offsets: list[int]) -> None:
    text = analysis.document.text
    for hint in hints(analysis, everything(analysis)):
        assert 0 <= hint.offset <= len(text) and hint.label and hint.tooltip
    for lens in lenses(analysis):
        assert 0 <= lens.span.start < lens.span.end <= len(text) and lens.title
    for symbol in symbols(analysis):
        _inside(symbol, text)
    for offset in offsets:
        found = hover(analysis, offset)
        assert found is None or (found.markdown and 0 <= found.span.start <= found.span.end <= len(text))


def _inside(symbol: Symbol, text: str) -> None:
    assert symbol.name
    assert 0 <= symbol.span.start <= symbol.selection.start <= symbol.selection.end <= symbol.span.end <= len(text)
    for child in symbol.children:
        assert symbol.span.contains(child.span)
        _inside(child, text)


def _offsets(analysis: Analysis, count: int) -> list[int]:
    found = outline(analysis)
    places = [place for span in (*found.made, *found.applied, *found.calls) for place in (span.start, span.end - 1)]
    places += [finding.span.start for finding in analysis.report.findings]
    draw = random.Random(0)
    return draw.sample(places, min(count, len(places))) + [
        draw.randrange(len(analysis.document.text) + 1) for _ in range(count)
    ]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/*.*")), ids=lambda path: path.name)
def test_every_place_of_every_example(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = read(path.name, text) if path.suffix == ".ipynb" else Document(path.name, text)
    if path.suffix not in (".py", ".ipynb") or not isinstance(document, Document):
        return
    analysis = analyze(document, Settings(audience="curious"))
    _check(analysis, list(range(len(document.text) + 1)) if len(document.text) < 4000 else _offsets(analysis, 400))
    assert hints(analysis, everything(analysis)) and lenses(analysis) and symbols(analysis)


def test_the_sources_of_keras_itself() -> None:
    keras = pytest.importorskip("importlib.util").find_spec("keras")
    if keras is None or not keras.submodule_search_locations:
        pytest.skip("Keras is not installed")
    files = sorted(Path(keras.submodule_search_locations[0]).rglob("*.py"))
    for file in random.Random(1).sample(files, min(40, len(files))):
        analysis = analyze(Document(file.name, file.read_text(encoding="utf-8")), Settings(audience="curious"))
        _check(analysis, _offsets(analysis, 30))
        half = Document(file.name, analysis.document.text[: len(analysis.document.text) // 2])
        stale = replace(analysis, document=half, stale=True)
        _check(stale, [len(half.text) * part // 20 for part in range(21)])
