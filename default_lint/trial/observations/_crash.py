"""What Keras and its backends said when the first step of training failed, sorted by what is at fault.

The patterns are those of Keras 3.15 on TensorFlow 2.21, JAX and PyTorch, and of tf_keras 2.21, found by raising each.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from default_lint.trial.observations.base import Sight
from default_lint.trial.trace import LayerTrace

_LABEL = re.compile(r"label value of (-?\d+) which is outside the valid range of \[0, (\d+)\)")
_TARGET = re.compile(r"Target (-?\d+) is out of bounds")
_INDEX = re.compile(r"indices\[[^\]]*\] = (-?\d+) is not in \[0, (\d+)\)")
_SIZES = re.compile(r"'(\w+)' sizes: (\d+)")
_SHAPES = re.compile(
    r"target\.shape=(?:torch\.Size\()?[(\[]([^)\]]*)[)\]]\)?, output\.shape=(?:torch\.Size\()?[(\[]([^)\]]*)[)\]]"
)
_LAYER = re.compile(r"""of layer ['"]([^'"]+)['"] is incompatible with the layer: ([^\x1b\n]*)""")
_EXPECTED = re.compile(r"expected (axis -?\d+ of input shape to have value \d+|(?:min_)?ndim=\d+|shape=\([^)]*\))")
_FOUND = re.compile(r"(?:received input with shape|found shape=|Full shape received:) ?(\([^)]*\))")


class Misfit(NamedTuple):
    """A layer that refused its input: what it takes and what came, as Keras writes them."""

    name: str
    layer: LayerTrace | None
    expected: str
    found: str


def message(sight: Sight) -> str:
    """What an exception said that ended the run before this model had seen one whole epoch, else ""."""
    trace, model = sight.trace, sight.model
    last = bool(trace.models) and trace.models[-1].number == model.number
    return trace.error or trace.ended.message if trace.ended.kind == "error" and last and not model.complete else ""


def refused_label(sight: Sight) -> tuple[int, int | None] | None:
    """A label that the loss refused, and the number of classes where it was told."""
    text = message(sight)
    found = _LABEL.search(text)
    if found is not None:
        return int(found.group(1)), int(found.group(2))
    found = _TARGET.search(text)
    return None if found is None else (int(found.group(1)), None)


def refused_index(sight: Sight) -> tuple[int, int] | None:
    """An id that an Embedding refused, and the number of its rows."""
    found = _INDEX.search(message(sight))
    return None if found is None else (int(found.group(1)), int(found.group(2)))


def row_counts(sight: Sight) -> dict[str, int]:
    """Rows by array when they did not match."""
    text = message(sight)
    return {name: int(rows) for name, rows in _SIZES.findall(text)} if "cardinality" in text else {}


def label_shapes(sight: Sight) -> tuple[str, str] | None:
    """Shapes of labels and output that did not go together, as "(None, 3)"."""
    found = _SHAPES.search(message(sight))
    return None if found is None else (f"({found.group(1)})", f"({found.group(2)})")


def misfit(sight: Sight) -> Misfit | None:
    """The layer that refused its input."""
    found = _LAYER.search(message(sight))
    if found is None:
        return None
    name, rest = found.groups()
    expected, came = _EXPECTED.search(rest), _FOUND.search(rest)
    layer = next((row for row in sight.model.layers if row.name == name), None)
    return Misfit(name, layer, expected.group(1) if expected else "", came.group(1) if came else "")
