"""The probe changes nothing: the same program, with and without it, in fresh processes, to the last bit."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import default_lint.trial

SCRIPT = Path(__file__).parent / "scripts" / "undisturbed.py"
PROBE = Path(default_lint.trial.__path__[0]) / "probe.py"
BACKENDS = ("tensorflow", "jax")
CASES = [(backend, case) for backend in BACKENDS for case in ("arrays", "generators", "sequences", "loops")]


def run(arguments: list[str], backend: str, folder: Path) -> None:
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
    }
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        environment[name] = "1"
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize(("backend", "case"), [*CASES, ("tensorflow", "datasets")])
def test_same_bits(backend: str, case: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    plain, observed, events = tmp_path / "plain.npz", tmp_path / "observed.npz", tmp_path / "events"
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {
                "script": str(SCRIPT),
                "filename": str(SCRIPT),
                "args": [case, str(observed)],
                "directory": str(tmp_path),
                "budget": {"seconds": 600, "epochs": None, "steps": None},
                "events": str(events),
            }
        )
    )
    run([str(SCRIPT), case, str(plain)], backend, tmp_path)
    run([str(PROBE), str(config)], backend, tmp_path)
    with np.load(plain) as expected, np.load(observed) as found:
        assert sorted(expected.files) == sorted(found.files)
        assert len(expected.files) >= 9
        different = [name for name in expected.files if not same(expected[name], found[name])]
    assert different == []
    seen = [json.loads(line) for line in events.read_text().splitlines()]
    assert [event["text"] for event in seen if event["event"] == "note"] == []
    epochs = [event for event in seen if event["event"] == "epoch"]
    assert {event["epoch"] for event in epochs} >= {-1, 0, 1}, "the measures were not taken"
    for event in epochs:
        assert "gradient_norm" in event["measures"]
        assert any("activation_std" in row for row in event["layers"].values())
        assert event["epoch"] < 0 or any("update_norm" in row for row in event["layers"].values())


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()
