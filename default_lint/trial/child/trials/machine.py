"""A Keras 3 model as a pure function of its weights: nothing here changes a variable of the user's.

Every call runs within a `keras.StatelessScope` that maps the model's variables to given values, so the user's weights,
BatchNorm statistics, seed generators and metrics stay as they are, on TensorFlow, JAX and PyTorch alike. Optimizers
are new ones over variables of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from .structure import leaves, mapped, rebuilt

# What makes a layer noisy in training; a value of 0 turns it off.
NOISE = ("rate", "stddev", "dropout", "recurrent_dropout")


class State(NamedTuple):
    """Values of the trainable variables and of all others (statistics, seeds), as tensors of the backend."""

    weights: list[Any]
    others: list[Any]


class Batch(NamedTuple):
    """Rows of the held batch, as tensors of the backend."""

    x: Any
    y: Any
    sample_weight: Any


class Machine:
    """Losses, predictions and gradients of a model for any weights.

    The modes of a forward pass: "eval" (inference), "train" (as in training) and "calm": noise is off but BatchNorm
    normalizes with the batch. Losses are data losses: weight regularization trains but is not part of the number.

    Args:
        model: built; `compute_loss(x, y, y_pred, sample_weight)` gives its loss.
        keras: the module of the model.
        penalized: the loss contains the weight regularization, as the compiled one of Keras does.
    """

    def __init__(
        self, model: Any, keras: Any, backend: str, compute_loss: Callable[..., Any] | None, penalized: bool = True
    ) -> None:
        self.model, self.keras, self.backend, self.compute_loss = model, keras, backend, compute_loss
        self.trainable: list[Any] = list(model.trainable_variables)
        self.fixed: list[Any] = list(model.non_trainable_variables)
        layers = list(model._flatten_layers())
        seeds = [seed.state for layer in layers for seed in getattr(layer, "_seed_generators", ())]
        self.seeds = {id(state) for state in seeds}
        self.normalizes = any(isinstance(layer, keras.layers.BatchNormalization) for layer in layers)
        self.noisy = [
            (layer, name)
            for layer in layers
            if type(layer).__module__.startswith("keras.")
            for name in NOISE
            if isinstance(vars(layer).get(name), float) and vars(layer)[name] > 0
        ]
        theirs = [layer for layer in layers if not type(layer).__module__.startswith("keras.")]
        # In this case a step in training mode is the same as one without noise.
        self.still = not self.seeds and not self.normalizes and theirs in ([], [model])
        standard = penalized and type(model).compute_loss is keras.Model.compute_loss
        self.regularized = [v for v in self.trainable if standard and getattr(v, "regularizer", None) is not None]
        self.functions: dict[tuple[Any, ...], Callable[..., Any]] = {}

    # States

    def state(self, weights: list[np.ndarray] | None = None, seed: int = 1) -> State:
        """The state with the given `model.get_weights()`, or the current one; seed generators start at `seed`."""
        known: dict[int, Any] = {} if weights is None else dict(zip(map(id, self.model.weights), weights))

        def value(variable: Any) -> Any:
            if id(variable) in self.seeds:
                return self.tensor(np.array([seed, 0]), variable.dtype)
            given = known.get(id(variable))
            if given is None:
                given = np.array(self.keras.ops.convert_to_numpy(variable.value))
            return self.tensor(given, variable.dtype)

        return State([value(v) for v in self.trainable], [value(v) for v in self.fixed])

    def reseeded(self, state: State, seed: int) -> State:
        """The same state with seed generators that start at `seed`."""
        others = [
            self.tensor(np.array([seed, 0]), v.dtype) if id(v) in self.seeds else value
            for v, value in zip(self.fixed, state.others)
        ]
        return State(state.weights, others)

    def tensor(self, array: Any, dtype: Any = None) -> Any:
        """A tensor of the backend; floats get Keras's default type, as `fit` gives it to them."""
        if dtype is None and isinstance(array, np.ndarray):
            if array.dtype.kind == "f":
                dtype = self.keras.config.floatx()
            elif array.dtype.kind in "OUS" and self.backend == "tensorflow":
                return import_module("tensorflow").constant(array.astype(object) if array.dtype.kind == "U" else array)
        return self.keras.ops.convert_to_tensor(array, dtype=dtype)

    def batch(self, x: Any, y: Any, sample_weight: Any) -> Batch:
        """Arrays as tensors."""
        return Batch(*(mapped(self.tensor, part) for part in (x, y, sample_weight)))

    # What the model gives

    def loss(self, state: State, batch: Batch, mode: str = "eval") -> float:
        """Mean loss over the batch, without weight regularization."""
        loss, _, _ = self._call("value", mode, state, batch)
        return self.number(loss)

    def outputs(self, state: State, batch: Batch, mode: str = "eval") -> tuple[float, Any]:
        """Loss (NaN without one) and outputs, as numpy arrays in the structure that the model returns."""
        loss, outputs, _ = self._call("value", mode, state, batch)
        return self.number(loss), mapped(self.array, outputs)

    def gradient(self, state: State, batch: Batch, mode: str = "train") -> tuple[float, list[Any], list[Any]]:
        """Loss, gradients of the whole objective for each trainable variable, and the new values of the others."""
        loss, gradients, others = self._call("gradient", mode, state, batch)
        return self.number(loss), gradients, others

    def loss_of(self, state: State, batch: Batch, y_pred: Any) -> float:
        """The loss of given predictions (numpy arrays in the structure of the outputs)."""
        with self.scope(state):
            y_pred = mapped(self.tensor, y_pred)
            return self.number(self._objective(state.weights, batch, y_pred)[1])

    def array(self, tensor: Any) -> Any:
        """A tensor of the backend as a numpy array."""
        return np.array(self.keras.ops.convert_to_numpy(tensor))

    def number(self, tensor: Any) -> float:
        """A scalar of the backend as a number; NaN for None."""
        return float("nan") if tensor is None else float(self.array(tensor).mean())

    # The pure functions

    def scope(self, state: State) -> Any:
        """A scope in which the variables of the model have the values of `state`, and keep their own."""
        pairs = [*zip(self.trainable, state.weights), *zip(self.fixed, state.others)]
        return self.keras.StatelessScope(state_mapping=pairs, collect_losses=True)

    def _objective(self, weights: list[Any], batch: Batch, y_pred: Any) -> tuple[Any, Any]:
        """The loss that trains, and that part of it that comes from the data."""
        ops = self.keras.ops
        assert self.compute_loss is not None
        total = ops.cast(ops.mean(self.compute_loss(batch.x, batch.y, y_pred, batch.sample_weight)), "float32")
        data = total
        for variable, value in zip(self.trainable, weights):
            if any(variable is regularized for regularized in self.regularized):
                data = data - ops.cast(ops.sum(variable.regularizer(value)), "float32")
        return total, data

    def _forward(self, state: State, batch: Batch, mode: str) -> tuple[Any, Any, Any, list[Any]]:
        training = mode == "train" or (mode == "calm" and self.normalizes)
        with self.scope(state) as scope, self._quiet(mode == "calm" and self.normalizes):
            y_pred = self.model(batch.x, training=training)
            total = data = None
            if self.compute_loss is not None:
                total, data = self._objective(state.weights, batch, y_pred)
            others = [scope.get_current_value(variable) for variable in self.fixed]
        return total, data, y_pred, others

    @contextmanager
    def _quiet(self, wanted: bool) -> Iterator[None]:
        """No noise while the model is traced: the rates are 0 for that moment."""
        rates = [(layer, name, getattr(layer, name)) for layer, name in self.noisy] if wanted else []
        try:
            for layer, name, _ in rates:
                layer.__dict__[name] = 0.0
            yield
        finally:
            for layer, name, rate in rates:
                layer.__dict__[name] = rate

    def _call(self, what: str, mode: str, state: State, batch: Batch) -> Any:
        mode, form, flat = self.mode(mode), tuple(batch), leaves(tuple(batch))
        key = (what, mode, repr(mapped(lambda leaf: 0, form)))
        if key not in self.functions:
            self.functions[key] = self.compiled(self.pure(what, mode, form), [list(part) for part in state], flat)
        return self.functions[key](list(state.weights), list(state.others), flat)

    def mode(self, mode: str) -> str:
        """The mode that stands for the given one here: fewer modes are fewer functions to trace."""
        return "eval" if mode == "calm" and not self.normalizes else mode

    def pure(self, what: str, mode: str, form: Any) -> Callable[..., Any]:
        """A function (weights, others, tensors of the batch) without side effects.

        It gives (loss, outputs, others) for "value" and (loss, gradients, others) for "gradient". `form` is any batch
        of the same structure.
        """

        def value(weights: list[Any], others: list[Any], flat: list[Any]) -> Any:
            return self._forward(State(weights, others), Batch(*rebuilt(form, iter(flat))), mode)

        if what == "value":
            return lambda *given: value(*given)[1:]
        return {"tensorflow": _tensorflow_gradient, "jax": _jax_gradient, "torch": _torch_gradient}[self.backend](value)

    def compiled(self, function: Callable[..., Any], exact: list[Any], flat: list[Any]) -> Callable[..., Any]:
        """`function` compiled by the backend, for arguments like `exact` and one like `flat`, whose rows may vary."""
        if getattr(self.model, "run_eagerly", False) or self.backend == "torch":
            return function
        if self.backend == "jax":
            jitted: Callable[..., Any] = import_module("jax").jit(function)
            return jitted
        tensorflow = import_module("tensorflow")
        # One trace for all sizes of a batch, as in `fit`; a model that insists on a known size gets a trace for each.
        spec = tensorflow.TensorSpec
        given = [[spec(tensor.shape, tensor.dtype) for tensor in part] for part in exact]
        rows = [spec([None, *tensor.shape[1:]], tensor.dtype) for tensor in flat]
        traced: Any = tensorflow.function(function, autograph=False, input_signature=[*given, rows])
        try:
            traced.get_concrete_function()
        except Exception:
            traced = tensorflow.function(function, autograph=False)
        graph: Callable[..., Any] = traced
        return graph


