"""Traces, outcomes and records of programs made up for tests of the lab's tables."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

from default_lint.lab.runs import Outcome
from default_lint.lab.store import Workspace

SCRIPT = "/tmp/train.py"
CODE = "import keras\n\nmodel = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])\nmodel.fit()\n"


def events(epochs: int, seed: int = 0, models: int = 1) -> list[dict[str, Any]]:
    """The events of a run of two Dense layers."""
    chance = random.Random(seed)
    found: list[dict[str, Any]] = [
        {"event": "trace", "format": 1, "script": SCRIPT, "sources": {}},
        {"event": "start", "versions": {"python": "3.11", "keras": "3.15"}},
    ]
    for model in range(models):
        layers = [
            {"index": index, "name": f"dense_{index}", "kind": "Dense", "activation": "relu", "parameters": 40}
            for index in range(2)
        ]
        layers[0]["site"] = [SCRIPT, 3, 3, 25, 46]
        layers[1]["site"] = ["/tmp/other.py", 9, 9, 0, 5]
        found.append({"event": "model", "model": model, "name": "m", "kind": "Sequential", "layers": layers,
                      "losses": ["mean_squared_error"], "outputs": [1]})  # fmt: skip
        for epoch in range(-1, epochs):
            measures = {name: chance.random() for name in ("held_loss", "weight_norm", "gradient_norm")}
            rows = {str(index): {"gradient_norm": chance.random(), "weight_norm": 3.0} for index in range(2)}
            logs = {} if epoch < 0 else {"loss": chance.random(), "val_loss": chance.random()}
            found.append({"event": "epoch", "model": model, "epoch": epoch, "steps": 10, "logs": logs,
                          "learning_rate": 0.001, "measures": measures, "layers": rows})  # fmt: skip
    return [*found, {"event": "ended", "kind": "finished", "message": "", "seconds": 1.0}]


def trace(epochs: int, seed: int = 0, models: int = 1) -> bytes:
    text = "".join(json.dumps(event) + "\n" for event in events(epochs, seed, models))
    return gzip.compress(text.encode(), mtime=0)


def outcome(program: str, seed: int, epochs: int = 3, score: float | None = 0.9, **fields: Any) -> Outcome:
    usual: dict[str, Any] = {"status": "ok", "error": "", "line": 0, "seconds": 1.5, "trace": trace(epochs, seed)}
    return Outcome(key=f"{program}-{seed}", seed=seed, score=score, **{**usual, **fields})


def program(name: str, operator: str = "", verdict: str = "benign", **fields: Any) -> dict[str, Any]:
    """The record of a program as `lab.corpus` makes it."""
    place = {"start": 14, "end": 19, "line": 3, "column": 1, "end_line": 3, "end_column": 6}
    fault = {"operator": operator, "family": "layer", "cause": "neurons", "seed": 0, "values": {"to": 1},
             "before": [place], "after": [place], "site": place}  # fmt: skip
    mutant = bool(operator)
    return {
        "id": name, "seed": name.partition(".")[0], "original": not mutant, "architecture": "feedforward",
        "task": "regression", "style": "helper", "author": "A", "scoring": ["r2", "model", "x", "y", 0.5],
        "constant": 0.0, "best": 1.0, "seconds": 2.0, "code": CODE, "operators": [operator] if mutant else [],
        "families": ["layer"] if mutant else [], "causes": ["neurons"] if mutant else [],
        "faults": [fault] if mutant else [], "verdict": verdict, "p": 0.01 if mutant else None,
        "effect": 2.5 if mutant else None, "runs": 2, "screened": False, "progress": [0.9, 0.8],
        "versions": {"keras": "3.15", "python": "3.11"}, **fields,
    }  # fmt: skip


def fill(workspace: Workspace) -> None:
    """A seed with two runs, a faulty mutant with one, one that crashed."""
    workspace.put(program("xor"))
    workspace.add(outcome("xor", 0, 12, 0.9))
    workspace.add(outcome("xor", 1, 2, 0.8))
    workspace.put(program("xor.LCN.1", "LCN", "faulty"))
    workspace.add(outcome("xor.LCN.1", 0, 6, 0.2))
    workspace.put(program("xor.LRM.2", "LRM", "crash", p=None, effect=None, progress=[]))
    error = {"status": "crash", "error": "ValueError: shapes", "line": 3, "score": None}
    workspace.add(outcome("xor.LRM.2", 0, trace=None, **error))
    workspace.add(outcome("unknown", 0))
