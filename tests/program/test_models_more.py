"""Models built in unusual ways: layer by layer what Keras 3 makes of the same source."""

from __future__ import annotations

import pytest

from tests.program import truth
from tests.program.reading import PREFIX, model, program, value
from tests.program.test_against_keras import disagreements

CASES = {
    "states given by keyword bring their own layers": """
        ei, di = keras.Input((None, 30)), keras.Input((None, 40))
        _, h, c = layers.LSTM(16, return_state=True)(ei)
        x = layers.LSTM(16, return_sequences=True)(di, initial_state=[h, c])
        m = keras.Model([ei, di], layers.Dense(40, activation="softmax")(x))
        m.compile("adam", "categorical_crossentropy")
    """,
    "a model cut out of another": """
        i = keras.Input((8, 8, 1))
        x = layers.Conv2D(4, 3)(i)
        c = layers.Conv2D(5, 3, name="last")(x)
        m = keras.Model(i, layers.Dense(3)(layers.Flatten()(c)))
        head = keras.Model(m.get_layer("last").output, m.output)
        head.compile("adam", "mse")
    """,
    "layers by their number: farthest from the output first": """
        a = keras.Input((3,))
        x = layers.Dense(4)(a)
        b = keras.Input((5,))
        y = layers.Dense(6)(b)
        m = keras.Model([a, b], layers.Dense(2)(layers.Concatenate()([x, y])))
        n = keras.Model([a, b], layers.Dense(7)(m.layers[2].output))
        n.compile("adam", "mse")
    """,
    "layers by their number: a chain beside a short cut": """
        i = keras.Input((8,))
        r = layers.Dense(5)(layers.Dense(4)(layers.Dense(3)(i)))
        s = layers.Dense(6)(i)
        n = keras.Model(i, layers.Concatenate()([s, r]))
        m = keras.Model(i, layers.Dense(2)(n.layers[4].output))
        m.compile("adam", "mse")
    """,
    "operations are not among the layers": """
        i = keras.Input((6,))
        y = layers.Dense(5)(keras.ops.relu(layers.Dense(4)(i) + 1.0))
        m = keras.Model(i, layers.Dense(6)(y))
        n = keras.Model(i, m.layers[2].output)
        n.compile("adam", "mse")
    """,
    "a layer by its index": """
        base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Dense(6), layers.Dense(3)])
        m = keras.Model(base.inputs, base.get_layer(index=1).output)
        m.compile("adam", "mse")
    """,
    "layers chained by reduce": """
        from functools import reduce
        i = keras.Input((8,))
        m = keras.Model(i, reduce(lambda t, layer: layer(t), [layers.Dense(6), layers.Dense(3)], i))
        m.compile("adam", "mse")
    """,
    "scores of attention": """
        q, v = keras.Input((10, 12)), keras.Input((7, 12))
        mask = keras.Input((10, 7), dtype="bool")
        attend = layers.MultiHeadAttention(num_heads=3, key_dim=5)
        x, scores = attend(query=q, value=v, key=v, attention_mask=mask, return_attention_scores=True)
        m = keras.Model([q, v, mask], [layers.Dense(2)(x), layers.Dense(3)(scores)])
        m.compile("adam", "mse")
    """,
    "cells in a list": """
        i = keras.Input((10, 4))
        m = keras.Model(i, layers.RNN([layers.LSTMCell(6), layers.LSTMCell(7)], return_sequences=True)(i))
        m.compile("adam", "mse")
    """,
    "functions in Lambda layers": """
        def apart(ts):
            p, q = ts
            return keras.ops.abs(p - q)
        i = keras.Input((6, 4))
        a = layers.Lambda(lambda x: x[:, -1, :])(i)
        b = layers.Lambda(lambda x: keras.ops.mean(x**2, axis=1))(i)
        m = keras.Model(i, layers.Dense(3)(layers.Lambda(apart)([a, b])))
        m.compile("adam", "mse")
        s = keras.Sequential([keras.Input((6, 4)), layers.Lambda(lambda x: x[..., None]), layers.Conv2D(2, 3)])
        s.compile("adam", "mse")
    """,
    "a size computed from a shape": """
        i = keras.Input((28, 28, 1))
        x = layers.Conv2D(8, 3, strides=2, padding="same")(i)
        before = x.shape[1:]
        x = layers.Reshape(before)(layers.Dense(int(np.prod(before)))(layers.Flatten()(x)))
        m = keras.Model(i, x)
        m.compile("adam", "mse")
    """,
    "a configuration in JSON": """
        import json
        cfg = json.loads('{"units": [4, 3], "act": "tanh", "shape": [6]}')
        m = keras.Sequential([keras.Input(cfg["shape"]), *[layers.Dense(u, cfg["act"]) for u in cfg["units"]]])
        m.compile("adam", "mse")
    """,
    "an element deleted from a list of layers": """
        parts = [layers.Dense(3), layers.Dense(4), layers.Dense(5)]
        del parts[0]
        m = keras.Sequential([keras.Input((2,)), *parts])
        m.compile("adam", "mse")
    """,
}


@pytest.mark.keras
@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_as_keras_builds_them(source: str, tmp_path) -> None:
    from textwrap import dedent

    path = tmp_path / "script.py"
    path.write_text(PREFIX + dedent(source), encoding="utf-8")
    found = program(source)
    recorded, trouble = truth.run(path, tmp_path)
    assert trouble == ""
    compiled = [item for item in found.models if item.compiles]
    assert len(compiled) == len(recorded)
    for ours, real in zip(compiled, recorded, strict=True):
        assert ours.complete
        assert ours.parameters == real.model.count_params()
        assert disagreements(ours, real) == []


def test_a_function_of_another_module_may_have_weights() -> None:
    found = model("""
        from blocks import head
        i = keras.Input((4,))
        m = keras.Model(i, head(layers.Dense(3)(i)))
    """)
    assert not isinstance(found.parameters, int)


@pytest.mark.parametrize(
    ("setup", "expression", "expected"),
    [
        ("x = [1, 2, 3]\ndel x[0]", "x[0]", 2),
        ("x = [1, 2, 3]\ndel x[:2]", "x[0]", 3),
        ("x = {'a': 1, 'b': 2}\ndel x['a']", "len(x)", 1),
        ("x = [1, 2, 3]\ndel x[unknown()]", "x[0]", "Unknown"),
        ("import math", "math.ceil(7 / 2)", 4),
        ("import math", "int(math.log2(16))", 4),
        ("", "int(np.prod((2, 3)))", 6),
        ("", "int(np.prod((2, None)))", "Unknown"),
        ("import json", "json.loads('[1, 2')", "Unknown"),
        ("for n in range(3):\n    if n == 1:\n        break\nelse:\n    n = 10", "n", 1),
        ("for n in range(3):\n    pass\nelse:\n    n = 10", "n", 10),
        ("x = 1\nfor n in unknown():\n    if n:\n        break\nelse:\n    x = 10", "x", "Unknown"),
        ("x = 1\nwhile unknown():\n    break\nelse:\n    x = 10", "x", "Unknown"),
        ("x = 1\nwhile False:\n    break\nelse:\n    x = 10", "x", 10),
        ("", "1 if callable(None) else 2", 2),
        ("", "1 if callable(lambda: 0) else 2", 1),
    ],
)
def test_values(setup: str, expression: str, expected: object) -> None:
    assert value(setup, expression) == expected
