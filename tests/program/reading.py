"""Short ways to read a program in tests."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from default_lint.program.read import read
from default_lint.program.types import Call, Model, Program
from default_lint.program.values import Unknown
from default_lint.text import Document

PREFIX = "import keras\nfrom keras import layers\nimport numpy as np\n"


def program(source: str, prefix: str = PREFIX) -> Program:
    """The program of a source, with the usual imports before it."""
    return read(Document("program.py", prefix + dedent(source)))


def model(source: str, prefix: str = PREFIX, number: int = 0) -> Model:
    """One model of a source."""
    return program(source, prefix).models[number]


def last_call(source: str, name: str = "keras.layers.Dense", prefix: str = PREFIX) -> Call:
    """The last call of a canonical name."""
    return list(program(source, prefix).calls_of(name))[-1]


def value(setup: str, expression: str) -> Any:
    """What the expression is known to be after `setup`; the word "Unknown" when it is not known."""
    found = last_call(f"{dedent(setup)}\nlayers.Dense({expression})\n")["units"]
    return "Unknown" if isinstance(found, Unknown) else found
