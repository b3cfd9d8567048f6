"""Training from given weights with an optimizer of our own, one batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .machine import Batch, Machine, State
from .structure import leaves, mapped


def settings_of(optimizer: Any) -> dict[str, Any]:
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

    def __init__(self, machine: Machine, kind: Any, settings: dict[str, Any], mode: str = "train") -> None:
        self.machine, self.mode = machine, machine.mode(mode)
        state = machine.state()
        self.variables = [self._twin(*pair, trainable=True) for pair in zip(machine.trainable, state.weights)]
        self.fixed = [self._twin(*pair, trainable=False) for pair in zip(machine.fixed, state.others)]
        self.optimizer = kind.from_config({**settings, "learning_rate": 0.01})
        self.optimizer.build(self.variables)
        self.fresh = [machine.array(variable.value) for variable in self.optimizer.variables]
        self.functions: dict[str, Callable[..., Any]] = {}
        self.slots: list[Any] = []
        self._state = state

    def _twin(self, variable: Any, value: Any, trainable: bool) -> Any:
        twin = self.machine.keras.Variable(value, dtype=variable.dtype, trainable=trainable, name=variable.name)
        twin._path = variable.path  # by which optimizers leave variables out of weight decay
        twin.constraint = getattr(variable, "constraint", None)
        return twin

    def start(self, state: State, rate: float) -> None:
        """Begin anew: from `state`, with a fresh optimizer of the given learning rate."""
        for variable, value in zip(self.optimizer.variables, self.fresh):
            variable.assign(value)
        self.optimizer.learning_rate = rate
        for variable, value in zip([*self.variables, *self.fixed], [*state.weights, *state.others]):
            variable.assign(value)
        self.slots = [variable.value for variable in self.optimizer.variables]
        self._state = state

    @property
    def state(self) -> State:
        """Where training stands."""
        if self.machine.backend != "tensorflow":
            return self._state
        tensorflow = import_module("tensorflow")

        parts = (self.variables, self.fixed)
        return State(*([tensorflow.convert_to_tensor(variable.value) for variable in part] for part in parts))

    def step(self, batch: Batch) -> float:
        """One step; the loss before it."""
        form, flat = tuple(batch), leaves(tuple(batch))
        key = repr(mapped(lambda leaf: 0, form))
        if key not in self.functions:
            pure = self.machine.pure("gradient", self.mode, form)
            make = {"tensorflow": self._tensorflow, "jax": self._jax, "torch": self._torch}[self.machine.backend]
            self.functions[key] = make(pure, flat)
        return self.machine.number(self.functions[key](flat))

    def _tensorflow(self, pure: Callable[..., Any], flat: list[Any]) -> Callable[..., Any]:
        def step(flat: list[Any]) -> Any:
            loss, gradients, others = pure(*self.state, flat)
            self.optimizer.apply(gradients, self.variables)
            for variable, value in zip(self.fixed, others):
                variable.value.assign(value)
            return loss

        return self.machine.compiled(step, [], flat)

    def _jax(self, pure: Callable[..., Any], flat: list[Any]) -> Callable[..., Any]:
        def update(weights: list[Any], others: list[Any], slots: list[Any], flat: list[Any]) -> Any:
            loss, gradients, others = pure(weights, others, flat)
            return (loss, others, *self.optimizer.stateless_apply(slots, gradients, weights))

        compiled = self.machine.compiled(update, [], flat)

        def step(flat: list[Any]) -> Any:
            loss, others, weights, self.slots = compiled(*self._state, self.slots, flat)
            self._state = State(weights, others)
            return loss

        return step

    def _torch(self, pure: Callable[..., Any], flat: list[Any]) -> Callable[..., Any]:
        torch = import_module("torch")

        def step(flat: list[Any]) -> Any:
            loss, gradients, others = pure(*self._state, flat)
            with torch.no_grad():
                self.optimizer.apply(gradients, self.variables)
                self._state = State([variable.value.detach().clone() for variable in self.variables], others)
            return loss

        return step
