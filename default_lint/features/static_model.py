"""What the features of the source are read from: a model with one `compile` and one `fit` of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from default_lint.program.data_values import Array, Dataset, Generator, current
from default_lint.program.heads import Head, heads
from default_lint.program.types import Call, Compile, Fit, Model, Optimizer, Program
from default_lint.program.values import Unknown, Value, is_integer, is_number
from default_lint.text import Document, Span

OPTIMIZER_ARGUMENTS = {
    "momentum": ("momentum", "nesterov", "beta_1", "beta_2", "rho", "epsilon", "amsgrad"),
    "clipping": ("clipnorm", "clipvalue", "global_clipnorm"),
    "weight_decay": ("weight_decay",),
}
FIT_ARGUMENTS = {
    "epochs": "epochs",
    "batch_size": "batch_size",
    "shuffle": "shuffle",
    "validation": "validation_data",
    "callbacks": "callbacks",
}


def readings(program: Program) -> tuple[Reading, ...]:
    """One for each model that is compiled and trained, in the order of training; the program's first reading only."""
    found = []
    for model in program.models:
        fits = model.fits
        compiles = model.compiles
        if fits and compiles:
            before = [event for event in compiles if event.order < fits[-1].order]
            found.append(Reading(program, model, (before or list(compiles))[-1], fits[-1]))
    return tuple(sorted(found, key=lambda reading: reading.fit.order))