def _tensorflow_gradient(value: Callable[..., Any]) -> Callable[..., Any]:
    tensorflow = import_module("tensorflow")

    def gradient(weights: list[Any], others: list[Any], flat: list[Any]) -> Any:
        with tensorflow.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            total, data, _, others = value(weights, others, flat)
        zero = tensorflow.UnconnectedGradients.ZERO
        gradients = tape.gradient(total, weights, unconnected_gradients=zero)
        return data, [tensorflow.convert_to_tensor(part) for part in gradients], others

    return gradient


def _jax_gradient(value: Callable[..., Any]) -> Callable[..., Any]:
    jax = import_module("jax")

    def split(weights: list[Any], others: list[Any], flat: list[Any]) -> Any:
        total, data, _, others = value(weights, others, flat)
        return total, (data, others)

    def gradient(weights: list[Any], others: list[Any], flat: list[Any]) -> Any:
        (_, (data, others)), gradients = jax.value_and_grad(split, has_aux=True)(weights, others, flat)
        return data, gradients, others

    return gradient


def _torch_gradient(value: Callable[..., Any]) -> Callable[..., Any]:
    torch = import_module("torch")

    def gradient(weights: list[Any], others: list[Any], flat: list[Any]) -> Any:
        with torch.enable_grad():
            weights = [weight.detach().requires_grad_(True) for weight in weights]
            total, data, _, others = value(weights, others, flat)
            found = torch.autograd.grad(total, weights, allow_unused=True)
        gradients = [torch.zeros_like(w) if g is None else g for w, g in zip(weights, found)]
        return data.detach(), gradients, [other.detach() for other in others]

    return gradient
