"""Training from given weights with an optimizer of our own, one batch at a time."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from .machine import Batch, Machine, State


def settings_of(optimizer: Any) -> Dict[str, Any]:
    """Settings of a Keras optimizer without its learning rate; of the inner one when it scales the loss."""
    config = dict(inner(optimizer).get_config())
    config.pop("learning_rate", None)
    config.pop("name", None)
    return config


def inner(optimizer: Any) -> Any:
    """The optimizer itself, without one around it that scales the loss."""
    return getattr(optimizer, "inner_optimizer", optimizer)


class Trainer:
    """Trains copies of the weights of a machine.

    Args:
        machine: the model.
        kind: class of the optimizer; `settings` its arguments without the learning rate.
        mode: of the forward pass, "train" or "calm".
    """

    def __init__(self, machine: Machine, kind: Any, settings: Dict[str, Any], mode: str = "train") -> None:
        self.machine, self.mode = machine, mode
        keras = machine.keras
        values = machine.state().weights
        self.variables = [self._twin(variable, value) for variable, value in zip(machine.trainable, values)]
        self.optimizer = kind.from_config({**settings, "learning_rate": 0.01})
        self.optimizer.build(self.variables)
        self.fresh = [machine.array(variable.value) for variable in self.optimizer.variables]
        self.others: List[Any] = []
        self.slots: List[Any] = []
        self.weights: List[Any] = []
        self.apply: Callable[[List[Any]], None] = {
            "tensorflow": self._tensorflow,
            "jax": self._jax,
            "torch": self._torch,
        }[keras.backend.backend()]()

    def _twin(self, variable: Any, value: Any) -> Any:
        twin = self.machine.keras.Variable(value, dtype=variable.dtype, trainable=True, name=variable.name)
        twin._path = variable.path
        twin.constraint = getattr(variable, "constraint", None)
        return twin

    def start(self, state: State, rate: float) -> None:
        """Begin anew: from `state`, with a fresh optimizer of the given learning rate."""
        for variable, value in zip(self.optimizer.variables, self.fresh):
            variable.assign(value)
        self.optimizer.learning_rate = rate
        for variable, value in zip(self.variables, state.weights):
            variable.assign(value)
        self.slots = [variable.value for variable in self.optimizer.variables]
        self.weights = list(state.weights)
        self.others = list(state.others)

    @property
    def state(self) -> State:
        """Where training stands."""
        return State(self.weights, self.others)

    def step(self, batch: Batch) -> float:
        """One step; the loss before it."""
        loss, gradients, self.others = self.machine.gradient(self.state, batch, self.mode)
        self.apply(gradients)
        return loss

    def _read(self) -> None:
        self.weights = [self.machine.keras.ops.convert_to_tensor(variable.value) for variable in self.variables]

    def _tensorflow(self) -> Callable[[List[Any]], None]:
        import tensorflow

        update = tensorflow.function(lambda gradients: self.optimizer.apply(gradients, self.variables), autograph=False)

        def apply(gradients: List[Any]) -> None:
            update(gradients)
            self._read()

        return apply

    def _jax(self) -> Callable[[List[Any]], None]:
        import jax

        update = jax.jit(self.optimizer.stateless_apply)

        def apply(gradients: List[Any]) -> None:
            self.weights, self.slots = update(self.slots, gradients, self.weights)

        return apply

    def _torch(self) -> Callable[[List[Any]], None]:
        import torch

        def apply(gradients: List[Any]) -> None:
            with torch.no_grad():
                self.optimizer.apply(gradients, self.variables)
                self.weights = [variable.value.detach().clone() for variable in self.variables]

        return apply
