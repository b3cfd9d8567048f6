"""Small findings for the tests of the formats."""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Report, Safety, Severity
from default_lint.text import Cell, Document, Span

MODEL = """\
import keras
from keras import layers

model = keras.Sequential([
    layers.Dense(64, activation="relu"),
    layers.Dense(1, activation="softmax"),
])

model.compile("adam", loss="binary_crossentropy")
model.fit(x, y, epochs=5)
"""


def span(text: str, part: str, nth: int = 0) -> Span:
    """Where `part` stands in `text` for the nth time."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(part, at + 1)
    return Span(at, at + len(part))


def finding(
    where: Span,
    message: str = "softmax over 1 unit always outputs 1.0",
    *,
    rule: str = "softmax-on-one-unit",
    code: str = "ACT101",
    family: str = "activation",
    severity: Severity = Severity.ERROR,
    confidence: Confidence = Confidence.HIGH,
    notes: Sequence[Note] = (),
    fixes: Sequence[Fix] = (),
) -> Finding:
    """A finding with what a test does not care about filled in."""
    return Finding(rule, code, where, message, severity, confidence, family, notes=tuple(notes), fixes=tuple(fixes))


def softmax(text: str = MODEL) -> Finding:
    """The finding that most tests show: two notes, two fixes."""
    place = span(text, '"softmax"')
    return finding(
        place,
        notes=[
            Note("the loss reads it as a probability", span(text, '"binary_crossentropy"')),
            Note("Keras is silent"),
        ],
        fixes=[
            Fix("replace softmax by sigmoid", (Edit(place, '"sigmoid"'),), Safety.SAFE),
            Fix("give the layer 2 units", (), Safety.SHOWN),
        ],
    )


def report(*findings: Finding, text: str = MODEL, path: str = "train.py", trouble: Sequence[str] = ()) -> Report:
    """A report on a script."""
    return Report(Document(path, text), findings, trouble=tuple(trouble))


def notebook(*sources: str) -> Document:
    """A notebook whose code cells are the cells 1, 3, 5, ..."""
    text, cells = "", []
    for index, source in enumerate(sources):
        cells.append(Cell(2 * index + 1, len(text), len(text) + len(source)))
        text += source
    return Document("book.ipynb", text, tuple(cells), original="{}")
