"""Classifiers made by hand: forests of stumps, written and read back as a bundle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from default_lint.diagnosis.bundle import MANIFEST, Bundle, load
from default_lint.diagnosis.forest import Forest
from default_lint.features.dynamic import of as features_of
from default_lint.features.static import names
from default_lint.trial.trace import ModelTrace


class Stump(NamedTuple):
    """A tree of one question: is the feature above the threshold? With the share of "yes" below and above it."""

    feature: str
    threshold: float
    below: float
    above: float


class Made(NamedTuple):
    """A classifier: its questions, and what the manifest says of it."""

    features: Sequence[str]
    stumps: Sequence[Stump]
    threshold: float = 0.6
    speaks: bool = True
    usual: Mapping[str, tuple[float, float]] = {}
    classes: Sequence[str] = ("no", "yes")


DYNAMIC = tuple(features_of(ModelTrace(0, "", "")).row())
BOTH = (*names("program"), *DYNAMIC)


def forest(made: Made) -> Forest:
    """The forest; of more than two classes the second question's share is of the last class, and so on."""
    count = len(made.stumps)
    rows = []
    for at, stump in enumerate(made.stumps):
        for share in (stump.below, stump.above):
            row = [round(100 * (1 - share)), *([0] * (len(made.classes) - 1))]
            row[1 + at % (len(made.classes) - 1)] = 100 - row[0]
            rows.append(row)
    return Forest(
        tuple(made.classes),
        tuple(made.features),
        count,
        np.array([True] * count + [False] * 2 * count),
        np.array([list(made.features).index(stump.feature) for stump in made.stumps]),
        np.array([stump.threshold for stump in made.stumps], np.float32),
        np.array(rows, np.uint64).T,
        np.ones((len(made.classes), 1)),
    )


def write(folder: Path, models: Mapping[str, Made]) -> Path:
    """Write a bundle into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    entries: dict[str, Any] = {}
    for name, made in models.items():
        content = forest(made).to_bytes()
        (folder / f"{name}.npz").write_bytes(content)
        entries[name] = {
            "file": f"{name}.npz",
            "sha256": hashlib.sha256(content).hexdigest(),
            "classes": list(made.classes),
            "features": list(made.features),
            "calibration": [[1.0, 0.0] for _ in made.classes],
            "threshold": made.threshold,
            "speaks": made.speaks,
            "usual": {name: list(pair) for name, pair in made.usual.items()},
        }
    manifest = {"format": 1, "made_with": {}, "corpus": {}, "models": entries}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def bundle(folder: Path, models: Mapping[str, Made]) -> Bundle:
    """The bundle as the product reads it."""
    return load(write(folder, models))


RATE = Made(
    names("optimizer"),
    [
        Stump("optimizer.rate", -1.5, 0.05, 0.95),
        Stump("site.is.learning_rate", 0.5, 0.2, 0.9),
        Stump("optimizer.rate", -1.0, 0.1, 0.9),
    ],
    usual={"optimizer.rate": (-4.0, -2.0)},
)
"""Suspects a learning rate above 0.03: 0.92 where it stands, 0.68 elsewhere in the optimizer."""
SITES: Mapping[str, Made] = {
    "site.optimizer": RATE,
    "site.layer": Made(
        names("layer"),
        [Stump("layer.dropout", 0.7, 0.05, 0.95), Stump("layer.dropout", 0.8, 0.1, 0.85)],
        usual={"layer.dropout": (0.0, 0.5)},
    ),
    "site.fit": Made(names("fit"), [Stump("training.epochs", 0.5, 0.8, 0.1)]),
}
LEVELS: Mapping[str, Made] = {
    "detection.both": Made(
        BOTH,
        [Stump("accuracy_skill.last", 0.2, 0.96, 0.05), Stump("optimizer.rate", -1.5, 0.2, 0.97)],
        usual={"optimizer.rate": (-4.0, -2.0)},
    ),
    "detection.dynamic": Made(DYNAMIC, [Stump("accuracy_skill.last", 0.2, 0.9, 0.05)]),
    "categorization.hyperparameter.both": Made(BOTH, [Stump("optimizer.rate", -1.5, 0.1, 0.88)]),
    "categorization.loss.both": Made(BOTH, [Stump("accuracy_skill.last", 0.2, 0.65, 0.05)]),
    "categorization.layer.both": Made(BOTH, [Stump("accuracy_skill.last", 0.2, 0.3, 0.05)]),
    "cause.hyperparameter.both": Made(
        BOTH,
        [Stump("optimizer.rate", -1.5, 0.1, 0.9)],
        threshold=0.5,
        classes=("epochs", "learning-rate"),
    ),
}
