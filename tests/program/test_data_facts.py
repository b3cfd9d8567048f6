"""What rules need to know about data is recovered, and described in words that people understand."""

# ruff: noqa: E501
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from default_lint.program import data
from default_lint.text import Span
from tests.program.data_oracle import PRELUDE, claimed, compare, interpret

MNIST = "(x, y), (xt, yt) = mnist.load_data()\n"
IMAGES = "keras.datasets.mnist train images"
LABELS = "keras.datasets.mnist train labels"
GENERATOR = "g = keras.preprocessing.image.ImageDataGenerator"
FOLDER = "a = keras.utils.image_dataset_from_directory"
FRAME = "import pandas as pd\nd = pd.read_csv('train.csv')\n"

DESCRIPTIONS = [
    (MNIST + "a = x", f"{IMAGES} (60000, 28, 28) uint8 0..255, not scaled"),
    (MNIST + "a = yt", "keras.datasets.mnist test labels (10000,) uint8, 10 classes, integer"),
    (MNIST + "a = x.astype('float32') / 255.0", f"{IMAGES} (60000, 28, 28) float32 0..1, scaled"),
    (MNIST + "a = (x - 127.5) / 127.5", f"{IMAGES} (60000, 28, 28) float64 -1..1, scaled"),
    (MNIST + "a = x * (1 / 255)", f"{IMAGES} (60000, 28, 28) float64 0..1, scaled"),
    (MNIST + "a = x / np.max(x)", f"{IMAGES} (60000, 28, 28) float64 0..1, scaled"),
    (MNIST + "a = (x - x.mean()) / x.std()", f"{IMAGES} (60000, 28, 28) float64, scaled"),
    (MNIST + "a = x[..., np.newaxis]", f"{IMAGES} (60000, 28, 28, 1) uint8 0..255, not scaled"),
    (MNIST + "a = x.reshape(-1, 784)", f"{IMAGES} (60000, 784) uint8 0..255, not scaled"),
    (MNIST + "a = to_categorical(y)", f"{LABELS} (60000, 10) float64, 10 classes, one-hot"),
    (MNIST + "a = tf.one_hot(y, 10)", f"{LABELS} (60000, 10) float32, 10 classes, one-hot"),
    (MNIST + "a = np.eye(10)[y]", f"{LABELS} (60000, 10) float64, 10 classes, one-hot"),
    (MNIST + "a = y == 5", f"{LABELS} (60000,) bool, 2 classes, binary"),
    (MNIST + "a = LabelBinarizer().fit_transform(y)", f"{LABELS} (60000, 10), 10 classes, one-hot"),
    (MNIST + "a = y[y < 3]", f"{LABELS} (?,) uint8, integer"),
    (
        MNIST + "a, b, c, d = train_test_split(x, y, test_size=0.25)",
        f"{IMAGES} (45000, 28, 28) uint8 0..255, not scaled",
    ),
    (
        MNIST + "b, a = train_test_split(x, test_size=0.25)",
        "keras.datasets.mnist validation images (15000, 28, 28) uint8 0..255, not scaled",
    ),
    (MNIST + "a = np.max(y) + 1", "10"),
    (MNIST + "a = len(np.unique(y))", "10"),
    (MNIST + "a = keras.applications.vgg16.preprocess_input(x)", f"{IMAGES} (60000, 28, 28), scaled"),
    (
        MNIST + "for a in (x, xt):\n    a = a.astype('float32')\na = x",
        f"{IMAGES} (60000, 28, 28) uint8 0..255, not scaled",
    ),
    ("(x, a), t = cifar10.load_data()", "keras.datasets.cifar10 train labels (50000, 1), 10 classes, integer"),
    (
        "(x, a), t = cifar100.load_data('coarse')",
        "keras.datasets.cifar100 train labels (50000, 1), 20 classes, integer",
    ),
    ("(x, a), t = imdb.load_data(num_words=100)", "keras.datasets.imdb train labels (25000,) int64, 2 classes, binary"),
    (
        "(x, y), t = imdb.load_data(num_words=100)\na = keras.utils.pad_sequences(x, 30)",
        "keras.datasets.imdb train array (25000, 30) int32 0..99, not scaled",
    ),
    (
        "(a, y), t = keras.datasets.boston_housing.load_data()",
        "keras.datasets.boston_housing train array (404, 13) float64, not scaled",
    ),
    (
        "(x, a), t = keras.datasets.california_housing.load_data()",
        "keras.datasets.california_housing train labels (16512,) float32, continuous",
    ),
    (
        "(x, a), t = keras.datasets.reuters.load_data()",
        "keras.datasets.reuters train labels (8982,) int64, 46 classes, integer",
    ),
    ("a = load_iris().target", "sklearn.datasets.load_iris labels (150,) int64, 3 classes, integer"),
    (
        "a = StandardScaler().fit_transform(load_wine().data)",
        "sklearn.datasets.load_wine array (178, 13) float64, scaled",
    ),
    ("a = np.random.randint(0, 2, 100)", "numpy.random.randint array (100,) int64 0..1, not scaled"),
    (
        FOLDER + "('data/train')",
        "image_dataset_from_directory train dataset of (image_dataset_from_directory train images (None, 256, 256, 3) float32 0..255, not scaled, image_dataset_from_directory train labels (None,) int32, integer) batches of 32",
    ),
    (
        FOLDER + "('data', label_mode='categorical', class_names=['a', 'b', 'c']).map(lambda p, q: (p / 255, q))",
        "image_dataset_from_directory dataset of (image_dataset_from_directory images (None, 256, 256, 3) float32 0..1, scaled, image_dataset_from_directory labels (None, 3) float32, 3 classes, one-hot) batches of 32",
    ),
    (
        GENERATOR + "(rescale=1. / 255)\na = g.flow_from_directory('data/train', class_mode='binary')",
        "train images from flow_from_directory, class_mode 'binary', scaled",
    ),
    (
        GENERATOR + "(rotation_range=20)\na = g.flow_from_directory('data/validation')",
        "validation images from flow_from_directory, class_mode 'categorical', not scaled",
    ),
    (MNIST + GENERATOR + "()\na = g.flow(x[..., None], y, batch_size=32)", "train images from flow, not scaled"),
    (MNIST + GENERATOR + "()\na = g.flow(x[..., None] / 255, y)", "train images from flow, scaled"),
    (
        GENERATOR
        + "(preprocessing_function=keras.applications.vgg16.preprocess_input)\na = g.flow_from_directory('train')",
        "train images from flow_from_directory, class_mode 'categorical', scaled",
    ),
    (
        GENERATOR + "(preprocessing_function=mystery)\na = g.flow_from_directory('train')",
        "train images from flow_from_directory, class_mode 'categorical'",
    ),
    (FRAME + "a = d.drop('target', axis=1).values", "pandas.read_csv train array, not scaled"),
    (FRAME + "a = d['target']", "pandas.read_csv train array, not scaled"),
    (FRAME + "a = d.iloc[:, :-1]", "pandas.read_csv train frame, not scaled"),
    (FRAME + "a = StandardScaler().fit_transform(d.iloc[:, :-1])", "pandas.read_csv train array, scaled"),
    (FRAME + "a = pd.get_dummies(d['kind'])", "pandas.read_csv train array 0..1"),
    (
        "a = tf.data.Dataset.from_tensor_slices((np.zeros((8, 2)), np.arange(8))).repeat()",
        "numpy dataset of (numpy array (2,) float64 0..0, not scaled, numpy array () int64 0..7, not scaled) not batched endless",
    ),
    (
        "import tensorflow_datasets as tfds\n(b, a), i = tfds.load('mnist', split=['train', 'test'], as_supervised=True, with_info=True)",
        "tensorflow_datasets.mnist test dataset of (tensorflow_datasets.mnist test images (28, 28, 1) uint8 0..255, not scaled, tensorflow_datasets.mnist test labels () int64, 10 classes, integer) not batched",
    ),
    ("a = mystery(np.zeros(3))", "unknown"),
]


