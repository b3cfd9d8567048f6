"""Which files are read at all: cheap signs first, and bounds on what is too large or too deep."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from default_lint.program.read import MAX_NODES, SyntaxTrouble, read
from default_lint.text import Document

LAYER = "import keras\n\nlayer = keras.layers.Dense(1)\n"


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "# keras\nmodel = registry.Model(x)\n",
        "# keras\nscore = suite.evaluate(x)\n",
        "# keras\nmatch = re.compile('Dense()')\n",
    ],
)
def test_no_sign_of_a_keras_program(text: str) -> None:
    assert not read(Document("a.py", text)).calls


@pytest.mark.parametrize(
    "text",
    [
        LAYER,
        "from keras import Model, layers\n\nmodel = Model(a, b)\nmodel.evaluate(x, y)\n",
        "from keras.layers import Dense as D\n\nlayer = D(1)\n",
    ],
)
def test_signs_of_a_keras_program(text: str) -> None:
    program = read(Document("a.py", text))
    assert program.calls or program.imports


def test_a_program_beyond_the_bound_is_named_and_left_alone() -> None:
    program = read(Document("a.py", f"{LAYER}table = [{'1, ' * MAX_NODES}]\n"))
    assert not program.calls
    assert "more than the" in program.unread[0].reason


def test_the_way_out_keeps_the_output_and_the_code(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text("import keras\nmodel = keras.Sequential([keras.layers.Dense(1, activation='softmax')])\n")
    command = [sys.executable, "-m", "default_lint", "check", "--isolated", "--no-cache", "--format", "json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1)
    assert done.stdout.startswith("[")
    assert done.stdout.rstrip().endswith("]")


@pytest.mark.parametrize("newer", ["type Pair[T] = tuple[T, T]", "def first[T](x: T) -> T: ...", "name = f'{d['a']}'"])
def test_syntax_of_a_later_python_is_no_fault(newer: str) -> None:
    read(Document("a.py", LAYER + newer + "\n"))


@pytest.mark.parametrize("broken", ["print 'x'", "def first[T(x): ...", "name = f'{'"])
def test_broken_syntax_is_a_fault(broken: str) -> None:
    with pytest.raises(SyntaxTrouble):
        read(Document("a.py", LAYER + broken + "\n"))
