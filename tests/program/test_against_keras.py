"""Every layer of our own programs: shape and parameter count as Keras itself gives them. No disagreement allowed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from default_lint.program.read import read
from default_lint.program.types import Layer, Model
from default_lint.program.values import Unknown
from default_lint.text import Document
from tests.program import truth

pytestmark = pytest.mark.keras
ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*ROOT.glob("examples/*/*.py"), *ROOT.glob("tests/programs/*/*.py")])
if os.environ.get("CI"):
    SCRIPTS = [path for path in SCRIPTS if path.parts[-3] == "examples"] + SCRIPTS[::2]


def known(layer: Layer) -> bool:
    """A Keras layer of which shape and count are wholly known."""
    if isinstance(layer.shape, Unknown) or isinstance(layer.parameters, Unknown) or layer.problem is not None:
        return False
    if not layer.kind.startswith("keras.layers.") or not layer.short[:1].isupper():
        return False
    return not any(isinstance(axis, Unknown) for axis in layer.shape)


def disagreements(model: Model, real: truth.Recorded) -> list[str]:
    """Layers of ours that Keras does not have like that."""
    theirs = real.layers()
    shapeless = Counter((name, count) for name, shape, count in theirs.elements() if shape is None)
    problems = []
    seen = set()
    for layer in model.layers:
        if not known(layer) or id(layer.call) in seen or layer.shared > 1:
            continue
        seen.add(id(layer.call))
        row = (layer.short, tuple(layer.shape), layer.parameters)
        if theirs[row] > 0:
            theirs[row] -= 1
        elif shapeless[layer.short, layer.parameters] > 0:
            shapeless[layer.short, layer.parameters] -= 1
        elif any(name == layer.short and count is None for name, _, count in theirs):
            continue  # Keras never built this one
        else:
            problems.append(f"{row} is not among {[item for item in theirs if item[0] == layer.short]}")
    total = model.parameters
    if (
        not isinstance(total, Unknown)
        and real.model.built
        and all(getattr(layer, "built", False) for layer in real.model.layers)
    ) and total != real.model.count_params():
        problems.append(f"{total} parameters, Keras has {real.model.count_params()}")
    return problems


@pytest.mark.parametrize("path", sorted(set(SCRIPTS)), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_layers_as_keras_builds_them(path: Path, tmp_path: Path) -> None:
    document = Document(str(path), path.read_text(encoding="utf-8"))
    program = read(document)
    recorded, _ = truth.run(path, tmp_path)
    checked = 0
    for real in recorded:
        candidates = [
            model
            for reading in program.readings()
            for model in reading.models
            if any(
                document.locate(event.span.start).line <= real.line <= document.locate(event.span.end).line
                for event in model.compiles
            )
        ]
        if not candidates:
            continue
        checked += 1
        results = [disagreements(model, real) for model in candidates]
        assert min(results, key=len) == [], f"line {real.line}"
    assert checked or not recorded or all(model.kind in ("unknown", "subclass") for model in program.models)
