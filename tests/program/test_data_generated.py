"""Chains of array operations put together at random: whatever is claimed of the result holds."""

# ruff: noqa: E501
from __future__ import annotations

import os
import random

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from default_lint.program import data
from tests.program.data_oracle import compare, interpret

HEAD = "import numpy as np\nimport tensorflow as tf\nfrom keras.utils import to_categorical\n"
BASES = [
    "np.random.randint(0, 256, (12, 6, 4), dtype='uint8')",
    "np.random.randint(0, 5, 24)",
    "np.random.randint(0, 2, (10, 1))",
    "np.random.rand(12, 3)",
    "np.random.randn(8, 4, 2) * 30",
    "np.arange(24)",
    "np.arange(24, dtype='float32').reshape(4, 6)",
    "np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])",
    "np.array([1.5, -2, 7, 0])",
    "np.array([True, False, True, True])",
    "np.eye(4)",
    "np.linspace(-1, 3, 12)",
    "to_categorical(np.array([0, 2, 1, 2]), 4)",
    "np.array([200, 3, 77], dtype='uint8')",
    "np.ones((6, 2), dtype='float16')",
    "tf.constant([[1, 2], [3, 4]])",
    "tf.random.uniform((6, 2))",
]
STEPS = [
    *(f"a = a {operator} {number}" for operator in "+-*/" for number in (0, 1, 2, -3, 0.5, 255, 127.5)),
    "a = a // 2", "a = a % 2", "a = a % 3", "a = a ** 2", "a = 1 - a", "a = 2 * a", "a = 255 - a", "a = 1 / (a + 300)",
    "a = a == 1", "a = a > 0.5", "a = (a > 0).astype('float32')", "a = a != 0", "a = a <= 2",
    *(f"a = a.astype({kind!r})" for kind in ("float32", "float64", "int32", "uint8", "bool", "int8", "float16")),
    "a = a.astype(int)", "a = a.astype(np.float32)", "a = tf.cast(a, tf.float32)", "a = np.array(a)", "a = a.numpy()",
    "a = a.reshape(-1)", "a = a.reshape(-1, 1)", "a = a.reshape(-1, 2)", "a = a.reshape(2, -1)", "a = a.reshape(4, 6)",
    "a = a.reshape(len(a), -1)", "a = a.reshape(a.shape[0], -1)", "a = np.expand_dims(a, -1)", "a = a[..., None]",
    "a = np.expand_dims(a, 0)", "a = a.squeeze()", "a = np.squeeze(a, -1)", "a = a.flatten()", "a = a.T",
    "a = np.transpose(a)", "a = a.transpose(1, 0)", "a = a.transpose(0, 2, 1)", "a = a[0]", "a = a[1:]", "a = a[:3]",
    "a = a[:-1]", "a = a[::2]", "a = a[:, 0]", "a = a[:, 1:]", "a = a[:, :1]", "a = a[-2:]", "a = a[..., 0]",
    "a = a[[0, 1]]", "a = a[a > 0]", "a = a[a[:, 0] > 0]", "a = a[np.arange(2)]", "a = a[:, None]", "a = a[None]",
    "a = a[np.random.permutation(len(a))]", "np.random.shuffle(a)", "a = np.random.permutation(a)",
    "a = a.mean(axis=1)", "a = a.max(axis=-1)", "a = a.min(axis=1, keepdims=True)", "a = a.sum(axis=1)", "a = a.max()",
    "a = np.argmax(a, axis=1)", "a = a.argmax(axis=-1)", "a = a - a.mean()", "a = a / a.max()", "a = a / a.std()",
    "a = (a - a.mean(axis=0)) / (a.std(axis=0) + 1e-7)", "a = (a - a.min()) / (a.max() - a.min())",
    "a = np.concatenate([a, a])", "a = np.concatenate([a, a], axis=1)", "a = np.stack([a, a])", "a = np.vstack([a, a])",
    "a = np.hstack([a, a])", "a = np.stack([a, a], axis=1)", "a = np.append(a, a)", "a = np.repeat(a, 2, axis=0)",
    "a = np.clip(a, 0, 1)", "a = np.clip(a, -100, 300)", "a = a.clip(0, 2)", "a = np.where(a > 0, 1, 0)", "a = np.round(a)",
    "a = np.sin(a)", "a = np.abs(a)", "a = np.exp(-a)", "a = np.zeros_like(a)", "a = np.ones_like(a)", "a = a.copy()",
    "a = a + a", "a = a * a", "a = a - a[:1]", "a = np.full_like(a, 3)", "a = np.unique(a)", "a = np.square(a)",
    "a = to_categorical(a)", "a = to_categorical(a, 6)", "a = np.eye(6)[a]", "a = tf.one_hot(a, 5)", "a = -a",
    "a = tf.reshape(a, (-1, 2))", "a = tf.expand_dims(a, -1)", "a = tf.convert_to_tensor(a)", "a = np.isnan(a)",
    "a = a & (a > 1)", "a = np.asarray(a, dtype='float32')", "a = np.median(a, axis=1)", "a = np.flip(a)", "a = a @ a.T",
]  # fmt: skip


def _chain(number: int) -> str:
    """A chain of steps that runs."""
    chooser = random.Random(number)
    lines = [f"a = {chooser.choice(BASES)}"]
    scope: dict[str, object] = {}
    exec(HEAD + lines[0], scope)
    for _ in range(chooser.randint(1, 5)):
        step = chooser.choice(STEPS)
        trial = dict(scope)
        try:
            with np.errstate(all="ignore"):
                exec(step, trial)
            if np.size(trial["a"]) == 0 or np.size(trial["a"]) > 100_000 or np.asarray(trial["a"]).dtype.kind == "O":
                continue
        except Exception:
            continue
        scope = trial
        lines.append(step)
    return "\n".join(lines)


@pytest.mark.parametrize("group", range(8))
def test_claims_hold_after_any_chain(group: int) -> None:
    for number in range(group * 50, group * 50 + 50):
        text = _chain(number)
        np.random.seed(number)
        scope: dict[str, object] = {}
        try:
            with np.errstate(all="ignore"):
                exec(HEAD + text, scope)
        except Exception:
            continue
        value = data.current(interpret(HEAD + text).scope.names["a"])
        if np.all(np.isfinite(np.asarray(scope["a"], dtype="float64"))):
            assert compare(value, scope["a"]) == [], text
