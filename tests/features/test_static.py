"""Features of the source: what each number says of a program, where it points, and what is not known."""

from __future__ import annotations

import ast
import importlib.util
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from default_lint.features.static import Site, Static, of, sites
from default_lint.features.table_static import CHOICES, FEATURES, KINDS, Assumed, names
from default_lint.program.read import read
from default_lint.text import Document

IMAGES = """\
import keras
from keras import layers, regularizers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[..., None] / 255.0
x_test = x_test[..., None] / 255.0

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(16, 3, activation="relu", padding="same"),
    layers.MaxPooling2D(2),
    layers.Conv2D(32, 3, activation="relu", padding="same"),
    layers.MaxPooling2D(2),
    layers.Conv2D(32, (5, 5), activation="tanh", padding="valid", kernel_regularizer=regularizers.l2(1e-3)),
    layers.Flatten(),
    layers.Dropout(0.4),
    layers.Dense(64),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.Dense(10, activation="softmax"),
])
RATE = 0.01
model.compile(
    optimizer=keras.optimizers.SGD(RATE, momentum=0.9, clipnorm=1.0),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(
    x_train, y_train, epochs=16, batch_size=64, validation_data=(x_test, y_test),
    callbacks=[keras.callbacks.EarlyStopping(patience=4)],
)
"""


def program_row(text: str) -> Static:
    row = of(read(Document("train.py", text)))
    assert row is not None
    return row


def places(text: str, kind: str = "") -> list[Site]:
    return [site for site in sites(read(Document("train.py", text))) if not kind or site.kind == kind]


def place(text: str, kind: str, name: str) -> Site:
    found = [site for site in places(text, kind) if site.name == name]
    assert len(found) == 1, [site.name for site in found]
    return found[0]


def chosen(values: dict[str, float], group: str) -> str:
    options = [option for option in CHOICES[group][1] if values[f"{group}.{option}"] == 1]
    assert len(options) == 1
    return options[0]


def test_the_row_of_a_program() -> None:
    values = dict(program_row(IMAGES).values)
    assert values["model.depth"] == 5
    assert values["model.convolutions"] == 3
    assert values["model.poolings"] == 2
    assert chosen(values, "head.loss") == "classes"
    assert chosen(values, "head.activation") == "softmax"
    assert chosen(values, "head.labels") == "integer"
    assert values["head.agrees"] == values["head.labels_agree"] == values["head.units_agree"] == 1
    assert chosen(values, "optimizer.name") == "sgd"
    assert values["optimizer.rate"] == pytest.approx(-2)
    assert values["optimizer.rate_default"] == pytest.approx(0)
    assert values["optimizer.momentum"] == pytest.approx(0.9)
    assert values["optimizer.clip_norm"] == pytest.approx(0)
    assert values["training.epochs"] == pytest.approx(4)
    assert values["training.batch"] == pytest.approx(6)
    assert values["training.steps"] == pytest.approx(math.log10(60000 / 64))
    assert values["training.patience_share"] == pytest.approx(-2)
    assert values["training.validation"] == 1
    assert values["training.validation_apart"] in (0.5, 1)
    assert values["layers.mixed"] == 1
    assert values["layers.penalty"] == pytest.approx(-3)
    assert values["layers.dropout"] == pytest.approx(0.4)
    assert values["layers.linear"] == 0  # the ReLU behind the normalization counts
    assert values["layers.smallest_map"] == pytest.approx(math.log2(3))


def test_origins_are_the_tokens_that_a_number_was_read_from() -> None:
    row = program_row(IMAGES)

    def told(name: str) -> list[str]:
        return [IMAGES[span.start : span.end] for span in row.origins[name]]

    assert told("optimizer.rate") == ["RATE"]
    assert told("head.activation.softmax") == ['"softmax"']
    assert told("training.epochs") == ["16"]
    assert told("training.patience") == ["4"]
    assert told("layers.mixed") == ['"tanh"']
    assert told("layers.dropout") == ["0.4"]
    assert told("layers.penalty") == ["regularizers.l2(1e-3)"]
    assert told("training.shuffled") == ["fit"]  # an absence has the address of its call


def test_the_places_of_a_program() -> None:
    found = places(IMAGES)
    assert [site.span.start for site in found] == sorted(site.span.start for site in found)
    assert [site.label for site in found if site.kind == "layer"] == (
        "Conv2D MaxPooling2D Conv2D MaxPooling2D Conv2D Flatten Dropout Dense BatchNormalization ReLU Dense".split()
    )
    named = {(site.kind, site.name): site.label for site in found if site.kind != "layer"}
    assert named["optimizer", "learning_rate"] == "RATE"
    assert named["optimizer", "momentum"] == "0.9"
    assert named["optimizer", "clipping"] == "1.0"
    assert named["loss", "loss"] == '"sparse_categorical_crossentropy"'
    assert named["fit", "epochs"] == "16"
    assert named["fit", "batch_size"] == "64"
    assert named["fit", "callbacks"].startswith("keras.callbacks.EarlyStopping")
    assert ("fit", "shuffle") not in named
    assert {"x", "y"} == {name for kind, name in named if kind == "data"}


