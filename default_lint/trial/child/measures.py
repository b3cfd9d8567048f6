"""The measures: one compiled function per model, whose result is fetched once.

The function takes the weights as arguments and runs the model on them inside `keras.StatelessScope`: batch
statistics, seeds and metrics that the forward pass would update are dropped, and it can as well be asked about the
weights before training. Dropout and its like are off; BatchNormalization normalizes by the statistics of the batch
where it would in training.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import describe
from .frameworks import framework
from .nest import by_output, convert, flatten
from .session import Held, Subject

MICRO = 4
GRADIENT_ROWS = (32, 128, 64)  # at least, at most, one in so many of the rows that train
FORWARD_ROWS = (96, 256, 16)
CELLS = 16_000_000
SMALL, LARGE = 1e-5, 10.0
CONSTANT = 1e-6
SIGMOID_TAIL, TANH_TAIL = 0.0067, 0.9866  # outputs at inputs of 5 and 2.5 from the middle
PREDICTIONS = 1_000_000
FLOOR = 0.01

Row = dict[str, float]


def gradient_rows(rows: int, total: int | None) -> int:
    """How many of the held rows take part in gradients, for so many rows that train."""
    return _part(rows, total, GRADIENT_ROWS)


def forward_rows(rows: int, total: int | None) -> int:
    """How many of the held rows go through the model after each epoch, for so many rows that train."""
    return rows if total is None else _part(rows, total, FORWARD_ROWS)


def _part(rows: int, total: int | None, limits: tuple[int, int, int]) -> int:
    low, high, share = limits
    return min(rows, max(low, min(high, (total or rows) // share)))


def key_of(subject: Subject) -> tuple[Any, ...]:
    """What the compiled measures of a model depend on: its loss, its weights and which of them train."""
    model = subject.model
    return (
        id(getattr(model, "_compile_loss", None)),
        subject.compute_loss is None,
        tuple(map(id, model.variables)),
        tuple(map(id, model.trainable_variables)),
    )


class Engine:
    """Measures one model on one held batch.

    Args:
        subject: the model, its held batch and its layers.
        total: rows that train, None when unknown.
    """

    def __init__(self, subject: Subject, total: int | None = None) -> None:
        assert subject.held is not None
        self.subject = subject
        self.model = subject.model
        self.key = key_of(subject)
        self.ops = subject.keras.ops
        self.framework = framework(subject.backend, bool(getattr(self.model, "run_eagerly", False)))
        self.leaves = describe.leaves(self.model)
        self.variables = list(self.model.variables)
        position = {id(variable): index for index, variable in enumerate(self.variables)}
        self.own = [
            [position[id(variable)] for variable in describe.weights(layer, alone) if id(variable) in position]
            for layer, alone in self.leaves
        ]
        self.training = [position[id(variable)] for variable in self.model.trainable_variables]
        self.batchwise = any(describe.normalizing(layer) for layer, _ in self.leaves)
        self.keys: list[tuple[int, str]] = []
        self.missing: set[int] = set()
        self.outputs: list[int] = []
        self._place(subject.held, total)
        self._full: Callable[..., Any] | None = None
        self.notes: list[str] = []

    def _place(self, held: Held, total: int | None) -> None:
        cells = sum(_cells(layer) for layer, _ in self.leaves)
        rows = max(min(held.rows, MICRO), min(forward_rows(held.rows, total), CELLS // max(1, cells)))
        fixed = _fixed(self.model)
        self.micro = MICRO
        if fixed:
            rows = fixed if held.rows >= fixed else 0
            self.micro = 1
        if not rows:
            raise ValueError("fewer rows than the model's fixed batch")
        size = max(1, gradient_rows(rows, total) // self.micro)
        if fixed:
            size = fixed
        self.size = size
        self.micro = max(1, min(self.micro, rows // size))
        self.rows = rows
        batch = (held.x, held.y, held.sample_weight)
        self.whole = convert(lambda leaf: self.framework.constant(leaf[:rows]), batch)
        count = self.micro * size
        self.parts = convert(
            lambda leaf: self.framework.constant(leaf[:count].reshape(self.micro, size, *leaf.shape[1:])), batch
        )

    # The outside

    def read(self) -> list[Any]:
        """The present weights, as tensors that training will not change."""
        return list(self.framework.read(self.variables))

    def measure(
        self, values: list[Any], previous: list[Any] | None = None, after: list[Any] | None = None
    ) -> tuple[Row, dict[int, Row]]:
        """The measures of the model and of its layers by index, with these weights.

        Changes are against the weights `previous`, also that of the first step, after which they were `after`.

        Raises:
            Exception: whatever the model raises.
        """
        if self._full is None:
            self._full = self._prepare(values)
        before = previous or values
        scalars, predictions = self._full((values, before, after or before), self.whole, self.parts)
        numbers = self.framework.fetch(scalars).tolist()
        model: Row = {}
        layers: dict[int, Row] = {}
        for (index, name), value in zip(self.keys, numbers):
            if (previous is None and name == "weight_change") or (after is None and name == "update_norm"):
                continue
            (model if index < 0 else layers.setdefault(index, {}))[name] = value
        for index in range(len(self.leaves)):
            if index in self.missing:
                layers.setdefault(index, {})["gradient_missing"] = 1.0
        self._summarize(model, layers)
        model.update(self._predicted(predictions))
        return model, layers

    def given(self, gradients: list[Any], variables: list[Any]) -> dict[int, Row]:
        """The gradient measures by index of the layer, of gradients that the program has computed."""
        number = {id(variable): order for order, variable in enumerate(variables)}
        found: dict[int, Row] = {}
        for index, own in enumerate(self.own):
            orders = [number[id(self.variables[place])] for place in own if id(self.variables[place]) in number]
            if not orders:
                continue
            known = [self.framework.fetch(gradients[order]).ravel() for order in orders if gradients[order] is not None]
            if not known:
                found[index] = {"gradient_missing": 1.0}
                continue
            flat = np.concatenate(known).astype(np.float64)
            found[index] = {
                "gradient_missing": 0.0,
                "gradient_norm": float(np.sqrt(np.sum(flat**2))),
                "gradient_mean": float(flat.mean()),
                "gradient_std": float(flat.std()),
                "gradient_max": float(np.abs(flat).max()),
                "gradient_zero": float(np.mean(flat == 0)),
                "nonfinite_gradients": float(np.sum(~np.isfinite(flat))),
            }
        return found

    def usable(self, value: Any) -> Any:
        """The first tensor of floats in the value that can be measured here; None when there is none."""
        for leaf in flatten(value):
            dtype = getattr(leaf, "dtype", None)
            if dtype is None or "float" not in str(getattr(dtype, "name", dtype)) or not len(leaf.shape):
                continue
            if None not in tuple(leaf.shape)[1:] and self.framework.inside(leaf):
                return leaf
            return None
        return None

    # The compiled function

    def _prepare(self, values: list[Any]) -> Callable[..., Any]:
        """The function with as much in it as this model allows."""
        failure: Exception | None = None
        for activations, gradients in ((True, True), (False, True), (True, False), (False, False)):
            function = self.framework.compile(
                lambda weights, whole, parts, a=activations, g=gradients: self._compute(weights, whole, parts, a, g)
            )
            try:
                function((values, values, values), self.whole, self.parts)
            except Exception as error:
                failure = failure or error
                continue
            if failure is not None:
                absent = [name for name, had in (("activations", activations), ("gradients", gradients)) if not had]
                text = f"{type(failure).__name__}: {failure}".split("\n")[0][:160]
                self.notes.append(f"no {' and no '.join(absent)} could be measured ({text})")
            return function  # type: ignore[no-any-return]
        assert failure is not None
        raise failure

    def _compute(self, weights: Any, whole: Any, parts: Any, activations: bool, gradients: bool) -> Any:
        values, previous, after = weights
        self.keys = []
        self.missing = set()
        found: list[Any] = []

        def put(index: int, name: str, value: Any) -> None:
            self.keys.append((index, name))
            found.append(self.ops.cast(value, "float32"))

        predictions = self._forward(values, whole, put, activations)
        self._weights(values, previous, after, put)
        if gradients and self.training and self.subject.compute_loss is not None:
            self._gradients(values, parts, put)
        return self.ops.stack(found), predictions

    def _forward(self, values: list[Any], whole: Any, put: Callable[..., None], activations: bool) -> Any:
        records: dict[int, tuple[Any, Any]] = {}
        loss, (predicted, regularization) = self._run(values, whole, records if activations else None)
        if loss is not None:
            put(-1, "held_loss", loss)
        if regularization is not None:
            put(-1, "regularization", regularization)
        for index, (layer, _) in enumerate(self.leaves):
            if id(layer) in records:
                self._activations(index, layer, *records[id(layer)], put)
        self._find_outputs(predicted, records)
        return [self._thinned(output) for output in flatten(predicted)]

    def _find_outputs(self, predicted: Any, records: dict[int, tuple[Any, Any]]) -> None:
        places = {
            id(records[id(layer)][1]): index for index, (layer, _) in enumerate(self.leaves) if id(layer) in records
        }
        found = [places.get(id(output)) for output in flatten(predicted)]
        if found and all(index is not None for index in found):
            self.outputs = [index for index in found if index is not None]

    def _thinned(self, output: Any) -> Any:
        """The predictions, of fewer positions where they are many."""
        shape = tuple(output.shape)
        cells = math.prod(int(length) for length in shape)
        if cells <= PREDICTIONS or len(shape) < 3:
            return self.ops.cast(output, "float32")
        flat = self.ops.reshape(output, (shape[0], -1, shape[-1]))
        return self.ops.cast(flat[:, :: math.ceil(cells / PREDICTIONS)], "float32")

    def _run(self, values: list[Any], batch: Any, records: dict[int, tuple[Any, Any]] | None) -> Any:
        """Loss and (predictions, regularization) of a batch under these weights."""
        x, y, weight = batch
        mapping = list(zip(self.variables, values))
        with self.subject.keras.StatelessScope(state_mapping=mapping, collect_losses=True), _losses_kept(self.model):
            with _recording(self, records):
                if getattr(self.model, "_call_has_training_arg", True):
                    predicted = self.model(x, training=self.batchwise)
                else:
                    predicted = self.model(x)
            penalties = self.model.losses
            regularization = sum((self.ops.sum(entry) for entry in penalties), 0.0) if penalties else None
            loss = None
            if self.subject.compute_loss is not None:
                loss = self.subject.compute_loss(x, y, predicted, weight)
        return loss, (predicted, regularization)

    def _activations(self, index: int, layer: Any, given: Any, output: Any, put: Callable[..., None]) -> None:
        ops = self.ops
        if given is not None:
            floats = ops.cast(given, "float32")
            put(index, "input_std", ops.std(floats))
            put(index, "input_max", ops.max(ops.abs(floats)))
        a = ops.cast(output, "float32")
        size = ops.abs(a)
        put(index, "nonfinite_activations", ops.sum(ops.cast(ops.logical_not(ops.isfinite(a)), "float32")))
        put(index, "activation_mean", ops.mean(a))
        put(index, "activation_std", ops.std(a))
        put(index, "activation_max", ops.max(size))
        relu = describe.relu(layer)
        put(index, "activation_zero", _share(ops, a <= 0 if relu else ops.equal(a, 0)))
        rank = len(a.shape)
        unit = 1 if rank > 2 and getattr(layer, "data_format", None) == "channels_first" else rank - 1
        if relu and rank > 1:
            largest = ops.max(size, axis=tuple(axis for axis in range(rank) if axis != unit))
            put(index, "activation_dead", _share(ops, ops.equal(largest, 0)))
        if rank > 1 and self.rows > 1:
            middle = ops.mean(a, axis=0)
            moves = ops.std(a, axis=0) > CONSTANT * (1 + ops.abs(middle))
            if rank > 2:
                moves = ops.any(moves, axis=tuple(axis for axis in range(rank - 1) if axis != unit - 1))
            put(index, "activation_constant", _share(ops, ops.logical_not(moves)))
        shape = describe.activation(layer)
        if shape == "sigmoid":
            put(index, "activation_saturated", _share(ops, (a < SIGMOID_TAIL) | (a > 1 - SIGMOID_TAIL)))
        elif shape == "tanh":
            put(index, "activation_saturated", _share(ops, size > TANH_TAIL))

    def _weights(self, values: list[Any], previous: list[Any], after: list[Any], put: Callable[..., None]) -> None:
        ops = self.ops
        total: list[Any] = []
        for index, own in enumerate(self.own):
            if not own:
                continue
            weights = [ops.cast(values[position], "float32") for position in own]
            flat = ops.concatenate([ops.reshape(weight, (-1,)) for weight in weights])
            square = ops.sum(ops.square(flat))
            total.append(square)
            put(index, "weight_norm", ops.sqrt(square))
            put(index, "weight_size", float(flat.shape[0]))
            put(index, "weight_mean", ops.mean(flat))
            put(index, "weight_std", ops.std(flat))
            put(index, "weight_max", ops.max(ops.abs(flat)))
            put(index, "nonfinite_weights", ops.sum(ops.cast(ops.logical_not(ops.isfinite(flat)), "float32")))
            kernels = [ops.reshape(weight, (-1,)) for weight in weights if len(weight.shape) > 1]
            if kernels:
                kernel = ops.abs(ops.concatenate(kernels))
                put(index, "weights_small", _share(ops, kernel < SMALL))
                put(index, "weights_large", _share(ops, kernel > LARGE))
            put(index, "weight_change", self._difference(own, values, previous))
            put(index, "update_norm", self._difference(own, after, previous))
        if total:
            put(-1, "weight_norm", ops.sqrt(sum(total)))

    def _difference(self, own: list[int], values: list[Any], previous: list[Any]) -> Any:
        squares = [
            self.ops.sum(self.ops.square(self.ops.cast(values[position] - previous[position], "float32")))
            for position in own
        ]
        return self.ops.sqrt(sum(squares))

    def _gradients(self, values: list[Any], parts: Any, put: Callable[..., None]) -> None:
        ops = self.ops
        weights = [values[position] for position in self.training]
        absent: set[int] = set()

        def loss_of(training: list[Any], index: Any) -> tuple[Any, Any]:
            replaced = list(values)
            for position, value in zip(self.training, training):
                replaced[position] = value
            loss, _ = self._run(replaced, convert(lambda leaf: leaf[index], parts), None)
            return ops.cast(loss, "float32"), ()

        def body(index: Any, state: list[Any]) -> list[Any]:
            found, _ = self.framework.gradients(lambda training: loss_of(training, index), weights)
            absent.update(number for number, gradient in enumerate(found) if gradient is None)
            known = [ops.zeros_like(w) if g is None else g for g, w in zip(found, weights)]
            square = sum(ops.sum(ops.square(ops.cast(gradient, "float32"))) for gradient in known)
            return [state[0] + square, *(total + gradient for total, gradient in zip(state[1:], known))]

        state = [ops.zeros((), "float32"), *(ops.zeros_like(weight) for weight in weights)]
        squares, *totals = self.framework.loop(self.micro, body, state)
        mean = [ops.cast(total, "float32") / self.micro for total in totals]
        self._gradient_stats(mean, absent, put)
        whole = sum(ops.sum(ops.square(gradient)) for gradient in mean)
        put(-1, "gradient_norm", ops.sqrt(whole))
        if self.micro > 1:
            put(-1, "gradient_noise", self._noise(squares / self.micro, whole))

    def _noise(self, small: Any, big: Any) -> Any:
        """tr(Sigma) / |G|^2 from mean squared norms of gradients of small and of all rows.

        McCandlish et al. 2018, appendix A.1, equations A.2 and A.3. The estimate of |G|^2 is held above a hundredth of
        the measured one: it can be negative where the noise is large.
        """
        few, many = float(self.size), float(self.size * self.micro)
        signal = (many * big - few * small) / (many - few)
        noise = (small - big) / (1 / few - 1 / many)
        return noise / self.ops.maximum(signal, FLOOR * big + 1e-30)

    def _gradient_stats(self, gradients: list[Any], absent: set[int], put: Callable[..., None]) -> None:
        ops = self.ops
        number = {position: order for order, position in enumerate(self.training)}
        for index, own in enumerate(self.own):
            orders = [number[position] for position in own if position in number]
            if not orders:
                continue
            if all(order in absent for order in orders):
                self.missing.add(index)
                continue
            flat = ops.concatenate([ops.reshape(gradients[order], (-1,)) for order in orders])
            put(index, "gradient_missing", 0.0)
            put(index, "gradient_norm", ops.sqrt(ops.sum(ops.square(flat))))
            put(index, "gradient_mean", ops.mean(flat))
            put(index, "gradient_std", ops.std(flat))
            put(index, "gradient_max", ops.max(ops.abs(flat)))
            put(index, "gradient_zero", _share(ops, ops.equal(flat, 0)))
            put(index, "nonfinite_gradients", ops.sum(ops.cast(ops.logical_not(ops.isfinite(flat)), "float32")))

    # On the host

    def _summarize(self, model: Row, layers: dict[int, Row]) -> None:
        model["measured_samples"] = float(self.rows)
        for name in ("nonfinite_weights", "nonfinite_gradients", "nonfinite_activations"):
            rows = [row[name] for row in layers.values() if name in row]
            if rows:
                model[name] = sum(rows)
        for index in sorted(layers):
            if layers[index].get("nonfinite_weights") or layers[index].get("nonfinite_activations"):
                model["first_nonfinite"] = float(index)
                break

    def _predicted(self, outputs: list[Any]) -> Row:
        arrays = [self.framework.fetch(output) for output in outputs]
        arrays = [array for array in arrays if array.ndim and array.size]
        if not arrays:
            return {}
        held = self.subject.held
        names = getattr(self.model, "output_names", None)
        targets = [] if held is None else [target[: self.rows] for target in flatten(by_output(held.y, names))]
        with np.errstate(all="ignore"):
            return predictions(arrays, targets, self.subject)


def predictions(outputs: list[np.ndarray], targets: list[np.ndarray], subject: Subject) -> Row:
    """What the predictions of the held rows look like; classes where the first output tells classes."""
    found: Row = {
        "prediction_std": float(np.mean([output.std(0, dtype=np.float64).mean() for output in outputs])),
        "prediction_mean": float(outputs[0].mean(dtype=np.float64)),
        "prediction_min": float(outputs[0].min()),
        "prediction_max": float(outputs[0].max()),
    }
    target = targets[0] if targets else None
    how, middle = task(subject, outputs[0], target)
    if not how:
        return found
    chosen = classes(outputs[0], middle)
    counts = np.unique(chosen, return_counts=True)[1]
    found["prediction_top"] = float(counts.max() / counts.sum())
    found["prediction_classes"] = float(len(counts))
    if target is not None:
        right = accuracy(outputs[0], np.asarray(target), how, middle)
        if right is not None:
            found["held_accuracy"] = right
    return found


def task(subject: Subject, output: np.ndarray, target: np.ndarray | None) -> tuple[str, float]:
    """How the first output tells classes: "sparse", "categorical", "binary" or "" (not at all), and its threshold."""
    losses = subject.losses
    name = describe.loss_name(losses[0]) if losses and losses[0] is not None else ""
    form = _facts_of_first(subject).get("form", "")
    middle = 0.0 if (losses and describe.logits(losses[0])) or "hinge" in name or form == "signs" else 0.5
    units = output.shape[-1] if output.ndim > 1 else 1
    if "sparse_categorical" in name:
        return ("sparse", middle) if units > 1 else ("", middle)
    if units > 1 and ("categorical" in name or form == "one-hot"):
        return "categorical", middle
    if units > 1 and form == "integer" and target is not None and target.size * units == output.size:
        return "sparse", middle
    if "binary" in name or (units == 1 and form in ("binary", "signs")) or form == "multi-hot":
        return "binary", middle
    return "", middle


def _facts_of_first(subject: Subject) -> dict[str, Any]:
    """The facts about the targets of the first output: by its name where they have names."""
    rows = [row or {} for row in subject.data.get("y") or ()]
    named = by_output({row.get("name"): row for row in rows}, getattr(subject.model, "output_names", None))
    ordered: list[dict[str, Any]] = named if isinstance(named, list) else rows
    return ordered[0] if ordered else {}


def classes(output: np.ndarray, middle: float) -> np.ndarray:
    """The predicted class of each sample and position."""
    if output.ndim > 1 and output.shape[-1] > 1:
        return np.asarray(np.argmax(output, -1).reshape(-1))
    return np.asarray((output.reshape(-1) > middle).astype(np.int64))


def accuracy(output: np.ndarray, target: np.ndarray, how: str, middle: float) -> float | None:
    """The share of right predictions; None when target and output do not fit."""
    if how == "binary":
        if target.size != output.size:
            return None
        return float(np.mean((output.reshape(-1) > middle) == (target.reshape(-1) > middle)))
    chosen = classes(output, middle)
    truth = np.argmax(target, -1).reshape(-1) if how == "categorical" else target.reshape(-1)
    if truth.shape != chosen.shape:
        return None
    return float(np.mean(truth == chosen))


def _share(ops: Any, condition: Any) -> Any:
    return ops.mean(ops.cast(condition, "float32"))


def _cells(layer: Any) -> int:
    shape = describe.output(layer)
    return math.prod(length for length in shape[1:] if length) if len(shape) > 1 else 1


def _fixed(model: Any) -> int | None:
    """The number of rows that the model insists on, because it carries a state for each row of a batch."""
    if not describe.stateful(model):
        return None
    try:
        length = flatten(model.inputs)[0].shape[0]
        return None if length is None else int(length)
    except Exception:
        return None


class _losses_kept:  # noqa: N801
    """Keeps the losses that layers have collected, which calling them would clear."""

    def __init__(self, model: Any) -> None:
        self._layers = list(describe.walk(model))

    def __enter__(self) -> None:
        self._kept = [(list(layer._losses), set(layer._loss_ids)) for layer in self._layers]

    def __exit__(self, *_: object) -> None:
        for layer, (losses, ids) in zip(self._layers, self._kept):
            layer._losses[:] = losses
            layer._loss_ids.clear()
            layer._loss_ids.update(ids)


class _recording:  # noqa: N801
    """Notes what goes in and out of the leaf layers, and switches the noise of Keras's own layers off."""

    def __init__(self, engine: Engine, records: dict[int, tuple[Any, Any]] | None) -> None:
        self._engine = engine
        self._records = records
        self._leaves = {id(layer) for layer, alone in engine.leaves if not alone}
        self._class = next(
            parent for parent in type(engine.model).__mro__ if parent.__name__ == "Layer" and "__call__" in vars(parent)
        )

    def __enter__(self) -> None:
        original = self._original = self._class.__call__
        records, leaves, engine = self._records, self._leaves, self._engine

        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            key = id(layer)
            if key not in leaves:
                return original(layer, *args, **kwargs)
            noisy = describe.provided(layer) and not describe.normalizing(layer)
            if engine.batchwise and noisy and getattr(layer, "_call_has_training_arg", False):
                kwargs["training"] = False
            output = original(layer, *args, **kwargs)
            if records is not None and key not in records:
                given, result = engine.usable(args), engine.usable(output)
                if result is not None:
                    records[key] = (given, result)
            return output

        setattr(self._class, "__call__", call)  # noqa: B010

    def __exit__(self, *_: object) -> None:
        setattr(self._class, "__call__", self._original)  # noqa: B010
