"""Values: what an expression is known to be, and when it is not."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from tests.program.reading import last_call, program, value

KNOWN: list[tuple[str, str, Any]] = [
    ("", "3", 3),
    ("", "2 + 3 * 4", 14),
    ("", "7 // 2", 3),
    ("", "2 ** 5", 32),
    ("", "-(-4)", 4),
    ("", "0x10", 16),
    ("", "int(2.7)", 2),
    ("", "max(3, 9)", 9),
    ("", "min([4, 2])", 2),
    ("", "round(3.6)", 4),
    ("", "len('abc')", 3),
    ("", "len([1, 2, 3])", 3),
    ("", "sum((1, 2))", 3),
    ("", "sorted([3, 1])[0]", 1),
    ("", "(1, 2, 3)[-1]", 3),
    ("", "[1, 2, 3][1:][0]", 2),
    ("", "{'a': 5}['a']", 5),
    ("", "{'a': 5}.get('b', 6)", 6),
    ("", "dict(a=7)['a']", 7),
    ("", "{**{'a': 1}, 'a': 8}['a']", 8),
    ("", "4 if True else 5", 4),
    ("", "4 if 'x' in ['y'] else 5", 5),
    ("", "None or 6", 6),
    ("", "(lambda n: n * 2)(4)", 8),
    ("", "[n * 2 for n in range(4)][3]", 6),
    ("", "[a + b for a, b in zip([1, 2], [3, 4])][1]", 6),
    ("", "{k: v for k, v in [('a', 9)]}['a']", 9),
    ("", "list(range(5))[-1]", 4),
    ("", "len(f'{3}-{\"ab\"}')", 4),
    ("", "int('12')", 12),
    ("", "'a b'.split()[1]", "b"),
    ("", "(n := 5) + n", 10),
    ("N = 4", "N", 4),
    ("N = 4\nM = N * 2", "M", 8),
    ("N: int = 4", "N", 4),
    ("a, b = 3, 4", "b", 4),
    ("a, *b = 1, 2, 3", "b[1]", 3),
    ("a = b = 6", "b", 6),
    ("N = 4\nN += 3", "N", 7),
    ("N = 4\nN = 5", "N", 5),
    ("if True:\n    N = 1\nelse:\n    N = 2", "N", 1),
    ("DEBUG = False\nN = 8\nif DEBUG:\n    N = 1", "N", 8),
    ("def f(n=3):\n    return n + 1", "f()", 4),
    ("def f(n, *, k=3):\n    return n * k", "f(2, k=5)", 10),
    ("def f(*sizes):\n    return len(sizes)", "f(1, 2, 3)", 3),
    ("def f(**options):\n    return options['n']", "f(n=2)", 2),
    ("def f(n):\n    if n > 2:\n        return 1\n    return 0", "f(3)", 1),
    ("def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)", "fact(3)", 6),
    ("def f():\n    def g():\n        return 5\n    return g", "f()()", 5),
    ("def f():\n    global N\n    N = 9\nf()", "N", 9),
    ("class Config:\n    units = 12", "Config.units", 12),
    ("class Config:\n    units = 12\nc = Config()", "c.units", 12),
    ("class C:\n    def __init__(self, n):\n        self.n = n\nc = C(3)", "c.n", 3),
    ("class C:\n    n = 2\n    @property\n    def double(self):\n        return self.n * 2", "C().double", 4),
    ("class C:\n    @staticmethod\n    def n():\n        return 4", "C.n()", 4),
    ("class A:\n    n = 2\nclass B(A):\n    def f(self):\n        return self.n", "B().f()", 2),
    (
        "class A:\n    def f(self):\n        return 1\nclass B(A):\n    def f(self):\n        return super().f() + 1",
        "B().f()",
        2,
    ),
    ("from dataclasses import dataclass\n@dataclass\nclass C:\n    n: int = 5", "C().n", 5),
    ("from dataclasses import dataclass\n@dataclass\nclass C:\n    n: int = 5", "C(n=6).n", 6),
    ("from typing import NamedTuple\nclass C(NamedTuple):\n    a: int\n    n: int = 5", "C(1).n", 5),
    ("from types import SimpleNamespace\nc = SimpleNamespace(n=4)", "c.n", 4),
    ("c = {'model': {'units': 7}}", "c['model']['units']", 7),
    ("c = {}\nc['n'] = 3", "c['n']", 3),
    ("sizes = []\nfor i in range(3):\n    sizes.append(i)", "sizes[-1]", 2),
    ("sizes = [1]\nsizes += [2]", "len(sizes)", 2),
    (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n-units', type=int, default=24)\nargs = p.parse_args()",
        "args.n_units",
        24,
    ),
    (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('-u', '--units', dest='n', default=3)\nargs, _ = p.parse_known_args()",
        "args.n",
        3,
    ),
    ("from functools import partial\ndef f(a, b):\n    return a + b\ng = partial(f, 1)", "g(2)", 3),
    ("total = 0\nfor i in [1, 2, 3]:\n    total += i", "total", 6),
    ("for i, n in enumerate([5, 6]):\n    pass", "n", 6),
    ("for k, v in {'a': 3}.items():\n    pass", "v", 3),
    ("for i in range(10):\n    if i == 3:\n        break", "i", 3),
    ("try:\n    N = 3\nexcept ValueError:\n    N = 4", "N", 3),
    ("with open('x') as f:\n    N = 3", "N", 3),
    ("if __name__ == '__main__':\n    N = 5", "N", 5),
    ("x = np.zeros((100, 7))", "x.shape[1]", 7),
    ("x = np.zeros((100, 7))", "len(x)", 100),
    ("n = None\nif n is None:\n    n = 11", "n", 11),
    (
        "mode = 'b'\nmatch mode:\n    case 'a':\n        n = 1\n    case 'b':\n        n = 2\n    case _:\n        n = 3",
        "n",
        2,
    ),
]

NOT_KNOWN = [
    ("import sys", "len(sys.argv)"),
    ("import os", "int(os.environ['N'])"),
    ("from settings import N", "N + 1"),
    ("", "undefined_name"),
    ("n = 0\nfor line in open('x'):\n    n += 1", "n"),
    ("n = 4\nwhile unknown():\n    n = n * 2", "n"),
    ("sizes = [1]\nfor line in open('x'):\n    sizes.append(2)", "len(sizes)"),
    ("sizes = [3]\nsizes.extend(unknown())", "len(sizes)"),
    ("c = {}\nc[unknown()] = 3", "c.get('n', 4)"),
    (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--flag', action='store_true')\na = p.parse_args()",
        "a.flag",
    ),
    ("def f(n):\n    return f(n + 1)", "f(1)"),
    ("", "1 / 0"),
    ("", "10 ** 10 ** 10"),
    ("", "'x' * 10 ** 12"),
    ("def f(a):\n    return a", "f(*unknown())"),
    ("", "[1, 2][5]"),
    ("", "[1, *unknown()][-1]"),
    ("def g():\n    yield 3", "list(g())[0]"),
    ("import random", "random.randint(1, 5)"),
]


@pytest.mark.parametrize(("setup", "expression", "expected"), KNOWN, ids=[f"{s[:30]}|{e}" for s, e, _ in KNOWN])
def test_known_value(setup: str, expression: str, expected: Any) -> None:
    assert value(setup, expression) == expected


@pytest.mark.parametrize(("setup", "expression"), NOT_KNOWN, ids=[f"{s[:30]}|{e}" for s, e in NOT_KNOWN])
def test_unknown_value_stays_unknown(setup: str, expression: str) -> None:
    assert value(setup, expression) == "Unknown"


def test_two_outcomes_of_an_unknown_test_are_two_readings() -> None:
    found = program("import sys\nn = 3\nif sys.argv[1]:\n    n = 4\nlayers.Dense(n)\n")
    units = {next(reading.calls_of("keras.layers.Dense"))["units"] for reading in found.readings()}
    assert units == {3, 4}


def test_the_same_test_has_the_same_outcome_everywhere_in_a_reading() -> None:
    found = program(
        """
        def build(classes):
            units = 1 if classes == 2 else classes
            activation = "softmax" if classes != 2 else "sigmoid"
            return layers.Dense(units, activation=activation)
        """
    )
    pairs = set()
    for reading in found.readings():
        call = next(reading.calls_of("keras.layers.Dense"))
        pairs.add((call["units"] if call["units"] == 1 else "classes", call["activation"]))
    assert pairs == {(1, "sigmoid"), ("classes", "softmax")}


def test_an_imported_flag_is_an_unknown_test() -> None:
    assert len(program("from settings import FLAG\nlayers.Dense(1 if FLAG else 2)\n").alternatives) == 1


def test_the_way_that_raises_is_not_followed() -> None:
    found = program("import sys\nif len(sys.argv) < 2:\n    raise SystemExit\nlayers.Dense(4)\n")
    assert found.alternatives == ()
    assert next(found.calls_of("keras.layers.Dense"))["units"] == 4


def test_arguments_are_bound_by_position_and_keyword_with_their_places() -> None:
    call = last_call("layers.Dense(8, 'relu', kernel_initializer='zeros')\n")
    assert (call["units"], call["activation"], call["kernel_initializer"], call["use_bias"]) == (
        8,
        "relu",
        "zeros",
        True,
    )
    assert call.given("activation") is not None and call.given("activation").keyword is None
    assert call.given("use_bias") is None
    assert call.where("use_bias") == call.callee


@pytest.mark.parametrize(
    ("text", "name", "fixed"),
    [
        ("layers.Dense(8, name='a')", "name", "layers.Dense(8)"),
        ("layers.Dense(units=8, name='a')", "units", "layers.Dense(name='a')"),
        ("layers.Dense(units=8)", "units", "layers.Dense()"),
        ("layers.Dense(\n    8,\n    name='a',\n)", "name", "layers.Dense(\n    8,\n)"),
    ],
)
def test_removal_of_an_argument_takes_its_comma(text: str, name: str, fixed: str) -> None:
    found = program(text + "\n")
    removal = next(found.calls_of("keras.layers.Dense")).given(name).removal
    source = found.document.text
    assert (source[: removal.start] + source[removal.end :]).endswith(fixed + "\n")


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("layers.Dropout()", "layers.Dropout(rate=0.5)"),
        ("layers.Dropout(  )", "layers.Dropout(rate=0.5  )"),
        ("layers.Dropout(name='a')", "layers.Dropout(name='a', rate=0.5)"),
        ("layers.Dropout(\n    name='a',\n)", "layers.Dropout(\n    name='a', rate=0.5,\n)"),
    ],
)
def test_adding_an_argument(text: str, fixed: str) -> None:
    found = program(text + "\n")
    edit = next(found.calls_of("keras.layers.Dropout")).add_argument("rate=0.5")
    source = found.document.text
    assert (source[: edit.span.start] + edit.text + source[edit.span.end :]).endswith(fixed + "\n")


@pytest.mark.parametrize("options", ["{'units': 7, 'activation': 'relu'}", "dict(units=7, activation='relu')"])
def test_keywords_from_a_dict_stand_where_the_dict_says_them(options: str) -> None:
    found = program(f"options = {options}\nlayers.Dense(**options)\n")
    call = next(found.calls_of("keras.layers.Dense"))
    assert found.document[call.where("activation")] == "'relu'"
    changed = program(f"options = {options}\noptions['activation'] = 'tanh'\nlayers.Dense(**options)\n")
    call = next(changed.calls_of("keras.layers.Dense"))
    assert (call["activation"], changed.document[call.where("activation")]) == ("tanh", "options")
