"""What differs between TensorFlow, JAX and PyTorch under Keras 3: compiling, gradients, loops, random states."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .randomness import kept

_WRITING = (
    "Assign",
    "ResourceApply",
    "ResourceScatter",
    "ResourceSparseApply",
    "PyFunc",
    "EagerPyFunc",
    "Stateful",
    "Rng",
    "Queue",
    "LookupTableInsert",
    "LookupTableImport",
    "Print",
    "WriteSummary",
    "WriteScalarSummary",
)
_HARMLESS = ("StatefulPartitionedCall",)


class Writes(Exception):
    """The model's forward pass changes something outside of it."""


@contextlib.contextmanager
def preserved() -> Iterator[None]:
    """Whatever random numbers are drawn inside, every generator of the program goes on as if none had been."""
    with kept():
        yield


class TensorFlow:
    """TensorFlow 2: graphs of `tf.function`, checked for writes before they run."""

    def __init__(self, eager: bool = False) -> None:
        self.tf = sys.modules["tensorflow"]
        self.eager = eager

    def read(self, variables: list[Any]) -> list[Any]:
        """The values as tensors that later training does not change (TensorFlow copies a shared buffer on writing)."""
        if self.tf.executing_eagerly():
            return [self.tf.convert_to_tensor(variable.value) for variable in variables]
        with self.tf.init_scope():
            return [self.tf.convert_to_tensor(variable.value) for variable in variables]

    def constant(self, value: np.ndarray) -> Any:
        """An array on the device."""
        return self.tf.constant(value)

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as one graph.

        Raises:
            Writes: when first called, if the graph would change variables or run Python.
        """
        if self.eager:
            return function
        compiled = self.tf.function(function, autograph=False, jit_compile=False)
        checked: list[Any] = []

        def call(*args: Any) -> Any:
            if not checked:
                self._check(compiled.get_concrete_function(*args))
                checked.append(True)
            return compiled(*args)

        return call

    def _check(self, concrete: Any) -> None:
        graph = concrete.graph.as_graph_def()
        kinds = {node.op for node in graph.node}
        kinds |= {node.op for function in graph.library.function for node in function.node_def}
        writing = sorted(kind for kind in kinds if kind.startswith(_WRITING) and kind not in _HARMLESS)
        writing += sorted(kind for kind in kinds if "Enqueue" in kind)
        if writing:
            raise Writes(", ".join(writing))

    def gradients(self, function: Callable[[list[Any]], Any], values: list[Any]) -> tuple[list[Any], Any]:
        """The gradients, None where there is none, and what else the function returns: (loss, rest)."""
        with self.tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            loss, rest = function(values)
        found = tape.gradient(loss, values)
        return [None if entry is None else self.tf.convert_to_tensor(entry) for entry in found], rest

    def loop(self, count: int, body: Callable[[Any, list[Any]], list[Any]], state: list[Any]) -> list[Any]:
        """`body(index, state)` so many times."""
        if self.eager:
            return _loop(count, body, state)
        shapes = [entry.shape for entry in state]
        _, found = self.tf.while_loop(
            lambda index, _: index < count,
            lambda index, values: (index + 1, body(index, values)),
            (self.tf.constant(0), state),
            shape_invariants=(self.tf.TensorShape([]), shapes),
            parallel_iterations=1,
        )
        return list(found)

    def inside(self, tensor: Any) -> bool:
        """Whether the tensor can be used where we are (it may belong to the graph of a loop)."""
        graph = getattr(tensor, "graph", None) if not hasattr(tensor, "_numpy") else None
        return graph is None or graph is self.tf.compat.v1.get_default_graph()

    def fetch(self, tensor: Any) -> np.ndarray:
        """The tensor as an array of the host."""
        return np.asarray(tensor.numpy())


class JAX:
    """JAX: pure functions, compiled."""

    eager = False

    def __init__(self) -> None:
        self.jax = sys.modules["jax"]

    def read(self, variables: list[Any]) -> list[Any]:
        """Copies of the values: Keras gives its own buffers away to the next step."""
        return [self.jax.numpy.array(getattr(variable, "value", variable), copy=True) for variable in variables]

    def constant(self, value: np.ndarray) -> Any:
        """An array on the device; text stays where it is."""
        return self.jax.numpy.asarray(value)

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function compiled."""
        compiled: Callable[..., Any] = self.jax.jit(function)
        return compiled

    def gradients(self, function: Callable[[list[Any]], Any], values: list[Any]) -> tuple[list[Any], Any]:
        """The gradients (zeros where there is none) and what else the function returns: (loss, rest)."""
        found, rest = self.jax.grad(function, has_aux=True)(values)
        return list(found), rest

    def loop(self, count: int, body: Callable[[Any, list[Any]], list[Any]], state: list[Any]) -> list[Any]:
        """`body(index, state)` so many times."""
        return list(self.jax.lax.fori_loop(0, count, body, state))

    def inside(self, tensor: Any) -> bool:
        """JAX says itself, by raising, when a value has left its trace."""
        return True

    def fetch(self, tensor: Any) -> np.ndarray:
        """The array on the host."""
        return np.asarray(tensor)


class Torch:
    """PyTorch: eager."""

    eager = True

    def __init__(self) -> None:
        self.torch = sys.modules["torch"]

    def read(self, variables: list[Any]) -> list[Any]:
        """Copies of the values."""
        return [variable.value.detach().clone() for variable in variables]

    def constant(self, value: np.ndarray) -> Any:
        """The array as it is; Keras converts it."""
        return self.torch.as_tensor(value)

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself, with gradients switched on."""

        def call(*args: Any) -> Any:
            with self.torch.enable_grad():
                return function(*args)

        return call

    def gradients(self, function: Callable[[list[Any]], Any], values: list[Any]) -> tuple[list[Any], Any]:
        """The gradients, None where there is none, and what else the function returns: (loss, rest)."""
        leaves = [value.detach().requires_grad_(True) for value in values]
        loss, rest = function(leaves)
        if not loss.requires_grad:
            return [None] * len(values), rest
        return list(self.torch.autograd.grad(loss, leaves, allow_unused=True)), rest

    def loop(self, count: int, body: Callable[[Any, list[Any]], list[Any]], state: list[Any]) -> list[Any]:
        """`body(index, state)` so many times."""
        return _loop(count, body, state)

    def inside(self, tensor: Any) -> bool:
        """Always, in eager execution."""
        return True

    def fetch(self, tensor: Any) -> np.ndarray:
        """The tensor as an array of the host."""
        return np.asarray(tensor.detach().cpu().numpy())


def _loop(count: int, body: Callable[[Any, list[Any]], list[Any]], state: list[Any]) -> list[Any]:
    for index in range(count):
        state = body(index, state)
    return state


def framework(backend: str, eager: bool = False) -> Any:
    """The framework of a Keras 3 backend."""
    return {"tensorflow": lambda: TensorFlow(eager), "jax": JAX, "torch": Torch}[backend]()
