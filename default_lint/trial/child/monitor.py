"""Watches models train: what Keras logs, the loss of each batch, and the measures on a held batch.

`Monitor` belongs to a run, `Watch` to a model. They are fed by the hooks of `hooks.py` or by the callback that
`callback` makes for the Keras at hand. Nothing here raises into the user's program: what fails becomes a note.
"""

from __future__ import annotations

import functools
import math
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from . import data, describe, held
from .frameworks import framework, preserved
from .measures import Engine
from .nest import flatten
from .session import Session, Subject
from .sites import Origins, Site

WATCHED = 8  # models that are measured; further ones are only logged
LOSSES = 256
PENDING = 64
LIVE = 0.25
WINDOW = 50
COPY = 200 * 2**20


class Monitor:
    """What a run has in common for all its models.

    Args:
        session: where events go and how long it lasts.
        epochs: ends training of a model after so many epochs.
        steps: ends training of a model after so many steps.
        seconds: ends training after so many seconds from the start of the run.
    """

    def __init__(
        self,
        session: Session,
        epochs: int | None = None,
        steps: int | None = None,
        seconds: float | None = None,
    ) -> None:
        self.session = session
        self.epochs = epochs
        self.steps = steps
        self.deadline = math.inf if seconds is None else session.started + seconds
        self.origins = Origins()
        self.compiled = Origins()
        self.capped = ""
        self.silent = False
        self._watches: dict[int, Any] = {}
        self._count = 0

    def watch(self, model: Any) -> Watch:
        """The watch of the model, made when it is first asked for."""
        reference, known = self._watches.get(id(model), (None, None))
        if reference is not None and reference() is model:
            return known  # type: ignore[no-any-return]
        made = Watch(self, model, self._count)
        self._count += 1
        self._watches[id(model)] = (weakref.ref(model), made)
        self.session.subjects.append(made.subject)
        return made

    def known(self, model: Any) -> Watch | None:
        """The watch of a model that is in training now."""
        reference, known = self._watches.get(id(model), (None, None))
        return known if reference is not None and reference() is model and known.active else None

    def cap(self, reason: str, number: int) -> None:
        """Remember, and say, that the budget has ended training."""
        if not self.capped:
            self.capped = reason
        self.session.emit({"event": "capped", "model": number, "reason": reason})

    def fork(self) -> None:
        """In a forked process: say and measure nothing any more."""
        self.silent = True