@pytest.mark.parametrize(
    ("snippet", "expected"), DESCRIPTIONS, ids=[row[0].replace(MNIST, "")[:70] for row in DESCRIPTIONS]
)
def test_description(snippet: str, expected: str) -> None:
    assert data.describe(claimed(PRELUDE + snippet)["a"]) == expected


def _facts(snippet: str) -> tuple[str, list[data.Fact]]:
    text = PRELUDE + MNIST + snippet
    return text, [fact for fact in interpret(text).trace.facts if isinstance(fact, data.Fact)]


def test_a_scaler_fitted_on_test_data() -> None:
    text, facts = _facts("s = StandardScaler()\ns.fit(x.reshape(-1, 784))\nb = s.fit_transform(xt.reshape(-1, 784))\n")
    fits = [fact for fact in facts if fact.kind == "scaler-fit"]
    assert [fact.inputs[0].split for fact in fits] == ["train", "test"]
    assert [text[slice(*fact.place)] for fact in fits] == ["fit", "fit_transform"]
    assert text[slice(*fits[1].at)] == "xt.reshape(-1, 784)"
    assert fits[0].subject is fits[1].subject
    assert fits[0].subject is not None
    assert fits[0].subject.kind == "StandardScaler"


def test_a_normalization_layer_adapted_to_test_data() -> None:
    text, facts = _facts("n = keras.layers.Normalization()\nn.adapt(xt)\n")
    fit = next(fact for fact in facts if fact.kind == "scaler-fit")
    assert fit.inputs[0].split == "test"
    assert (text[slice(*fit.place)], text[slice(*fit.at)]) == ("adapt", "xt")


