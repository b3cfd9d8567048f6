"""Which rows data holds, and in which order: compared with real rows that carry their own number."""

# ruff: noqa: E501
from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from default_lint.program import data
from tests.program.data_oracle import PRELUDE, claimed, execute

LOAD = "(x, y), (xt, yt) = mnist.load_data()\n"
# snippet; what is said of `aligned(a, b)` and `overlap(a, b)`: "?" when nothing may be said
ROWS = [
    ("a, b = x, y", True, True),
    ("a, b = x[:100], y[:100]", True, True),
    ("a, b = x[:100], x[100:]", True, False),
    ("a, b = x[:100], x[50:]", True, True),
    ("a, b = x[1000:], x[:1000]", True, False),
    ("n = int(0.8 * len(x)); a, b = x[:n], x[n:]", True, False),
    ("a, b = x[:-500], x[-500:]", True, False),
    ("a, b = x, xt", "?", "?"),
    ("a, b = x, x[:5000]", True, True),
    ("a = x; b = y; np.random.shuffle(a)", False, True),
    ("a = x; b = y; np.random.shuffle(a); np.random.shuffle(b)", False, True),
    ("a = x; b = y; np.random.seed(1); np.random.shuffle(a); np.random.seed(1); np.random.shuffle(b)", True, True),
    ("a = x; b = y; np.random.seed(1); np.random.shuffle(a); np.random.seed(2); np.random.shuffle(b)", False, True),
    ("a = x; b = y; np.random.seed(1); np.random.shuffle(a); np.random.shuffle(b)", False, True),
    ("i = np.random.permutation(len(x)); a, b = x[i], y[i]", True, True),
    ("a = x[np.random.permutation(len(x))]; b = y[np.random.permutation(len(y))]", False, True),
    ("i = np.arange(len(x)); np.random.shuffle(i); a, b = x[i], y[i]", True, True),
    ("i = np.random.permutation(len(x)); a, b = x[i], y", False, True),
    ("i = np.random.permutation(len(x)); a, b = x[i[:100]], x[i[100:]]", True, False),
    ("i = np.random.permutation(len(x)); a, b = x[i[:100]], y[i[:100]]", True, True),
    ("i = np.random.permutation(len(x)); p, q = i[:100], i[100:]; a, b = x[p], y[q]", True, False),
    ("a = np.random.permutation(x); b = np.random.permutation(y)", False, True),
    ("np.random.seed(3); a = np.random.permutation(x); np.random.seed(3); b = np.random.permutation(y)", True, True),
    ("a, b = shuffle(x, y)", True, True),
    ("a, b = shuffle(x, y, random_state=0)", True, True),
    ("a = shuffle(x); b = shuffle(y)", False, True),
    ("a = shuffle(x, random_state=0); b = shuffle(y, random_state=0)", True, True),
    ("a = shuffle(x, random_state=0); b = shuffle(y, random_state=1)", False, True),
    ("a = shuffle(x, random_state=0); b = y", False, True),
    ("a, c, b, d = train_test_split(x, y)", True, True),
    ("a, b, c, d = train_test_split(x, y)", True, False),
    ("a, c, b, d = train_test_split(x, y, stratify=None, random_state=4)", True, True),
    ("a, c = train_test_split(x); b, d = train_test_split(y)", False, "?"),
    ("a, c = train_test_split(x, random_state=1); b, d = train_test_split(y, random_state=1)", True, True),
    ("a, c = train_test_split(x, random_state=1); b, d = train_test_split(y, random_state=2)", False, "?"),
    ("a, c, b, d = train_test_split(x, y, shuffle=False)", True, True),
    ("a, c, e, f = train_test_split(x, y); a, b, e, f = train_test_split(a, e)", "?", False),
    ("a, b = x[y < 30], y[y < 30]", True, "?"),
    ("m = y % 2 == 0; a, b = x[m], y[m]", True, True),
    ("a = np.concatenate([x, xt]); b = np.concatenate([y, yt])", True, True),
    ("a = np.concatenate([x, xt]); b = xt", "?", True),
    ("c = np.concatenate([x, xt]); n = int(y.sum()) % 9; a, b = c[n:50], c[:20]", "?", "?"),
    ("c = np.concatenate([x, xt]); n = int(y.sum()) % 9; a, b = c[n:50], c", "?", True),
    ("a = x.astype('float32') / 255; b = y.reshape(-1, 1)", True, True),
    ("a = x.reshape(-1, 784); b = x[:10]", True, True),
    ("a, b = x[::-1], y", "?", True),
    ("a, b = x[np.argsort(y)], y", "?", True),
    ("i = np.where(y > 7)[0]; a, b = x[i], y[i]", "?", "?"),
    ("rng = np.random.default_rng(0); a = x; b = y; rng.shuffle(a); rng.shuffle(b)", False, True),
    (
        "r = np.random.default_rng(0); s = np.random.default_rng(0); a = x; b = y; r.shuffle(a); s.shuffle(b)",
        True,
        True,
    ),
    ("import random; a = x; b = y; random.Random(1).random(); a = x[:10]", True, True),
    (
        "s = np.random.get_state(); a = x; b = y; np.random.shuffle(a); np.random.set_state(s); np.random.shuffle(b)",
        "?",
        True,
    ),
]


