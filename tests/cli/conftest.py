"""A small catalogue of rules for the tests of the command line, which are not about rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from default_lint import cli
from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.text import Span

FAULTY = """\
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="softmax")])
model.compile(optimizer=keras.optimizers.Adam(lr=0.1), loss="binary_crossentropy")
model.fit(x, y, epochs=1)
"""
CLEAN = "import keras\n\nmodel = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"


class Words(Rule):
    """A rule that finds a word."""

    pattern: ClassVar[str]
    replacement: ClassVar[str]

    def check(self, program: Program) -> Iterator[Finding]:
        for match in re.finditer(self.pattern, program.document.text):
            place = Span(*match.span())
            fix = Fix(f"write {self.replacement}", (Edit(place, self.replacement),), self.fixable or Safety.SHOWN)
            yield self.finding(place, f"`{match[0]}` is wrong", fixes=[fix], notes=[Note("and so is this", Span(0, 6))])


class Softmax(Words):
    """Softmax over one unit always outputs 1.0.

    ## Why it matters
    The model learns **nothing**.
    """

    name, code, family = "softmax-on-one-unit", "ACT101", "activation"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE
    pattern, replacement = '"softmax"', '"sigmoid"'


class LegacyRate(Words):
    """Keras 3 refuses `lr`."""

    name, code, family = "legacy-lr-argument", "OPT139", "optimization"
    severity = Severity.ERROR
    fixable = Safety.SAFE
    pattern, replacement = r"\blr(?==)", "learning_rate"


class FewEpochs(Words):
    """Few epochs."""

    name, code, family = "epochs-few", "HYP156", "hyperparameter"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    fixable = Safety.SHOWN
    pattern, replacement = r"epochs=1\b", "epochs=10"


class Broken(Rule):
    """Fails where a file says BUG."""

    name, code, family = "broken-rule", "API999", "api"

    def check(self, program: Program) -> Iterator[Finding]:
        if "BUG" in program.document.text:
            raise RuntimeError("no such luck")
        return iter(())


RULES = (Softmax, LegacyRate, FewEpochs, Broken)


@pytest.fixture(autouse=True)
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty project as working directory, with the rules above."""
    from default_lint import rules

    monkeypatch.setattr(rules, "RULES", RULES)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


Outcome = tuple[int, str, str]


@pytest.fixture
def lint(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line; its exit code, standard output and standard error."""

    def run(*arguments: str) -> Outcome:
        code = cli.main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run
