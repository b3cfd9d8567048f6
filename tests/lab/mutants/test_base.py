"""The machine behind the operators: finding, changing, recording."""

from __future__ import annotations

import random
from collections.abc import Iterator

import libcst as cst
import pytest
from libcst.codemod import CodemodContext

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject, applied, meaning, moved
from default_lint.lab.mutants.compound import compound, joined
from default_lint.lab.mutants.hlr import ChangeLearningRate
from default_lint.program.read import read
from default_lint.text import Document, Span

PROGRAM = """\
from keras import layers, Sequential
import numpy as np

RATE = 0.3
UNITS = 16
x, y = np.random.rand(100, 4), np.random.rand(100)
model = Sequential()
model.add(layers.Dense(UNITS, activation="relu"))
model.add(layers.Dropout(RATE))
model.add(layers.Dense(UNITS))
model.compile(loss="mse", optimizer="adam")
model.fit(x, y, epochs=5)
"""


class Dropping(Operator):
    """Set the rate of Dropout."""

    code = "XDR"
    family = "regularization"
    cause = "dropout-rate"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        for _, layer in subject.layers("Dropout"):
            yield Change((subject.set(layer.call, "rate", "0.9"),), layer.call.span, {"after": 0.9})


class Same(Dropping):
    """Set the rate of Dropout to what it is."""

    code = "XSA"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        for _, layer in subject.layers("Dropout"):
            yield Change((subject.set(layer.call, "rate", "3e-1"),), layer.call.span)


class Emptying(Dropping):
    """Delete what fit is given."""

    code = "XEM"
    family = "layer"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        fit = subject.fits[0]
        assert fit.call is not None
        yield Change((subject.drop(fit.call, "epochs"),), fit.span)


def test_a_constant_that_is_used_once_is_changed_where_it_is_written() -> None:
    mutant = Dropping.mutate(Subject(PROGRAM))
    assert mutant.source == PROGRAM.replace("RATE = 0.3", "RATE = 0.9")
    (fault,) = mutant.faults
    assert mutant.source[fault.site.start : fault.site.end] == "layers.Dropout(RATE)"
    assert mutant.record()["faults"][0]["after"][0]["line"] == 4
    assert mutant.record()["faults"][0]["site"]["line"] == 9


def test_a_constant_that_is_used_twice_is_replaced_in_its_place() -> None:
    subject = Subject(PROGRAM)
    (_, first), *_ = subject.layers("Dense")
    edit = subject.set(first.call, "units", "2")
    assert subject.text[edit.span.start : edit.span.end] == "UNITS"
    assert edit.span.start > PROGRAM.index("model.add")


def test_what_means_the_same_is_no_mutant() -> None:
    with pytest.raises(NotApplicable, match="leave the program what it is"):
        Same.mutate(Subject(PROGRAM))


def test_nothing_to_change_is_said() -> None:
    with pytest.raises(NotApplicable, match="nothing in it can be changed by XDR"):
        Dropping.mutate(Subject(PROGRAM.replace("model.add(layers.Dropout(RATE))\n", "")))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import keras\nmodel = keras.Sequential(\n", "is not Python"),
        ("import keras\nprint(keras.Sequential([]))\n", "no model is compiled and trained"),
        ("print(1)\n", "no model is compiled and trained"),
    ],
)
def test_what_is_no_training_program(text: str, reason: str) -> None:
    with pytest.raises(NotApplicable, match=reason):
        ChangeLearningRate.mutate(Subject(text))


def test_a_name_is_written_as_the_file_writes_it() -> None:
    def spelled(imports: str) -> tuple[str, str]:
        source = f"{imports}\n{PROGRAM}"
        name, edits = Subject(source).spell("keras.optimizers.SGD")
        return name, "".join(edit.text for edit in edits)

    assert spelled("import keras") == ("keras.optimizers.SGD", "")
    assert spelled("from keras import optimizers as opt") == ("opt.SGD", "")
    assert spelled("import tensorflow as tf") == ("tf.keras.optimizers.SGD", "")
    assert spelled("from keras.optimizers import SGD") == ("SGD", "")
    assert spelled("") == ("SGD", "from keras.optimizers import SGD\n")


def test_lines_go_before_and_after_a_statement_as_deep_as_it_stands() -> None:
    source = PROGRAM.replace("model.fit(", "if True:\n    model.fit(\n        ")
    subject = Subject(source)
    fit = subject.fits[0].span
    text, _ = applied(source, [subject.before(fit, "a = 1"), subject.after(fit, "b = 2")])
    assert "if True:\n    a = 1\n    model.fit(\n        x, y, epochs=5)\n    b = 2\n" in text


def test_an_argument_is_dropped_with_its_comma() -> None:
    assert "model.fit(x, y)\n" in Emptying.mutate(Subject(PROGRAM)).source
    with pytest.raises(NotApplicable, match="is not given `epochs`"):
        Emptying.mutate(Subject(PROGRAM.replace(", epochs=5", "")))


def test_spans_move_with_edits() -> None:
    edits = [Edit(Span(2, 4), "xyz"), Edit(Span(8, 8), "++")]
    assert applied("0123456789", edits) == ("01xyz4567++89", (Span(2, 5), Span(9, 11)))
    assert moved(Span(5, 7), edits) == Span(6, 8)
    assert moved(Span(2, 4), edits) == Span(2, 5)
    assert moved(Span(0, 10), edits) == Span(0, 13)
    with pytest.raises(ValueError, match="overlap"):
        applied("0123456789", [Edit(Span(2, 4), ""), Edit(Span(3, 5), "")])


def test_meaning_is_that_of_the_program_and_not_of_its_text() -> None:
    def of(text: str) -> object:
        return meaning(read(Document("", text)))

    assert of(PROGRAM) == of(PROGRAM.replace("RATE", "DROP").replace('loss="mse", optimizer="adam"', '"adam", "mse"'))
    assert of(PROGRAM) == of(PROGRAM.replace("Dense(UNITS)", "Dense(16, use_bias=True)"))
    assert of(PROGRAM) != of(PROGRAM.replace("Dense(UNITS)", "Dense(17)"))
    assert of(PROGRAM) != of(PROGRAM.replace("epochs=5", "epochs=6"))


def test_two_faults_in_one_mutant_keep_their_places() -> None:
    mutant = compound(PROGRAM, "train.py", [ChangeLearningRate, Dropping], 1)
    rate, dropout = mutant.faults
    assert mutant.operators == ("HLR", "XDR")
    assert [mutant.source[span.start : span.end] for span in dropout.after] == ["0.9"]
    assert [PROGRAM[span.start : span.end] for span in dropout.before] == ["0.3"]
    assert any("Adam(learning_rate=" in mutant.source[span.start : span.end] for span in rate.after)
    assert [PROGRAM[span.start : span.end] for span in rate.before][-1] == '"adam"'
    assert mutant.original == PROGRAM


def test_a_fault_does_not_undo_another() -> None:
    first = Dropping.mutate(Subject(PROGRAM))
    again = Same.mutate(Subject(first.source))
    with pytest.raises(NotApplicable, match="what the first one changed"):
        joined(first, again)


def test_an_operator_is_a_codemod() -> None:
    context = CodemodContext(filename="train.py")
    changed = Dropping(context).transform_module(cst.parse_module(PROGRAM))
    assert changed.code == PROGRAM.replace("RATE = 0.3", "RATE = 0.9")
    untouched = Dropping(context).transform_module(cst.parse_module("import keras\n"))
    assert untouched.code == "import keras\n"
    assert "cannot be seeded here" in context.warnings[0]