def _ids(value: Any) -> Any:
    numbers = np.asarray(value)
    return numbers.reshape(len(numbers), -1)[:, 0].round().astype(int)


@pytest.mark.parametrize(("snippet", "aligned", "overlap"), ROWS, ids=[row[0][:70] for row in ROWS])
def test_rows_and_their_order(snippet: str, aligned: Any, overlap: Any) -> None:
    text = PRELUDE + LOAD + snippet
    names = claimed(text)
    said_aligned = data.aligned(names["a"], names["b"])
    said_overlap = data.overlap(names["a"], names["b"])
    real = execute(text, numbered=True)
    one, other = _ids(real["a"]), _ids(real["b"])
    if "255" in snippet:
        one = _ids(real["a"] * 255)
    if said_overlap is True:
        assert set(one) & set(other)
    if said_overlap is False:
        assert not set(one) & set(other)
    if len(one) == len(other) and set(one) == set(other) and isinstance(said_aligned, bool):
        assert said_aligned == bool(np.array_equal(one, other))
    assert aligned == "?" or said_aligned is aligned
    assert overlap == "?" or said_overlap is overlap


DATASETS = [
    ("d = tf.data.Dataset.from_tensor_slices((x, y)); a, b = d.take(10), d.skip(10)", False),
    ("d = tf.data.Dataset.from_tensor_slices((x, y)); a, b = d.take(10), d.take(5)", "?"),
    ("d = tf.data.Dataset.from_tensor_slices((x, y)); a, b = d.batch(5), d.shuffle(10).batch(2)", True),
    ("d = tf.data.Dataset.from_tensor_slices((x, y)).batch(4); a, b = d.take(10), d.skip(10)", False),
    ("d = tf.data.Dataset.from_tensor_slices((x, y)); a, b = d.batch(4).take(10), d.skip(10)", "?"),
    ("d = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(9); a, b = d.take(10), d.skip(10)", "?"),
    ("a = tf.data.Dataset.from_tensor_slices((x, y)).batch(2); b = x", True),
    ("a = tf.data.Dataset.from_tensor_slices((x, y)).batch(2); b = xt", "?"),
    (
        "a = tf.data.Dataset.from_tensor_slices((x[:9], y[:9])); b = tf.data.Dataset.from_tensor_slices((x[9:], y[9:]))",
        False,
    ),
]


@pytest.mark.parametrize(("snippet", "overlap"), DATASETS, ids=[row[0][:70] for row in DATASETS])
def test_rows_of_datasets(snippet: str, overlap: Any) -> None:
    names = claimed(PRELUDE + LOAD + snippet)
    said = data.overlap(names["a"], names["b"])
    assert said is overlap if isinstance(overlap, bool) else not isinstance(said, bool)