def test_a_scaler_fitted_before_the_split() -> None:
    _, facts = _facts("s = MinMaxScaler()\na = s.fit_transform(x.reshape(-1, 784))\nb, c = train_test_split(a)\n")
    fit = next(fact for fact in facts if fact.kind == "scaler-fit")
    split = next(fact for fact in facts if fact.kind == "split")
    assert split.inputs[0].rows == fit.inputs[0].rows
    assert [output.split for output in split.outputs] == ["train", "validation"]


def test_the_targets_of_a_split() -> None:
    text, facts = _facts("x_train, y_train, x_test, y_test = train_test_split(x, y, random_state=7)\n")
    unpack = next(fact for fact in facts if fact.kind == "unpack" and fact.call.short == "train_test_split")
    assert [name for name, _ in unpack.names] == ["x_train", "y_train", "x_test", "y_test"]
    assert [text[slice(*span)] for _, span in unpack.names] == ["x_train", "y_train", "x_test", "y_test"]
    split = next(fact for fact in facts if fact.kind == "split")
    assert split.seed == 7
    assert [output.role for output in split.outputs] == ["x", "x", "y", "y"]


def test_shuffles_in_place_are_recorded() -> None:
    text, facts = _facts("np.random.shuffle(x)\nnp.random.shuffle(y)\n")
    shuffles = [fact for fact in facts if fact.kind == "shuffle"]
    assert [text[slice(*fact.at)] for fact in shuffles] == ["x", "y"]
    assert [text[slice(*fact.place)] for fact in shuffles] == ["shuffle", "shuffle"]
    assert data.aligned(shuffles[0].inputs[0], shuffles[1].inputs[0]) is False


def test_every_name_sees_a_change_in_place() -> None:
    context, span = interpret("").invoke, Span(0, 0)
    value = data.Array(span=span, dtype="float32", low=0, high=255, scaling="raw")
    data.binary(context, "/=", value, 255, span)
    assert data.current(value).scaling == "scaled"
    data.assign(context, value, 0, 5, span)
    assert not isinstance(data.current(value).scaling, str)


DIRECTORIES = [
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), batch_size=2)",
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), label_mode='categorical')",
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), label_mode='binary', shuffle=False)",
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), label_mode=None, color_mode='grayscale')",
    "keras.utils.image_dataset_from_directory(F, labels=None, image_size=(8, 9), batch_size=None)",
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), batch_size=None)",
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), color_mode='rgba', interpolation='nearest')",
    "keras.utils.image_dataset_from_directory(F, image_size=(8, 9), class_names=['cat', 'dog'])",
    "keras.utils.image_dataset_from_directory(F, validation_split=0.5, subset='both', seed=1, image_size=(8, 9))",
    "keras.utils.image_dataset_from_directory(F, validation_split=0.5, subset='training', seed=1, image_size=(8, 9))",
    "keras.utils.image_dataset_from_directory(F).map(lambda p, q: (p / 255.0, q)).cache().prefetch(2)",
    "tf.data.Dataset.list_files(F + '/*/*.png').map(lambda p: tf.io.decode_png(tf.io.read_file(p), channels=3)).batch(2)",
    "tf.data.Dataset.list_files(F + '/*/*.png').map(lambda p: tf.image.resize(tf.image.decode_jpeg(tf.io.read_file(p), channels=3), (5, 5)) / 255.0)",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import numpy as np
    import tensorflow as tf

    root = tmp_path_factory.mktemp("pets")
    for kind in ("cat", "dog"):
        (root / kind).mkdir()
        for number in range(3):
            pixels = np.random.default_rng(number).integers(0, 256, (12, 10, 3), dtype="uint8")
            (root / kind / f"{number}.png").write_bytes(tf.io.encode_png(pixels).numpy())
    return root


@pytest.mark.parametrize("expression", DIRECTORIES, ids=[text[-70:] for text in DIRECTORIES])
def test_directories_give_what_is_claimed(expression: str, folder: Path) -> None:
    text = f"{PRELUDE}F = {str(folder)!r}\na = {expression}\n"
    scope: dict[str, Any] = {}
    exec(compile(text, "snippet.py", "exec"), scope)
    value = claimed(text)["a"]
    assert isinstance(value, (data.Dataset, tuple))
    assert compare(value, scope["a"]) == []


def test_a_file_name_tells_test_data_only_beside_training_data() -> None:
    both = "import pandas as pd\ntrain = pd.read_csv('train.csv')\na = pd.read_csv('test.csv')\n"
    alone = "import pandas as pd\na = pd.read_csv('test.csv')\n"
    assert claimed(both)["a"].split == "test"
    assert claimed(alone)["a"].split == ""


def test_a_test_set_that_is_split_is_not_all_test_data() -> None:
    names = claimed(PRELUDE + MNIST + "a, b = train_test_split(xt)\n")
    assert (names["a"].split, names["b"].split) == ("", "test")
