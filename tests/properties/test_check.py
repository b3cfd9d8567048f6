"""Whatever the text, `check` ends with findings whose spans lie inside it."""
# ruff: noqa: E501

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from default_lint.engine import check
from default_lint.findings import Report
from default_lint.settings import Settings
from default_lint.text import Document

ROOT = Path(__file__).parents[2]
EXAMPLES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("examples/*/*.py"))]
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
FRAGMENTS = [
    "import keras\n",
    "from keras import layers\n",
    "x = ",
    "model",
    ".add(",
    "keras.Sequential([",
    "layers.Dense(",
    "1, activation='softmax'",
    ")",
    "])",
    "\n",
    "    ",
    "def f(x, *a, **k):\n",
    "return ",
    "for i in range(3):\n",
    "if x:\n",
    "class M(keras.Model):\n",
    "lambda y: ",
    "model.compile(loss='mse')",
    "model.fit(x, y, epochs=",
    "*",
    "**",
    "[1, 2][",
    ":",
    "'",
    '"""',
    "\\",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "# default-lint: ignore[softmax-on-one-unit] why\n",
    "é世𝒳",
    "await ",
    "yield x",
    "x := 3",
    "match x:\n    case [a, *b]: pass\n",
]


def sound(text: str) -> Report:
    """The report of a text, after the promises about it were checked."""
    report = check(Document("program.py", text), Settings(audience="curious"))
    for finding in report.findings:
        spans = [finding.span, *(note.span for note in finding.notes if note.span is not None)]
        spans += [edit.span for fix in finding.fixes for edit in fix.edits]
        for span in spans:
            assert 0 <= span.start <= span.end <= len(text)
            report.document.locate(span.start)
    assert report.trouble == ()
    return report


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=300))
def test_arbitrary_text(text: str) -> None:
    sound("import keras\n" + text)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25))
def test_arbitrary_fragments_of_programs(parts: list[str]) -> None:
    sound("import keras\nfrom keras import layers\nmodel = keras.Sequential()\n" + "".join(parts))


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_mutated_examples(number: int) -> None:
    rng = random.Random(number)
    tokens = TOKEN.findall(EXAMPLES[number])
    for _ in range(25):
        changed = list(tokens)
        for _ in range(rng.randint(1, 4)):
            position, other = rng.randrange(len(changed)), rng.randrange(len(changed))
            kind = rng.choice(("delete", "duplicate", "swap", "truncate"))
            if kind == "delete":
                del changed[position]
            elif kind == "duplicate":
                changed.insert(position, changed[position])
            elif kind == "swap":
                changed[position], changed[other] = changed[other], changed[position]
            elif rng.random() < 0.3:
                changed = changed[: max(position, 1)]
        sound("".join(changed))


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_lines_deleted_or_doubled(number: int) -> None:
    lines = EXAMPLES[number].splitlines(keepends=True)
    for position in range(0, len(lines), 3):
        sound("".join(lines[:position] + lines[position + 1 :]))
        sound("".join(lines[: position + 1] + lines[position:]))


DEEP = {
    "parentheses": "import keras\nkeras.Sequential()\nx = " + "(" * 3000 + "1" + ")" * 3000 + "\n",
    "lists": "import keras\nkeras.Sequential()\nx = " + "[" * 150 + "]" * 150 + "\n",
    "sum": "import keras\nkeras.Sequential()\nx = " + "+".join(["1"] * 3000) + "\n",
    "attributes": "import keras\nkeras.Sequential()\nx = a" + ".b" * 2000 + "\n",
    "calls": "import keras\nkeras.Sequential()\nx = a" + "()" * 1500 + "\n",
    "elif": "import keras\nkeras.Sequential()\nif a:\n    pass\n" + "elif b:\n    pass\n" * 2000,
    "unary": "import keras\nkeras.Sequential()\nx = " + "-" * 5000 + "1\n",
    "blocks": "import keras\nkeras.Sequential()\n"
    + "".join("    " * i + "if x:\n" for i in range(95))
    + "    " * 95
    + "pass\n",
    "strings": "import keras\nkeras.Sequential()\nx = " + "'a' " * 3000 + "\n",
    "recursion": "import keras\ndef f(n):\n    return f(n + 1) + f(n + 2)\nkeras.layers.Dense(f(1))\n",
    "mutual": "import keras\ndef f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nkeras.layers.Dense(f(1))\n",
    "growth": "import keras\nx = [1]\nfor i in range(60):\n    x = x + x\nkeras.layers.Dense(len(x))\n",
    "loops": "import keras\n"
    + "".join("    " * i + f"for i{i} in range(60):\n" for i in range(6))
    + "    " * 6
    + "keras.layers.Dense(1)\n",
    "many tests": "import keras\n" + "".join(f"if t{i}:\n    x = keras.layers.Dense({i})\n" for i in range(120)),
    "self reference": "import keras\nx = []\nx.append(x)\nkeras.Sequential(x)\nkeras.Model(x, x)\n",
    "nested lists": "import keras\nx = [1]\nfor i in range(60):\n    x = [x, x]\nkeras.Sequential(x)\nkeras.Model(x, x)\nlen(str(x))\n",
    "cyclic attribute": "import keras\nclass A(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.a = []\n        self.a.append(self.a)\n    def call(self, x):\n        return x\nA()\n",
    "self model": "import keras\nm = keras.Sequential()\nm.add(m)\nm.compile('adam', 'mse')\nm.fit(1, 2)\n",
    "cyclic classes": "import keras\nclass A(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.a = A()\n    def call(self, x):\n        return self.a(x)\nA()\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_deep_or_endless_programs(text: str) -> None:
    sound(text)