class Reading:
    """A model as it is trained last."""

    def __init__(self, program: Program, model: Model, compile_: Compile, fit: Fit) -> None:
        self.document: Document = program.document
        self.model = model
        self.compile = compile_
        self.fit = fit

    @cached_property
    def head(self) -> Head | None:
        """The first output, as the compile sees it."""
        return next((head for head in heads(self.model) if head.compile is self.compile), None)

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer, when it is one that the catalog knows."""
        optimizer = self.compile.optimizer
        return optimizer if optimizer is not None and optimizer.name else None

    @property
    def rate(self) -> tuple[float | None, Span]:
        """The learning rate that it starts with (None: not known), and where that stands."""
        from default_lint.program.catalog import signature

        optimizer = self.compile.optimizer
        if optimizer is None:
            return None, self.compile.span
        value: Value = optimizer.learning_rate
        span = optimizer.span
        if optimizer.call is None:
            told = signature(f"keras.optimizers.{optimizer.name}") if optimizer.name else None
            parameter = told.parameter("learning_rate") if told else None
            value = parameter.default if parameter else value
        else:
            span = optimizer.call.where("learning_rate")
        if isinstance(value, Call):
            span = value.where("initial_learning_rate")
            value = value["initial_learning_rate"]
        return (float(value) if is_number(value) and value > 0 else None), span

    @property
    def schedule(self) -> Call | None:
        """The schedule of the learning rate."""
        optimizer = self.compile.optimizer
        rate = None if optimizer is None else optimizer.learning_rate
        return rate if isinstance(rate, Call) else None

    def argument(self, name: str) -> Value:
        """An argument of `fit`."""
        call = self.fit.call
        return None if call is None or name not in call.arguments else call[name]

    def where(self, name: str) -> Span:
        """Where an argument of `fit` stands, or would."""
        return self.fit.span if self.fit.call is None else self.fit.call.where(name)

    @property
    def epochs(self) -> int | None:
        """Epochs of the last fit."""
        value = self.argument("epochs")
        return value if is_integer(value) and value > 0 else None

    @property
    def batch(self) -> int | None:
        """Rows in a batch; Keras's 32 where arrays are passed without one."""
        data = self.fit.x
        if isinstance(data, Dataset):
            return data.batched if is_integer(data.batched) and data.batched > 0 else None
        if isinstance(data, Generator):
            return None
        value = self.argument("batch_size")
        if value is None:
            return 32
        return value if is_integer(value) and value > 0 else None

    @property
    def batch_span(self) -> Span:
        """Where the size of a batch is said."""
        data = self.fit.x
        if isinstance(data, Dataset):
            batches = [step.span for step in data.steps if step.name.endswith((".batch", ".padded_batch"))]
            return batches[-1] if batches else data.span
        return self.where("batch_size")

    @cached_property
    def rows(self) -> int | None:
        """Rows that it is trained on."""
        data = self.fit.x
        if isinstance(data, Dataset):
            count, batch = data.cardinality, self.batch
            return count * batch if is_integer(count) and batch and data.batched is not None else None
        for array in (self.inputs, self.targets):
            shape = array.shape if array is not None else None
            if isinstance(shape, tuple) and shape and is_integer(shape[0]) and shape[0] > 0:
                split = self.argument("validation_split")
                share = split if is_number(split) and 0 < split < 1 else 0.0
                return max(1, int(shape[0] * (1 - share)))
        return None

    @property
    def steps(self) -> float | None:
        """Updates in an epoch."""
        given = self.argument("steps_per_epoch")
        if is_integer(given) and given > 0:
            return float(given)
        data = self.fit.x
        if isinstance(data, Dataset) and is_integer(data.cardinality) and data.batched is not None:
            return float(data.cardinality)
        rows, batch = self.rows, self.batch
        return max(1.0, rows / batch) if rows and batch else None

    @property
    def updates(self) -> float | None:
        """Updates in the whole training."""
        steps, epochs = self.steps, self.epochs
        return steps * epochs if steps and epochs else None

    @cached_property
    def inputs(self) -> Array | None:
        """The first input array."""
        data = self.fit.x
        return _array(data.inputs if isinstance(data, Dataset) else data)

    @cached_property
    def targets(self) -> Array | None:
        """The first array of labels."""
        data = self.fit.x
        return _array(data.targets if isinstance(data, Dataset) else self.fit.y)

    @cached_property
    def validation_inputs(self) -> Array | None:
        """The first input array of the validation data."""
        data = self.fit.validation
        if isinstance(data, Dataset):
            return _array(data.inputs)
        return _array(data[0]) if isinstance(data, (tuple, list)) and data else None

    def optimizer_places(self) -> Iterator[tuple[str, Span, Span]]:
        """Name, span and call of what can be changed of the optimizer."""
        optimizer = self.compile.optimizer
        if optimizer is None:
            return
        call = optimizer.call
        whole = self.compile.span if call is None else call.span
        yield "optimizer", optimizer.span if call is None else call.callee, whole
        schedule = self.schedule
        yield "learning_rate", self.rate[1], whole
        if schedule is not None:
            yield "schedule", schedule.callee, schedule.span
        for name, arguments in OPTIMIZER_ARGUMENTS.items():
            given = [call.given(each) for each in arguments] if call is not None else []
            for argument in given:
                if argument is not None:
                    yield name, argument.span, whole

    def fit_places(self) -> Iterator[tuple[str, Span, Span]]:
        """Name, span and call of what can be changed of `fit`."""
        call = self.fit.call
        if call is None:
            return
        for name, argument in FIT_ARGUMENTS.items():
            span = self.batch_span if name == "batch_size" else call.where(argument)
            if name == "validation" and call.given("validation_split") is not None:
                span = call.where("validation_split")
            if name in ("epochs", "batch_size", "validation") or call.given(argument) is not None:
                if name == "callbacks":
                    yield from ((name, callback.span, call.span) for callback in self.fit.callbacks or ())
                else:
                    yield name, span, call.span

    def data_places(self) -> Iterator[tuple[str, Span]]:
        """Name and span of the data: where it was made or changed last, else where it is passed."""
        for name, array in (("x", self.inputs), ("y", self.targets)):
            if array is not None and array.span.end:
                yield name, array.span
            elif self.fit.call is not None and self.fit.call.given(name) is not None:
                yield name, self.fit.call.where(name)


def _array(value: Value) -> Array | None:
    if isinstance(value, dict):
        value = next(iter(value.values()), None)
    elif isinstance(value, (tuple, list)) and value:
        value = value[0]
    if isinstance(value, Unknown):
        return None
    value = current(value)
    return value if isinstance(value, Array) else None


def decisive(call: Call) -> Call:
    """The call of the layer inside a wrapper such as Bidirectional, else the call itself."""
    if call.short in ("Bidirectional", "TimeDistributed") and "layer" in call.arguments:
        inner = call["layer"]
        found = inner if isinstance(inner, Call) else getattr(inner, "call", None)
        if isinstance(found, Call):
            return found
    return call


__all__ = ["FIT_ARGUMENTS", "OPTIMIZER_ARGUMENTS", "Reading", "decisive", "readings"]
