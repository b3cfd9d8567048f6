"""Results of an evaluation made up for tests of its report."""

from __future__ import annotations

import random
from typing import Any

from default_lint.lab.learning import HARMS

FAMILIES = (
    "activation", "layer", "loss", "optimization", "hyperparameter", "regularization", "weights", "data",
)  # fmt: skip
MODELS = ("RandomForest", "ExtraTrees", "HistGradientBoosting")


def figure(value: float, spread: float = 0.03, n: int = 800) -> dict[str, float]:
    return {"value": value, "low": max(0.0, value - spread), "high": min(1.0, value + spread), "n": n}


def results() -> dict[str, Any]:
    """One of every section; detection passes its bar, categorization misses it, and weights are below their floor."""
    chance = random.Random(0)
    levels = {"static": 0.71, "dynamic": 0.88, "both": 0.93}

    def detection(value: float) -> dict[str, Any]:
        return {
            "accuracy": figure(value + 0.01), "balanced_accuracy": figure(value), "auroc": figure(value + 0.04),
            "brier": figure(1 - value), "ece": figure(0.03, 0.01), "mcc": figure(2 * value - 1, 0.06),
            "false_alarms_healthy": figure(0.04, 0.02), "false_alarms_benign": figure(0.22, 0.05),
        }  # fmt: skip

    def curve(area: float) -> list[list[float]]:
        power = (1 - area) / area
        return [[step / 40, (step / 40) ** power] for step in range(41)]

    def calibration(bend: float) -> list[list[float]]:
        return [[x, min(1.0, x**bend), 20 + 400 * abs(x - 0.5)] for x in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)]

    def tops(first: float, n: int = 900) -> dict[str, Any]:
        grown = {"top1": first, "top3": first + 0.6 * (1 - first), "top5": first + 0.75 * (1 - first)}
        return {name: figure(value, 0.04, n) for name, value in {**grown, "ever": 0.96}.items()}

    sources = {
        "rules": 0.24, "suspicions": 0.31, "observations": 0.37, "rules+suspicions": 0.42, "rules+observations": 0.5,
        "fused": 0.66, "nearest": 0.2, "random": 0.12,
    }  # fmt: skip
    counts = [[chance.randrange(6) for _ in range(9)] for _ in FAMILIES]
    for place, row in enumerate(counts):
        row[place] = 60 + 9 * place
    return {
        "format": 1,
        "versions": {"default-lint": "0.1.0", "scikit-learn": "1.9.1"},
        "method": ["5 folds of seed programs; the grid is searched in the folds within.", "Calibrated by `Platt`."],
        "corpus": {
            "hash": "ab12",
            "seeds": 60,
            "programs": 2990,
            "runs": 14012,
            "verdicts": {"faulty": 1800, "benign": 900, "crash": 230},
            "families": {name: {"faulty": 200 + place, "benign": 90} for place, name in enumerate(FAMILIES)},
            "architectures": {"feedforward": {"seeds": 20, "programs": 1000}, "recurrent": {"seeds": 20}},
        },
        "detection": {
            "chosen": {"level": "both", "model": "RandomForest"},
            "scores": {
                level: {model: detection(value - 0.01 * place) for place, model in enumerate(MODELS)}
                for level, value in levels.items()
            },
            "roc": {
                level: {model: curve(value + 0.04 - 0.01 * place) for place, model in enumerate(MODELS)}
                for level, value in levels.items()
            },
            "reliability": {
                level: {model: calibration(1 + 0.3 * place) for place, model in enumerate(MODELS)} for level in levels
            },
            "harm": {
                kind: {"recall": figure(0.3 + 0.2 * place, n=60), "balanced_accuracy": figure(0.6 + 0.1 * place)}
                for place, kind in enumerate(HARMS)
            },
            "notes": ["A remark of ours about detection."],
        },
        "categorization": {
            "chosen": {"level": "both", "model": "RandomForest"},
            "scores": {"both": {model: {"macro_f1": figure(0.7)} for model in MODELS}},
            "families": {
                name: {
                    "precision": figure(0.8),
                    "recall": figure(0.7),
                    "f1": figure(0.45 + 0.06 * place, 0.06),
                    "support": 150 + place,
                    "floor": {"f1": figure(0.5 if name == "weights" else 0.2, 0.05)},
                }
                for place, name in enumerate(reversed(FAMILIES))
            },
            "compound": {"strict": figure(0.31), "any": figure(0.88)},
            "confusion": {"labels": list(FAMILIES), "counts": counts},
        },
        "cause": {
            "chosen": {"level": "both", "model": "RandomForest"},
            "scores": {"both": {"RandomForest": {"top1": figure(0.74), "top3": figure(0.93)}}},
            "families": {
                "layer": {
                    "top1": figure(0.61),
                    "top3": figure(0.85),
                    "support": 300,
                    "causes": 11,
                    "floor": {"top1": figure(0.2), "top3": figure(0.5)},
                },
                "data": {"top1": figure(0.4), "top3": {"value": None}, "support": 200, "causes": 9},
            },
        },
        "localization": {
            "programs": 1790,
            "sources": {
                source: {"span": tops(value - 0.05), "line": tops(value), "call": tops(value + 0.05)}
                for source, value in sources.items()
            },
            "families": {
                name: {source: tops(max(0.02, value - 0.03 * place), 100) for source, value in sources.items()}
                for place, name in enumerate(FAMILIES)
            },
            "harm": {kind: {source: tops(value, 100) for source, value in sources.items()} for kind in HARMS},
            "compound": {
                source: {way: tops(value) for way in ("any", "all", "share")} for source, value in sources.items()
            },
            "false_alarms": {
                source: {
                    kind: {"share": figure(0.07), "each": figure(0.08)}
                    for kind in ("originals", "benign", "benign elsewhere")
                }
                for source in ("rules", "observations", "fused")
            },
            "gap": {"suspicions": {"top1": figure(0.11), "top3": figure(0.05)}, "fused": {"top1": figure(0.46)}},
        },
        "early": {
            "detection": {
                step: {"balanced_accuracy": figure(0.74 + 0.04 * place), "auroc": figure(0.8 + 0.03 * place)}
                for place, step in enumerate(("1", "2", "5", "10", "all"))
            },
            "categorization": {step: {"macro_f1": figure(0.6)} for step in ("1", "10", "all")},
        },
        "architectures": {
            "feedforward": {"balanced_accuracy": figure(0.9), "macro_f1": figure(0.66)},
            "recurrent": {"balanced_accuracy": figure(0.78, 0.06), "macro_f1": figure(0.5, 0.08)},
        },
        "ablations": {
            "everything": {"balanced_accuracy": figure(0.93), "macro_f1": figure(0.7)},
            "static only": {"balanced_accuracy": figure(0.71), "macro_f1": figure(0.5)},
            "without gradients": {"balanced_accuracy": figure(0.92), "macro_f1": figure(0.72)},
        },
        "floors": {
            "detection": {
                "constant": {"balanced_accuracy": figure(0.5, 0.0)},
                "one feature": {"balanced_accuracy": figure(0.81), "feature": "dall.loss.last", "gap": figure(0.12)},
            },
            "categorization": {"constant": {"macro_f1": figure(0.2)}},
        },
        "learning_curve": [
            {"seeds": seeds, "balanced_accuracy": figure(0.8 + seeds / 450), "macro_f1": figure(0.5 + seeds / 300)}
            for seeds in (5, 10, 20, 40, 60)
        ],
        "tried": ["Deeper trees: nothing gained."],
    }