def test_a_layer_is_measured_against_its_kin() -> None:
    layers = places(IMAGES, "layer")
    first, odd, output = layers[0], layers[4], layers[-1]
    assert first.values["layer.first"] == 1 and first.values["layer.output"] == 0
    assert odd.values["layer.activation_kin"] == 0
    assert odd.values["layer.kernel_kin"] == pytest.approx(math.log2(5 / 3))
    assert odd.values["layer.same_kin"] == 0 and first.values["layer.same_kin"] == 0.5
    assert odd.values["layer.penalty"] == pytest.approx(-3)
    assert output.values["layer.output"] == 1
    assert output.values["layer.units_before"] == pytest.approx(math.log2(10 / 64))
    assert chosen(dict(output.values), "layer.activation") == "softmax"


CHANGES = [
    ("layers.Dense(64)", 'layers.Dense(64, kernel_initializer="zeros")', "layers.constant", 1.0),
    ("layers.Dense(64)", "layers.Dense(64, use_bias=False)", "layers.unbiased", 0.0),  # normalization brings one
    ("    layers.ReLU(),\n", "", "layers.linear", 0.25),
    ('"tanh"', '"softmax"', "layers.softmax", 1.0),
    ("SGD(RATE", "Adam(RATE", "optimizer.rate_default", 1.0),
    ("epochs=16", "epochs=1", "training.epochs", 0.0),
    ("batch_size=64", "shuffle=False", "training.shuffled", 0.0),
    ("/ 255.0\nx_test", "\nx_test", "data.same_steps", 0.0),
    ('"sparse_categorical', '"categorical', "head.labels_agree", 0.0),
    ('activation="softmax"', 'activation="sigmoid"', "head.agrees", 0.0),
    ("layers.Dense(10,", "layers.Dense(9,", "head.units_agree", 0.0),
    ("(patience=4)", '(mode="max")', "training.stopping_agrees", 0.0),
    (", validation_data=(x_test, y_test)", "", "training.validation", 0.0),
]


@pytest.mark.parametrize(("old", "new", "name", "value"), CHANGES, ids=[change[2] for change in CHANGES])
def test_a_fault_moves_its_feature(old: str, new: str, name: str, value: float) -> None:
    assert IMAGES.count(old) == 1
    before, after = program_row(IMAGES), program_row(IMAGES.replace(old, new))
    assert after.values[name] == pytest.approx(value)
    assert before.values[name] != pytest.approx(value) or name == "layers.unbiased"


def test_gains_of_initializers() -> None:
    def gain(initializer: str) -> float:
        text = IMAGES.replace("layers.Dense(64)", f"layers.Dense(64, kernel_initializer={initializer})")
        dense = next(site for site in places(text, "layer") if site.label == "Dense")
        return dense.values["layer.gain"]

    inputs = 3 * 3 * 32
    assert gain('"he_normal"') == pytest.approx(math.log10(math.sqrt(2)), abs=1e-6)
    assert gain('"lecun_uniform"') == pytest.approx(0, abs=1e-6)
    assert gain("keras.initializers.RandomNormal(stddev=10.0)") == pytest.approx(math.log10(10 * math.sqrt(inputs)))


def test_what_is_unknown_is_neutral_and_lowers_what_is_known() -> None:
    whole = program_row(IMAGES)
    vague = IMAGES.replace("RATE = 0.01", "RATE = float(input())").replace("epochs=16", "epochs=int(input())")
    row = program_row(vague)
    assert row.values["optimizer.rate"] == FEATURES["optimizer.rate"].neutral
    assert row.values["training.epochs"] == FEATURES["training.epochs"].neutral
    assert 0 < row.known < whole.known <= 1


def unread(values: Mapping[str, float], applies: bool = True) -> set[str]:
    """The features that the source does not tell, or that do not apply."""
    return {name for name, value in values.items() if isinstance(value, Assumed) and value.applies is applies}


