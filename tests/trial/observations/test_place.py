"""Where the parts of a trained model stand in the source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from default_lint.trial.observations.place import Places, Sources
from default_lint.trial.trace import Site
from tests.trial.observations.runs import DIGITS, sight, site

FUNCTION = """\
import keras
from keras import layers
from data import load

def block(x, units):
    x = layers.Dense(units)(x)
    return layers.BatchNormalization()(x)

def build(rate):
    inputs = keras.Input((8,))
    x = block(inputs, 16)
    x = block(x, 32)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "mse")
    return model

raw, target = load()
features = raw / raw.max()
train, rest = features[:800], features[800:]
net = build(0.1)
net.fit(train, target[:800], 32, 10, validation_data=(rest, target[800:]))
"""


def text(place) -> tuple[int, str]:
    return place.line, place.document[place.span]


def test_layers_are_placed_where_they_were_made() -> None:
    places = sight(DIGITS).places
    assert text(places.layer(1)) == (9, "Dense")
    assert text(places.layer(0, "kernel_initializer", "activation")) == (8, '"he_normal"')
    assert text(places.layer(1, "kernel_initializer", "activation")) == (9, '"relu"')
    assert places.layer(1).how == "site"


def test_a_line_alone_is_enough() -> None:
    """Python 3.10 tells no columns."""
    seen = sight(DIGITS)
    rows = tuple(replace(row, site=Site("train.py", row.site.line)) for row in seen.model.layers if row.site)
    fits = tuple(Site("train.py", place.line) for place in seen.model.fits)
    places = Places(seen.places.sources, replace(seen.model, layers=rows, fits=fits))
    assert [text(places.layer(row.index))[0] for row in rows] == [8, 9, 10]
    assert text(places.fit("epochs")) == (17, "5")


@pytest.mark.parametrize(("known", "how"), [("wide", "name"), ("dense_7", "order")])
def test_without_a_site_a_layer_is_found_by_name_then_by_order(known: str, how: str) -> None:
    seen = sight(DIGITS)
    rows = (replace(seen.model.layers[0], site=None, name=known), *seen.model.layers[1:])
    place = Places(seen.places.sources, replace(seen.model, layers=rows)).layer(0)
    assert (text(place), place.how) == ((8, "Dense"), how)


def test_without_any_hint_a_layer_sits_on_fit() -> None:
    seen = sight(DIGITS)
    row = replace(seen.model.layers[0], site=None, name="x", kind="Conv2D")
    place = Places(seen.places.sources, replace(seen.model, layers=(row,))).layer(row.index)
    assert (text(place), place.how) == ((17, "fit"), "fit")


def test_layers_made_in_a_helper() -> None:
    seen = sight(FUNCTION)
    sites = [site(FUNCTION, "Dense", 0), site(FUNCTION, "BatchNormalization"), site(FUNCTION, "Dense", 1)]
    rows = [replace(row, site=at, index=number) for number, (row, at) in enumerate(zip(seen.model.layers[1:], sites))]
    places = Places(seen.places.sources, replace(seen.model, layers=tuple(rows)))
    assert [text(places.layer(number)) for number in range(3)] == [
        (6, "Dense"),
        (7, "BatchNormalization"),
        (13, "Dense"),
    ]


def test_arguments_by_position() -> None:
    places = sight(FUNCTION).places
    assert text(places.learning_rate()) == (14, "rate")
    assert text(places.optimizer("momentum")) == (14, "0.9")
    assert text(places.optimizer("clipnorm")) == (14, "SGD")
    assert text(places.loss()) == (14, '"mse"')
    assert text(places.batch_size()) == (21, "32")
    assert text(places.fit("epochs")) == (21, "10")
    assert text(places.fit("class_weight")) == (21, "fit")


def test_data_is_placed_where_it_was_made() -> None:
    places = sight(FUNCTION).places
    assert text(places.data("x")) == (18, "raw / raw.max()")
    assert text(places.data("validation"))[0] == 21
    assert text(places.data("y")) == (17, "load()")
    assert text(sight(DIGITS).places.data("y")) == (5, "load()")


def test_a_split_is_looked_through() -> None:
    split = "x, z, y, w = train_test_split(a, b)"
    made = f"from sklearn.model_selection import train_test_split\na = load()\nb = a.sum(1)\n{split}"
    source = DIGITS.replace("x, y = load()", made)
    places = sight(source).places
    assert text(places.data("x")) == (6, "load()")
    assert text(places.data("y")) == (7, "a.sum(1)")


def test_a_name_that_stays_is_where_data_is_prepared() -> None:
    source = DIGITS.replace("x, y = load()", 'x, y = load()\nx = x.astype("float32")\nx = x[:900]')
    assert text(sight(source).places.data("x")) == (6, 'x.astype("float32")')
    shuffled = sight(DIGITS.replace("x, y = load()", "x, y = load()\ny = y[order]\nz = y[:9]")).places
    assert text(shuffled.data("y")) == (5, "load()")
    assert text(shuffled.data("y", reordered=True)) == (6, "y[order]")
    source = DIGITS.replace("x, y = load()", 'a, y = load()\na = a.astype("float32")\nx = a[:900]')
    assert text(sight(source).places.data("x")) == (6, 'a.astype("float32")')


def test_a_string_optimizer_is_the_learning_rate() -> None:
    source = DIGITS.replace("keras.optimizers.Adam(learning_rate=0.001)", '"adam"')
    assert text(sight(source).places.learning_rate()) == (13, '"adam"')


def test_the_batch_of_a_dataset() -> None:
    source = DIGITS.replace(
        "x, y = load()",
        "from tensorflow.data import Dataset\nx, y = load()\nds = Dataset.from_tensor_slices((x, y)).batch(5000)",
    )
    source = source.replace("model.fit(x, y, validation_split=0.2, epochs=5, batch_size=32)", "model.fit(ds, epochs=5)")
    line, found = text(sight(source).places.batch_size())
    assert (line, "batch" in found) == (7, True)


def test_files_are_told_apart_by_path_then_by_name() -> None:
    seen = sight(DIGITS)
    sources = Sources(seen.places.sources.programs)
    assert sources.program("/somewhere/else/train.py") is not None
    assert sources.program("/somewhere/else/other.py") is None
    assert sources.span(Site("train.py", 10_000)) is None


def test_columns_count_bytes() -> None:
    source = DIGITS.replace('name="wide"', 'name="größe"')
    places = sight(source).places
    assert text(places.layer(0, "name")) == (8, '"größe"')
