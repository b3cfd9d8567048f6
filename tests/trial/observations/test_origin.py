"""Where x and y come from: back through selections, datasets and functions of the user's own."""

from __future__ import annotations

import pytest

from tests.trial.observations.runs import sight

TAIL = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
"""
HEAD = (
    "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom sklearn.model_selection import train_test_split\n"
)


def made(body: str, fit: str, which: str) -> str:
    """The text that x or y is placed at."""
    place = sight(f"{HEAD}{body}{TAIL}model.fit({fit})\n").places.data(which)
    return place.document[place.span]


@pytest.mark.parametrize(
    ("body", "fit", "x", "y"),
    [
        ("x = np.ones((9, 4))\ny = np.ones(9)\n", "x, y", "np.ones((9, 4))", "np.ones(9)"),
        ("t = np.ones((9, 5))\nx, y = t[:, 1:], t[:, 0]\n", "x[:5], y=y[:5]", "np.ones((9, 5))", "np.ones((9, 5))"),
        ("x = np.ones((9, 4))\nx /= 255\ny = 1\n", "x, y", "x /= 255", "1"),
        ("x = np.ones((9, 4))\nx[0, 0] = np.nan\ny = 1\n", "x, y", "x[0, 0] = np.nan", "1"),
        ("a, b = get()\nx, q, y, r = train_test_split(a, b)\n", "x, y", "get()", "get()"),
        (
            "def load(n):\n    k = np.ones(n)\n    return np.ones((n, 4)), k * 2\nx, y = load(9)\n",
            "x, y",
            "np.ones((n, 4))",
            "k * 2",
        ),
        (
            "def load():\n    k = np.ones(9)\n    return np.ones((9, 4)), k\n(x, y), _ = load(), 0\n",
            "x, y",
            "np.ones((9, 4))",
            "np.ones(9)",
        ),
        ("def mix(a):\n    return a[::-1]\ny = mix(np.ones(9))\nx = mix(y)\n", "x, y", "np.ones(9)", "np.ones(9)"),
        (
            "a = np.ones((9, 4))\nb = a[:, 0] > 0\nd = tf.data.Dataset.from_tensor_slices((a, b))\n"
            "d = d.shuffle(9).batch(3)\n",
            "d",
            "np.ones((9, 4))",
            "a[:, 0] > 0",
        ),
        (
            "def flow(a, b):\n    while True:\n        yield a[:3], b[:3]\np, q = np.ones((9, 4)), np.ones(9)\n",
            "flow(p, q)",
            "np.ones((9, 4))",
            "np.ones(9)",
        ),
        ("k = np.repeat([0, 1], 5)\n", "k, k", "np.repeat([0, 1], 5)", "np.repeat([0, 1], 5)"),
    ],
    ids=[
        "plain",
        "slices",
        "in place",
        "store",
        "split",
        "function",
        "pairs",
        "argument",
        "dataset",
        "generator",
        "numpy",
    ],
)
def test_x_and_y_are_followed_back(body: str, fit: str, x: str, y: str) -> None:
    assert (made(body, fit, "x"), made(body, fit, "y")) == (x, y)


def test_what_cannot_be_followed_stays_where_fit_is_given_it() -> None:
    assert made("", "unknown, other", "x") == "unknown"
    assert made("def again(n):\n    return again(n)\n", "again(1), again(2)", "x")
    assert made("x = y\ny = x\n", "x, y", "x")