def test_what_is_not_known_and_what_does_not_apply_is_told_from_what_is() -> None:
    whole = program_row(IMAGES).values
    assert not {
        name for name in unread(whole) if name.startswith(("optimizer.", "training.epochs", "layers.", "head."))
    }
    assert {"optimizer.beta", "optimizer.decay", "head.reaches"} <= unread(whole, applies=False)
    assert not {"optimizer.weight_decay", "optimizer.clip_value", "layers.penalty"} & unread(whole, applies=False)
    vague = program_row(
        IMAGES.replace("RATE = 0.01", "RATE = float(input())").replace("epochs=16", "epochs=int(input())")
    )
    assert {"optimizer.rate", "optimizer.path", "training.epochs", "training.updates"} <= unread(vague.values)
    assert not {"optimizer.momentum", "training.batch"} & unread(vague.values)
    endless = program_row(IMAGES.replace("callbacks.EarlyStopping(patience=4)", "callbacks.TerminateOnNaN()"))
    assert {"training.patience", "training.stopping_agrees"} <= unread(endless.values, applies=False)


HIDDEN = [
    ('activation="tanh"', "activation=input()", ("layer.activation.tanh", "layer.inert", "layer.double")),
    ("layers.Dense(64)", "layers.Dense(64, kernel_initializer=input())", ("layer.constant", "layer.gain")),
    ("kernel_regularizer=regularizers.l2(1e-3)", "kernel_regularizer=input()", ("layer.penalty", "layer.penalty_l1")),
    ("keras.optimizers.SGD(RATE, momentum=0.9, clipnorm=1.0)", "input()", ("optimizer.name.other", "optimizer.rate")),
    ('loss="sparse_categorical_crossentropy"', "loss=input()", ("head.loss.other",)),
    ("validation_data=(x_test, y_test)", "validation_split=float(input())", ("training.validation",)),
]


@pytest.mark.parametrize(("old", "new", "features"), HIDDEN, ids=[change[2][0] for change in HIDDEN])
def test_a_value_that_cannot_be_read_is_no_fact(old: str, new: str, features: tuple[str, ...]) -> None:
    assert IMAGES.count(old) == 1
    before, after = (
        set().union(*(unread(site.values) for site in places(text))) for text in (IMAGES, IMAGES.replace(old, new))
    )
    assert set(features) <= after and not set(features) & before


def test_of_a_model_of_which_a_part_is_known_nothing_is_missing() -> None:
    text = IMAGES.replace("    layers.Flatten(),", "    *more(),\n    layers.Flatten(),")
    row = program_row(text)
    assert {"model.layers", "model.recurrent", "layers.softmax"} <= unread(row.values)
    assert not {"model.convolutions", "layers.mixed"} & unread(row.values)


def test_a_global_pooling_has_no_pool_size() -> None:
    text = IMAGES.replace("    layers.Flatten(),", "    layers.GlobalAveragePooling2D(),")
    pooling = next(site for site in places(text, "layer") if site.label.startswith("Global"))
    assert "layer.pool" in unread(pooling.values, applies=False)


def test_an_assumed_number_is_a_number() -> None:
    number = Assumed(-3.0)
    assert number == -3.0 and json.dumps([number]) == "[-3.0]" and np.array([number]).dtype == np.float64


def test_a_program_that_trains_nothing_has_neither_row_nor_places() -> None:
    assert of(read(Document("a.py", "import keras\nmodel = keras.Sequential([keras.layers.Dense(3)])\n"))) is None
    assert sites(read(Document("a.py", "print(1)\n"))) == ()


def test_every_row_has_every_feature_of_its_kind_in_order() -> None:
    for site in places(IMAGES):
        assert tuple(site.values) == names(site.kind)
        assert all(math.isfinite(value) for value in site.values.values())
        assert site.whole.start <= site.span.start
    assert tuple(program_row(IMAGES).values) == names("program")
    assert {group for groups in KINDS.values() for group in groups} == {f.group for f in FEATURES.values()}


@pytest.mark.parametrize("package", ["keras"])
def test_sources_of_packages_raise_nothing(package: str) -> None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    trained = 0
    for path in sorted(Path(spec.origin).parent.rglob("*_test.py"))[:400:4]:
        text = path.read_text(encoding="utf-8")
        if ".fit(" not in text or len(text) > 60_000:
            continue
        ast.parse(text)
        program = read(Document(path.name, text))
        for reading in program.readings():
            found = sites(reading)
            trained += bool(found)
            for site in found:
                assert all(math.isfinite(value) for value in site.values.values())
            of(reading)
    assert trained > 5


def test_seeds_of_the_lab_are_known_for_the_most_part() -> None:
    folder = Path(__file__).parents[2] / "default_lint" / "lab" / "seeds"
    known = []
    for path in sorted(folder.glob("*/*.py")):
        if path.name != "__init__.py":
            row = program_row(path.read_text(encoding="utf-8"))
            known.append(row.known)
    assert len(known) == 60 and min(known) > 0.7
