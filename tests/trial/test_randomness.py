"""Random state is put back whole, whatever fails."""

from __future__ import annotations

import random
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from default_lint.trial.child.frameworks import preserved
from default_lint.trial.child.trials.guard import undisturbed


class Stubborn(list[Any]):
    """A list that cannot be filled again."""

    def extend(self, values: Any) -> None:
        raise ValueError("no")


def test_a_step_that_fails_keeps_no_other_from_being_put_back() -> None:
    losses: list[Any] = [1]
    layers = [SimpleNamespace(_losses=losses), SimpleNamespace(_losses=Stubborn([1]))]
    state, legacy = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]
    context = undisturbed(SimpleNamespace(_flatten_layers=lambda: layers))
    context.__enter__()
    random.random()
    np.random.random()
    losses.append(2)
    with pytest.raises(ValueError, match="no"):
        context.__exit__(None, None, None)
    assert losses == [1]
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == legacy  # type: ignore[index,union-attr]


class Variable:
    def __init__(self, value: int) -> None:
        self.value = value

    def numpy(self) -> np.ndarray:
        return np.array(self.value)

    def assign(self, value: Any) -> None:
        self.value = int(value)


class Device:
    """The random state of a device."""

    def __init__(self, drawn: int) -> None:
        self.drawn = drawn

    def get(self) -> Any:
        return self.drawn

    def put(self, drawn: Any) -> None:
        self.drawn = drawn


def test_the_state_of_devices_and_of_global_generators(monkeypatch: pytest.MonkeyPatch) -> None:
    host, cuda, generator = Device(1), Device(2), Variable(3)
    inside = SimpleNamespace(
        is_available=lambda: True, is_initialized=lambda: True, get_rng_state_all=cuda.get, set_rng_state_all=cuda.put
    )
    torch = SimpleNamespace(get_rng_state=host.get, set_rng_state=host.put, cuda=inside, manual_seed=host.put)
    monkeypatch.setitem(sys.modules, "torch", torch)  # type: ignore[arg-type]
    operations = SimpleNamespace(global_generator=SimpleNamespace(state=generator))
    monkeypatch.setitem(sys.modules, "tensorflow.python.ops.stateful_random_ops", operations)  # type: ignore[arg-type]
    for context in (preserved(), undisturbed(SimpleNamespace())):
        with context:
            host.drawn = cuda.drawn = generator.value = 9
        assert (host.drawn, cuda.drawn, generator.value) == (1, 2, 3)


def test_names_of_keras_count_on(monkeypatch: pytest.MonkeyPatch) -> None:
    table = SimpleNamespace(object_name_uids={"dense": 2})
    state = SimpleNamespace(GLOBAL_STATE_TRACKER=table)
    monkeypatch.setitem(sys.modules, "keras.src.backend.common.global_state", state)  # type: ignore[arg-type]
    with preserved():
        table.object_name_uids["dense"] = 7
        table.object_name_uids["gru"] = 1
        table.global_seed_generator = object()
    assert vars(table) == {"object_name_uids": {"dense": 2}}
