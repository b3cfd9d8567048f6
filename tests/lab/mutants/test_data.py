"""Operators of data: what their lines do to the arrays, where they cannot be seeded, and what they leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from default_lint.lab.mutants import Subject, operators
from tests.lab.mutants.programs import (
    ADDED,
    CONVOLVED,
    DATA,
    HEARD,
    LISTED,
    LOOPED,
    PICTURES,
    RECURRENT,
    SUBCLASSED,
    WORDS,
    offers,
    refusal,
)

NAMED = """\
import keras
import numpy as np
from somewhere import feed

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(feed(), epochs=1)
"""
WEIGHTED = LISTED.replace("verbose=0", "sample_weight=np.ones(200), verbose=0")
WATCHED = LISTED.replace("model.fit(", "history = model.fit(") + 'print(history.history["val_loss"])\n'
SPLIT = LISTED.replace("model.fit(x_train, y_train", "model.fit(x_train[:90], y_train[:90]")
OWN = LISTED.replace("(x_test, y_test)", "(x_train[150:], y_train[150:])")
ENDLESS = SUBCLASSED.replace(".batch(20)", ".batch(20).repeat()").replace(
    "net.fit(batches,", "net.fit(batches, validation_data=(x_test, x_test.sum(axis=1)),"
)
SHARED = SUBCLASSED.replace(
    "batches = tf.data.Dataset.from_tensor_slices((x_train, targets)).shuffle(200).batch(20)\n",
    "def make(x, y):\n    return tf.data.Dataset.from_tensor_slices((x, y)).batch(20)\n\n\n"
    "batches, others = make(x_train, targets), make(x_test, x_test.sum(axis=1))\n",
)
NAMES = LISTED.replace("model.fit(x_train,", 'model.fit({"a": x_train},')
STATEFUL = RECURRENT.replace('activation="tanh"', "stateful=True")


@pytest.mark.parametrize(
    ("code", "source", "reason"),
    [
        *((code, NAMED, "it is not known what it is trained on") for code in "TCL TRD TAN DLO DSP DIU DIS".split()),
        ("TRD", WEIGHTED, "`fit` is given weights or a number of steps, which belong to the examples"),
        ("TRD", SHARED, "the dataset is made by a function that makes others as well"),
        ("TRD", STATEFUL, "a layer is stateful, so that batches must be full"),
        ("TAN", NAMES, "the inputs are a dictionary"),
        ("TUD", SUBCLASSED, "the examples do not fall into classes"),
        ("TCO", RECURRENT, "the examples do not fall into classes"),
        ("DSO", SUBCLASSED, "the examples cannot be sorted by label"),
        ("VRM", WATCHED, "the program reads the figures of the validation"),
        ("VRM", RECURRENT, "it is trained without validation"),
        ("DVT", RECURRENT, "it is trained without validation"),
        ("DVT", ENDLESS, "the training data never end"),
        ("DIS", WORDS, "its inputs are numbers of words or of signs"),
        ("DIU", LISTED, "its inputs are not scaled, or it is not seen where"),
        ("LEM", LISTED, "it has no embedding"),
        ("LPM", LISTED, "nothing is masked"),
        ("LTA", LISTED, "no Dropout or BatchNormalization is called on its input"),
        ("LRS", LISTED, "no recurrent layer can return every step"),
        ("RDO", HEARD, "nothing can be put behind the output"),
        *((code, "x = 1\n", "no model is compiled and trained by `fit`") for code in "TCL TRD WFR DVT RDO".split()),
    ],
)
def test_refusals(code: str, source: str, reason: str) -> None:
    assert refusal(code, source) == reason


def run(code: str, seed: int, source: str = LISTED) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The arrays before and after the lines that an operator adds; what is not data is not run."""
    before: dict[str, np.ndarray] = {}
    exec("import numpy as np\n" + DATA, before)
    if source is LOOPED:
        exec("images = x_train.reshape(200, 4, 2, 1)\nlabels = np.eye(3)[y_train]", before)
    after = dict(before)
    for line in offers(code, source, seed)[0].splitlines():
        if line.startswith("+ ") and ".fit(" not in line and "verbose" not in line:
            exec(line[2:], after)
    return before, after


SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("code", ["TCL", "TRD", "TUD", "TAN", "TCO", "DLO", "DSP", "DSO", "DIS"])
def test_only_training_data_change_and_they_stay_pairs(code: str, seed: int) -> None:
    before, after = run(code, seed)
    for name in ("x_test", "y_test"):
        assert np.array_equal(before[name], after[name])
    assert len(after["x_train"]) == len(after["y_train"]) > 0
    assert after["x_train"].shape[1:] == (8,)
    assert set(np.unique(after["y_train"])) <= {0, 1, 2}
    assert np.isfinite(after["x_train"]).all()
    assert not (np.array_equal(before["x_train"], after["x_train"]) and after["y_train"] is before["y_train"])


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_change_as_often_as_was_drawn(seed: int) -> None:
    before, after = run("TCL", seed)
    struck = before["y_train"] != after["y_train"]
    assert 0 < struck.mean() < 0.75
    assert np.array_equal(before["x_train"], after["x_train"])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source", [LISTED, LOOPED], ids=["numbers", "one-hot"])
def test_one_class_becomes_rare(seed: int, source: str) -> None:
    before, after = run("TUD", seed, source)
    name = "y_train" if source is LISTED else "labels"
    then, now = (counts(arrays[name]) for arrays in (before, after))
    assert sorted(now == then) == [False, True, True]
    assert (now < 0.6 * then).sum() == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source", [LISTED, LOOPED], ids=["numbers", "one-hot"])
def test_twins_have_another_label(seed: int, source: str) -> None:
    before, after = run("TCO", seed, source)
    x, y = ("x_train", "y_train") if source is LISTED else ("images", "labels")
    more = len(after[x]) - len(before[x])
    assert more > 0
    assert np.array_equal(after[x][more:], before[x])
    rows = [row.tobytes() for row in before[x]]
    for row, label in zip(after[x][:more], after[y][:more], strict=True):
        assert not np.array_equal(before[y][rows.index(row.tobytes())], label)


@pytest.mark.parametrize("seed", SEEDS)
def test_less_is_left_and_labels_go_with_their_inputs(seed: int) -> None:
    for code in ("TRD", "DSO"):
        before, after = run(code, seed)
        rows = [row.tobytes() for row in before["x_train"]]
        found = [rows.index(row.tobytes()) for row in after["x_train"]]
        assert np.array_equal(before["y_train"][found], after["y_train"])
        assert len(found) <= 100 if code == "TRD" else np.array_equal(after["y_train"], np.sort(before["y_train"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_lost(seed: int) -> None:
    before, after = run("DSP", seed)
    assert np.array_equal(np.sort(before["x_train"], axis=0), np.sort(after["x_train"], axis=0))
    assert (before["x_train"] == after["x_train"]).all(axis=1).mean() < 0.1


def counts(labels: np.ndarray) -> np.ndarray:
    return np.bincount(labels if labels.ndim == 1 else labels.argmax(axis=1), minlength=3)


def test_a_part_gets_a_name_of_its_own() -> None:
    (offer,) = offers("TAN", SPLIT)
    assert offer.startswith("+ x_train_fit = x_train[:90]\n+ x_train_fit = x_train_fit + np.random")
    assert "+ model.fit(x_train_fit, y_train[:90], epochs=8" in offer


def test_validation_data_that_are_a_part_of_the_array_stay_as_they_are() -> None:
    (offer,) = offers("TRD", OWN)
    assert "+ x_train_fit = x_train\n+ y_train_fit = y_train\n" in offer
    assert "validation_data=(x_train[150:], y_train[150:])" in offer


def test_noise_in_words_exchanges_them() -> None:
    (offer,) = offers("TAN", WORDS)
    assert "tokens = np.where(np.random.default_rng(" in offer
    assert ".permutation(tokens)" in offer


def test_a_scaler_that_is_not_fitted_is_not_left() -> None:
    assert not any(offer == "- x_train = scaler.fit_transform(x_train)" for offer in offers("DIS", CONVOLVED))
    assert offers("DIU", PICTURES) == [
        "- train_images, test_images = train_images / 255.0, test_images / 255.0",
    ]


def test_numpy_is_imported_where_it_is_needed_only() -> None:
    source = ADDED.replace("import numpy as np\n", "import numpy\n").replace("np.", "numpy.")
    assert "numpy.random.default_rng" in offers("TAN", source)[0]
    loaded = "import keras\n\n(x, y), _ = keras.datasets.mnist.load_data()\n" + (
        "model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])\n"
        'model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))\nmodel.fit(x, y)\n'
    )
    assert "+ import numpy as np" in offers("TAN", loaded)[0]
    assert all(
        "numpy" not in offers("TRD", loaded, seed)[0] or "np." in offers("TRD", loaded, seed)[0] for seed in SEEDS
    )


def test_what_is_recorded() -> None:
    mutant = operators()["TRD"].mutate(Subject(LISTED), 1)
    (fault,) = mutant.faults
    assert mutant.source[fault.site.start : fault.site.end].startswith("model.fit(")
    assert mutant.source[fault.after[0].start : fault.after[0].end].count("x_train") >= 2
    assert fault.values["argument"] == ["x_train", "y_train"]