def quiet(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of `Watch` whose failure is a note and nothing else."""

    @functools.wraps(method)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.monitor.silent:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            name = method.__name__.strip("_").replace("_", " ")
            message = f"{type(error).__name__}: {error}".split("\n")[0][:200]
            self.monitor.session.note(f"model {self.subject.number}: {name} could not be observed ({message})")
            return None

    return guarded


class Watch:
    """One model in training."""

    def __init__(self, monitor: Monitor, model: Any, number: int) -> None:
        self.monitor = monitor
        self._model = weakref.ref(model)
        self.subject = Subject(number, model, describe.backend(model), describe.keras(model))
        self.active = False
        self.finished = False
        self.fit = -1
        self.epoch = -1
        self.epochs = 0
        self.steps = 0
        self.shown = 0.0
        self.site: Site | None = None
        self.asked: dict[str, Any] = {}
        self.described = False
        self.batches: list[Any] = []
        self.tap: Any | None = None
        self.total: int | None = None
        self.engine: Engine | None = None
        self.start: list[Any] | None = None  # weights before training, until they have been measured
        self.previous: list[Any] | None = None
        self.update: Any = None
        self.measured = number < WATCHED
        self._clear()

    def _clear(self) -> None:
        self.begun = time.monotonic()
        self.rate: float | None = None
        self.taken = 0
        self.pending: list[Any] = []
        self.running: list[float] = []
        self.state: Any = None  # JAX keeps the weights there during an epoch

    @property
    def emit(self) -> Callable[[dict[str, Any]], None]:
        """The way out for events."""
        return self.monitor.session.emit

    # One call of fit

    @quiet
    def begin(self, asked: dict[str, Any], site: Site | None) -> None:
        """A call of fit begins."""
        self.active = True
        self.finished = False
        self.fit += 1
        self.site = site
        self.asked = asked_facts(asked)
        self.subject.batch = self.asked.get("batch_size")
        self._hold(asked)
        self._describe()

    @quiet
    def _hold(self, asked: dict[str, Any]) -> None:
        x, y, weight = asked.get("x"), asked.get("y"), asked.get("sample_weight")
        source = data.source(x)
        facts: dict[str, Any] = {"source": source, "batch": self.asked.get("batch_size")}
        if source == "array":
            total = held.rows_of(x) or 0
            rows = math.floor(total * (1.0 - float(asked.get("validation_split") or 0.0)))
            self.subject.held = held.from_arrays(x, y, weight, rows, held.count(rows))
            facts.update(data.facts(x, y, rows))
            facts["samples"] = rows
            self.total = rows
        validation = asked.get("validation_data")
        if isinstance(validation, (tuple, list)) and len(validation) >= 2 and data.source(validation[0]) == "array":
            found = data.facts(validation[0], validation[1])
            facts.update({"val_x": found["x"], "val_y": found["y"], "val_samples": held.rows_of(validation[0])})
        self.subject.data = facts

    def _describe(self) -> None:
        model = self._model()
        if model is None:
            return
        layers = describe.leaves(model)
        self.subject.layers = [layer for layer, _ in layers]
        self.subject.optimizer = describe.optimizer_facts(getattr(model, "optimizer", None))
        losses = describe.losses(model)
        compiled = self.monitor.compiled.of(model)
        self.emit(
            {
                "event": "model",
                "model": self.subject.number,
                "name": str(getattr(model, "name", "")),
                "kind": describe.kind(model),
                "trained": self.subject.trained,
                "window": "epoch" if self.subject.trained == "fit" else f"{WINDOW} steps",
                "site": self.site,
                "compiled": compiled[0] if compiled else None,
                "layers": [
                    describe.row(index, layer, alone, self.monitor.origins)
                    for index, (layer, alone) in enumerate(layers)
                ],
                "outputs": describe.outputs(model, self.subject.layers),
                "optimizer": self.subject.optimizer,
                "losses": [describe.loss_name(loss) for loss in losses],
                "logits": [describe.logits(loss) for loss in losses],
                "metrics": describe.metrics(model),
                "asked": self.asked,
            }
        )
        self.site = None  # said once
        if self.subject.data:
            self.emit({"event": "data", "model": self.subject.number, "facts": self.subject.data})

    @quiet
    def train_begin(self) -> None:
        """Keras begins to train: the model is compiled and its training function made."""
        model = self._model()
        if model is None:
            return
        self.subject.compute_loss = compute_loss(model)
        self._snapshot()
        function = model.train_function
        if callable(function) and not isinstance(function, Stepping):
            model.train_function = Stepping(function, self)

    @quiet
    def _snapshot(self) -> None:
        """Keep the weights before training."""
        model = self._model()
        if not self.measured or model is None or not describe.built(model):
            return
        if sum(map(describe.size, model.variables)) * 4 > COPY:
            self.measured = False
            self.monitor.session.note(f"model {self.subject.number} is too large to be measured; its logs are recorded")
            return
        with preserved():
            values = framework(self.subject.backend).read(list(model.variables))
        if self.fit == 0:
            self.start = values
            weights = {id(variable): np.asarray(value) for variable, value in zip(model.variables, values)}
            self.subject.initial = [weights[id(variable)] for variable in model.weights]
        self.previous = values

    @quiet
    def _updated(self) -> None:
        """After the first step of an epoch: how far it went."""
        if self.previous is None or not self.measured:
            return
        with preserved():
            engine = self._engine()
            if engine is not None:
                self.update = engine.change(self._present(), self.previous)

    def _present(self) -> list[Any]:
        """The weights now; of JAX those of the last step."""
        assert self.engine is not None
        state = self.state
        if state is None:
            return self.engine.read()
        model = self._model()
        places = {id(variable): value for variable, value in zip(model.trainable_variables, state[0])}
        places.update({id(variable): value for variable, value in zip(model.non_trainable_variables, state[1])})
        return [places[id(variable)] for variable in self.engine.variables]

    def _engine(self) -> Engine | None:
        model = self._model()
        if self.engine is None and self.subject.held is not None and model is not None and describe.built(model):
            self.engine = Engine(self.subject, self.total)
        return self.engine

    @quiet
    def _measure(self) -> tuple[dict[str, float], dict[int, dict[str, float]]] | None:
        """The measures after an epoch; those from before training are sent first."""
        if not self.measured:
            return None
        with preserved():
            engine = self._engine()
            if engine is None:
                return None
            if self.start is not None:
                measures, layers = engine.measure(self.start, None)
                self.start = None
                self.emit({**self._row(-1), "fit": 0, "measures": measures, "layers": layers})
            values = engine.read()
            measures, layers = engine.measure(values, self.previous)
            if self.update is not None:
                for index, norm in engine.changes(self.update).items():
                    layers.setdefault(index, {})["update_norm"] = norm
                self.update = None
            self.previous = values
        for note in engine.notes:
            self.monitor.session.note(f"model {self.subject.number}: {note}")
        return measures, layers

    def _row(self, epoch: int) -> dict[str, Any]:
        return {"event": "epoch", "model": self.subject.number, "epoch": epoch, "fit": self.fit, "logs": {}}

    @quiet
    def end(self) -> None:
        """The call of fit is over, in whatever way."""
        self.active = False
        model = self._model()
        function = getattr(model, "train_function", None)
        if isinstance(function, Stepping):
            model.train_function = function.function

    # One epoch

    @quiet
    def epoch_begin(self, epoch: int) -> None:
        """An epoch of Keras begins; its number starts anew with each fit, ours does not."""
        self.epoch += 1
        self._clear()
        self.rate = describe.learning_rate(getattr(self._model(), "optimizer", None))

    def step(self, logs: Any) -> None:
        """A step (or several, with steps_per_execution) has been taken."""
        try:
            self._step(logs)
        except Exception as error:
            self.monitor.session.note(f"model {self.subject.number}: steps could not be observed ({error})")

    def _step(self, logs: Any) -> None:
        self.taken += 1
        self.steps += 1
        if self.taken == 1:
            self._updated()
        if logs is not None:
            loss = logs.get("loss") if isinstance(logs, dict) else logs
            self.pending.append(loss)
        now = time.monotonic()
        if now - self.shown >= LIVE:
            self.shown = now
            self._drain()
            if self.running:
                self.emit(
                    {
                        "event": "batch",
                        "model": self.subject.number,
                        "epoch": self.epoch,
                        "step": self.taken,
                        "loss": self.running[-1],
                    }
                )
        elif len(self.pending) >= PENDING:
            self._drain()
        if now >= self.monitor.deadline:
            self._stop("seconds")
        elif self.monitor.steps is not None and self.steps >= self.monitor.steps:
            self._stop("steps")

    def _drain(self) -> None:
        for loss in self.pending:
            try:
                self.running.append(float(loss))
            except (TypeError, ValueError):
                self.running.append(math.nan)
        self.pending.clear()

    def _stop(self, reason: str) -> None:
        if self.finished:
            return
        self.finished = True
        model = self._model()
        if model is not None:
            model.stop_training = True
        self.monitor.cap(reason, self.subject.number)

    @quiet
    def epoch_end(self, logs: Any) -> None:
        """An epoch ends; the user's callbacks have been called."""
        self._drain()
        self.state = None
        seconds = time.monotonic() - self.begun
        losses = batch_losses(self.running)
        broken = next((index for index, loss in enumerate(self.running) if not math.isfinite(loss)), None)
        self.epochs += 1
        measures, layers = self._measure() or ({}, {})
        self.emit(
            {
                **self._row(self.epoch),
                "logs": {str(name): number(value) for name, value in dict(logs or {}).items()},
                "steps": self.taken,
                "seconds": seconds,
                "learning_rate": self.rate,
                "losses": thin(losses),
                "broken": broken,
                "complete": not self.finished,
                "measures": measures,
                "layers": layers,
            }
        )
        if self.monitor.epochs is not None and self.epochs >= self.monitor.epochs:
            self._stop("epochs")
        elif time.monotonic() >= self.monitor.deadline:
            self._stop("seconds")


class Stepping:
    """Keras's training function with an eye on what it returns."""

    def __init__(self, function: Callable[..., Any], watch: Watch) -> None:
        self.function = function
        self.watch = watch
        self.state = watch.subject.backend == "jax"

    def __call__(self, *args: Any) -> Any:
        """Take a step as Keras would."""
        result = self.function(*args)
        if self.state:
            self.watch.state = result[1]
            self.watch.step(result[0])
        else:
            self.watch.step(result)
        return result


def compute_loss(model: Any) -> Callable[..., Any] | None:
    """The compiled loss with its penalties as (x, y, predictions, sample_weight) -> scalar; None without one."""
    known = getattr(model, "_compile_loss", None) is not None
    if not known and describe.custom(model, "train_step") and not describe.custom(model, "compute_loss"):
        return None

    def loss(x: Any, y: Any, predicted: Any, weight: Any) -> Any:
        return model._compute_loss(x, y, predicted, weight, training=True)

    return loss


def number(value: Any) -> float | None:
    """A logged value as a float; None when it is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def thin(values: list[float]) -> list[float]:
    """At most 256 of the values at equal distances, the last among them."""
    step = max(1, math.ceil(len(values) / LOSSES))
    return values[::-1][::step][::-1]


def batch_losses(running: list[float]) -> list[float]:
    """The loss of each batch from the running means m that Keras logs: k m_k - (k-1) m_(k-1).

    Exact for batches of one size; the last, smaller batch is pulled toward the mean before it. After a value that is
    not finite the later ones are unknown and repeat it.
    """
    found: list[float] = []
    before = 0.0
    for count, mean in enumerate(running, 1):
        found.append(count * mean - (count - 1) * before if math.isfinite(mean) and math.isfinite(before) else mean)
        before = mean
    return found


def asked_facts(asked: dict[str, Any]) -> dict[str, Any]:
    """The arguments of fit that matter for a diagnosis, as plain values."""
    facts: dict[str, Any] = {}
    for name in (
        "epochs",
        "batch_size",
        "steps_per_epoch",
        "validation_split",
        "validation_steps",
        "validation_freq",
        "initial_epoch",
        "shuffle",
    ):
        value = asked.get(name)
        if value is None or isinstance(value, (bool, int, float, str)):
            facts[name] = value
        else:
            facts[name] = number(value)
    weights = asked.get("class_weight")
    facts["class_weight"] = {str(key): number(value) for key, value in weights.items()} if weights else None
    facts["sample_weight"] = asked.get("sample_weight") is not None
    facts["validation"] = asked.get("validation_data") is not None or bool(asked.get("validation_split"))
    facts["callbacks"] = [
        describe.kind(entry) for entry in flatten(getattr(asked.get("callbacks"), "callbacks", asked.get("callbacks")))
    ]
    return facts
