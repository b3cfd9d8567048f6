"""Watches models train: what Keras logs, the loss of each batch, and the measures on a held batch.

`Monitor` belongs to a run, `Watch` to a model. They are fed by the hooks of `hooks.py` or by the callback that
`callback` makes for the Keras at hand. Nothing here raises into the user's program: what fails becomes a note.
"""

from __future__ import annotations

import functools
import math
import platform
import sys
import time
import weakref
from collections.abc import Callable
from typing import Any

from . import data, describe, held
from .frameworks import framework, preserved
from .held import Batches
from .measures import Engine, key_of
from .nest import convert, flatten
from .session import Held, Session, Subject
from .sites import Origins, Site

WATCHED = 8  # models that are measured; further ones are only logged
LOSSES = 256
EXACT = 1000  # batches whose losses are told one by one
PENDING = 64
LIVE = 0.25
WINDOW = 50
LOOKS = 4  # calls of fit whose data is looked at
TOLD = 32  # calls of fit that are told of
COPY = 200 * 2**20
LIGHT = 16 * 2**20


class Stop(SystemExit):
    """Ends the script because its budget is used up."""


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
        self.finish = False
        self.fitting: list[Watch] = []
        self.initializers = Origins()
        self.loop: Any = None
        self._watches: dict[int, Any] = {}
        self._count = 0

    def watch(self, model: Any) -> Watch:
        """The watch of the model, made when it is first asked for."""
        reference, known = self._watches.get(id(model), (None, None))
        if reference is not None and reference() is model:
            return known  # type: ignore[no-any-return]
        if not self._count:
            self.session.emit({"event": "start", "versions": versions()})
        for _, earlier in self._watches.values():
            earlier.let_go()
        made = Watch(self, model, self._count)
        self._count += 1
        self._watches[id(model)] = (weakref.ref(model), made)
        if made.measured:
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

    def leave(self) -> None:
        """Leave the script when the budget is used up, unless the rest of it shall run."""
        if self.capped and not self.finish and not self.silent:
            raise Stop(0)

    def flush(self) -> None:
        """The script has ended: close the windows of loops that are still open."""
        if self.loop is not None:
            self.loop.flush()
        for _, watch in list(self._watches.values()):
            watch.finish()
            watch.take_hold()
        self.session.subjects = [subject for subject in self.session.subjects if subject.model is not None]

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
        self.subject = Subject(
            number, model if number < WATCHED else None, describe.backend(model), describe.keras(model)
        )
        self.active = False
        self.finished = False
        self.begun_training = False
        self.open = False
        self.fit = -1
        self.epoch = -1
        self.epochs = 0
        self.steps = 0
        self.shown = 0.0
        self.site: Site | None = None
        self.asked: dict[str, Any] = {}
        self.described = False
        self.kept: Batches | None = None
        self.looked = 0
        self.told = 0
        self.window: dict[str, float] = {}
        self.optimizer: Any = None  # of a loop of the user's
        self.gradients: Any = None  # of the last step, with their variables
        self.light: bool | None = None
        self.total: int | None = None
        self.engine: Engine | None = None
        self.checked = -1  # the fit for which the engine is known to be right
        self.start: list[Any] | None = None  # weights before training, until they have been measured
        self.early: dict[int, Any] | None = None
        self.previous: list[Any] | None = None
        self.after: list[Any] | None = None  # weights after the first step of the epoch
        self.block = 1  # steps in one execution of Keras's training function
        self.longest: int | None = None  # steps of an epoch of fit, where that is known
        self.averaged = True  # the loss that Keras logs is the mean over the epoch so far
        self.measured = number < WATCHED and self.subject.backend != "legacy"
        if self.subject.backend == "legacy":
            monitor.session.note("models of Keras 2 are not measured layer by layer; their logs are recorded")
        self._clear()

    def _clear(self) -> None:
        self.begun = time.monotonic()
        self.spent = 0.0
        self.rate: float | None = None
        self.taken = 0
        self.pending: list[Any] = []
        self.running: list[float] = []
        self.state: Any = None  # JAX keeps the weights there during an epoch

    @property
    def emit(self) -> Callable[[dict[str, Any]], None]:
        """The way out for events."""
        return self.monitor.session.emit

    # Only the model that trained last is kept alive: it is tested when the script has ended

    def let_go(self) -> None:
        """Another model comes: keep this one alive no longer, unless it is in training."""
        if self.active or self.open or self.subject.model is None:
            return
        self.subject.model = self.engine = self.previous = self.after = None
        if self.subject.trained != "tape":  # the loss of a loop does not hold the model
            self.subject.compute_loss = None
        self.subject.layers = []
        self.checked = -1

    @quiet
    def take_hold(self) -> None:
        """The model trains again, or is about to be tested: take what was let go, if it still lives."""
        model = self._model()
        if model is None or self.subject.model is not None or self.subject.number >= WATCHED:
            return
        self.subject.model = model
        self.subject.layers = [layer for layer, _ in describe.leaves(model)]
        if self.subject.trained != "tape":
            self.subject.compute_loss = compute_loss(model)

    # One call of fit

    @quiet
    def begin(self, asked: dict[str, Any], site: Site | None, split: bool = False) -> None:
        """A call of fit begins; `split` tells that the validation split has been taken off already."""
        self.take_hold()
        self.active = True
        self.finished = False
        self.fit += 1
        self.begun_training = False  # the trainer's first iterator is the one over the training data
        self.site = site
        self.asked = {**asked_facts(asked), **loss_weights(self._model())}
        self.monitor.fitting.append(self)
        self.subject.trained = "fit"
        asked = {**asked, "validation_split": 0.0} if split else asked
        self.longest = epoch_steps(asked)
        self._hold(asked)
        self.subject.batch = self.subject.data.get("batch")
        if self.told < TOLD:
            self.told += 1
            self._describe()

    def _optimizer(self) -> Any:
        return self.optimizer or getattr(self._model(), "optimizer", None)

    @quiet
    def _hold(self, asked: dict[str, Any]) -> None:
        """Facts about the data, and the held batch where the data lies at hand."""
        x, y, weight = asked.get("x"), asked.get("y"), asked.get("sample_weight")
        source = data.kind(x)
        if source != "array":
            self.kept = Batches() if self.subject.held is None else None
        elif self.subject.held is None:
            total = held.rows_of(x) or 0
            self.total = math.floor(total * (1.0 - float(asked.get("validation_split") or 0.0)))
            batch = held.from_arrays(x, y, weight, self.total, held.count(self.total))
            if isinstance(asked.get("class_weight"), dict) and batch.sample_weight is None:
                batch.sample_weight = held.class_weights(batch.y, asked["class_weight"])
            self.subject.held = batch
        if self.looked < LOOKS:
            self.looked += 1
            self.subject.data = data.fit_facts(source, asked)

    def _describe(self) -> None:
        model = self._model()
        if model is None:
            return
        layers = describe.leaves(model)
        self.subject.layers = [layer for layer, _ in layers]
        self.subject.optimizer = describe.optimizer_facts(self._optimizer())
        losses = self.subject.losses = describe.losses(model) or self.subject.losses
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
    def tapped(self, dataset: Any) -> Any:
        """The dataset of TensorFlow that the trainer will go through, with an eye on its first batches."""
        return self.kept.tap(dataset) if self.kept is not None else dataset

    @quiet
    def _collect(self) -> None:
        """Make the held batch of the batches kept so far, where the data was no array."""
        if self.kept is None or self.subject.held is not None or not self.taken:
            return
        with preserved():
            batches = self.kept.batches()
        if not batches:
            return
        self.subject.batch = self.subject.batch or held.rows_of(held.unpack(batches[0])[0])
        self.total = self.taken * (self.subject.batch or 0) or None
        whole = held.from_batches(batches, sum(held.rows_of(held.unpack(batch)[0]) or 0 for batch in batches))
        if whole is None:
            return
        facts = {**data.facts(whole.x, whole.y), "batch": self.subject.batch}
        if self.asked.get("steps_per_epoch") is None:
            facts["samples"] = self.total
        self.subject.data.update(facts)
        self.emit({"event": "data", "model": self.subject.number, "facts": self.subject.data})
        rows = min(whole.rows, held.count(self.total or whole.rows))
        pick = lambda leaf: leaf[held.spread(whole.rows, rows)]  # noqa: E731
        self.subject.held = Held(
            convert(pick, whole.x), convert(pick, whole.y), convert(pick, whole.sample_weight), rows
        )
        self.kept = None

    @quiet
    def train_begin(self) -> None:
        """Keras begins to train: the model is compiled and its training function made."""
        model = self._model()
        if model is None:
            return
        self._prepare(model)
        self.block = executed(model)
        function = model.train_function
        if callable(function) and not isinstance(function, Stepping):
            model.train_function = Stepping(function, self)

    def _prepare(self, model: Any) -> None:
        """The model is compiled and about to train."""
        self.subject.compute_loss = compute_loss(model)
        self.subject.plain = not describe.custom(model, "train_step") and self.subject.compute_loss is not None
        self.averaged = not describe.custom(model, "train_step") or any(
            getattr(metric, "name", "") == "loss" for metric in model.metrics
        )
        self._snapshot()

    @quiet
    def _snapshot(self) -> None:
        """Keep the weights before training; of a model that is not built yet those that exist."""
        self._keep_start()

    def _keep_start(self) -> None:
        model = self._model()
        if not self.measured or model is None:
            return
        if sum(map(describe.size, model.variables)) * 4 > COPY:
            self.measured = False
            self.monitor.session.note(f"model {self.subject.number} is too large to be measured; its logs are recorded")
            return
        with preserved():
            variables = list(model.variables)
            values = framework(self.subject.backend).read(variables)
        if any(tuple(value.shape) != tuple(variable.shape) for variable, value in zip(variables, values)):
            raise ValueError("weights without values yet")
        if describe.built(model):
            self._begin_with(variables, values)
        elif self.fit == 0:
            self.early = {id(variable): value for variable, value in zip(variables, values)}

    def _begin_with(self, variables: list[Any], values: list[Any]) -> None:
        self.previous = values
        self.early = None
        if self.fit == 0 and self.subject.initial is None:
            self.start = values
            arrays = {id(variable): held.array(value) for variable, value in zip(variables, values)}
            self.subject.initial = [arrays[id(variable)] for variable in self.subject.model.weights]

    @quiet
    def _recover(self) -> None:
        """The weights before training of a model that the first step has built: its initializers tell them again."""
        model = self._model()
        if self.early is None or model is None or not describe.built(model):
            return
        early, self.early = self.early, None
        variables = list(model.variables)
        with preserved():
            present = framework(self.subject.backend).read(variables)
            values = []
            for variable, now in zip(variables, present):
                again: list[Any] = self.monitor.initializers.of(variable)
                if id(variable) in early:
                    values.append(early[id(variable)])
                elif again and describe.repeatable(again[0]):
                    values.append(again[0](tuple(variable.shape), dtype=variable.dtype))
                elif variable.trainable:
                    self.monitor.session.note(
                        f"model {self.subject.number}: its weights before training are not known, since it was built "
                        "while it trained"
                    )
                    return
                else:
                    values.append(now)
        self._begin_with(variables, values)
        self._describe()

    @quiet
    def _updated(self) -> None:
        """After the first step of an epoch: keep the weights, which tell how far it went."""
        model: Any = self._model()
        if self.previous is None or not self.measured or model is None:
            return
        engine = self.engine if self.checked == self.fit else None
        variables = list(model.variables if engine is None else engine.variables)
        if self.state is not None:
            trained, others = self.state[:2]
            places = {id(variable): value for variable, value in zip(model.trainable_variables, trained)}
            places.update({id(variable): value for variable, value in zip(model.non_trainable_variables, others)})
            variables = [places[id(variable)] for variable in variables]
        with preserved():
            self.after = framework(self.subject.backend).read(variables)

    def _engine(self) -> Engine | None:
        model = self._model()
        if self.engine is not None and self.checked == self.fit:
            return self.engine
        if model is None or self.subject.held is None or not describe.built(model):
            return None
        if self.engine is None or self.engine.key != key_of(self.subject):
            self.engine = Engine(self.subject, self.total)
        self.checked = self.fit
        return self.engine

    @quiet
    def _measure(self) -> tuple[dict[str, float], dict[int, dict[str, float]]] | None:
        """The measures after an epoch; those from before training are sent first."""
        self._collect()
        if not self.measured:
            return None
        with preserved():
            engine = self._engine()
            if engine is None:
                return None
            if self.start is not None:
                measures, layers = engine.measure(self.start)
                self.start = None
                self.emit({**self._row(-1), "fit": 0, "measures": measures, "layers": layers})
            values = engine.read()
            measures, layers = engine.measure(values, self.previous, self.after)
            self.after = None
            self.previous = values
            self._real_gradients(layers)
        for note in engine.notes:
            self.monitor.session.note(f"model {self.subject.number}: {note}")
        return measures, layers

    def _row(self, epoch: int) -> dict[str, Any]:
        return {"event": "epoch", "model": self.subject.number, "epoch": epoch, "fit": self.fit, "logs": {}}

    @quiet
    def end(self) -> None:
        """The call of fit is over, in whatever way."""
        self.active = False
        if self.open and self.taken:
            hurried = isinstance(sys.exc_info()[1], (SystemExit, KeyboardInterrupt))
            self._drain()
            logs = {"loss": self.running[-1]} if self.running else {}
            self._close(logs, complete=False, measure=not hurried)
        if self in self.monitor.fitting:
            self.monitor.fitting.remove(self)
        model: Any = self._model()
        function = getattr(model, "train_function", None)
        if isinstance(function, Stepping):
            model.train_function = function.function

    # A loop of the user's

    @quiet
    def step_begin(self, asked: dict[str, Any], site: Site | None) -> None:
        """A call of train_on_batch begins; 50 of them make an epoch."""
        model = self._model()
        if model is None:
            return
        self.take_hold()
        self.active = True
        if self.fit < 0 or self.subject.trained == "fit":
            self.fit += 1
            self.subject.trained = "train_on_batch"
            self.site = site
            self.asked = {"batch_size": held.rows_of(asked.get("x")), **loss_weights(model)}
            self.subject.batch = self.asked["batch_size"]
            self.subject.data = {"source": "train_on_batch", "batch": self.subject.batch}
            self.kept = Batches() if self.subject.held is None else None
            self._describe()
            self._prepare(model)
        self.monitor.fitting.append(self)
        if not self.open:
            self.epoch_begin(self.epoch + 1)
        if self.kept is not None:
            weight = asked.get("sample_weight")
            if weight is None and isinstance(asked.get("class_weight"), dict):
                weight = held.class_weights(asked.get("y"), asked["class_weight"])
            self.kept.add((asked.get("x"), asked.get("y"), weight))

    @quiet
    def step_end(self, result: Any) -> None:
        """A call of train_on_batch returns."""
        self.averaged = False
        logs = result if isinstance(result, dict) else {"loss": flatten(result)[0] if flatten(result) else math.nan}
        for name, value in logs.items():
            self.window[name] = self.window.get(name, 0.0) + float(value)
        self._step(logs)
        if self.taken >= WINDOW:
            self._window(complete=True)

    @quiet
    def tape_begin(self, optimizer: Any, site: Site | None) -> None:
        """An optimizer is about to update the model in a loop of the user's; 50 updates make an epoch."""
        model = self._model()
        if model is None:
            return
        self.take_hold()
        if self.fit < 0 or self.subject.trained != "tape":
            self.fit += 1
            self.subject.trained = "tape"
            self.averaged = False
            self.subject.plain = False
            self.subject.data = {"source": "loop"}
            self.site = site
            self.optimizer = optimizer
            self.kept = Batches() if self.subject.held is None else None
            self._describe()
            self._start_loop()
        if not self.open:
            self.epoch_begin(self.epoch + 1)

    def _start_loop(self) -> None:
        """Keep the weights; those of a model that is just being built in a graph are not there to be read yet."""
        try:
            self._keep_start()
        except Exception:
            self.early = {}

    def tell_loss(self, loss: Any) -> None:
        """The loss of the loop is known now."""
        self.checked = -1
        self.subject.losses = [loss]
        self._describe()

    @quiet
    def tape_step(self, loss: Any, batch: Any, gradients: list[Any], variables: list[Any]) -> None:
        """An eager update has been made."""
        if self.kept is not None and batch is not None:
            self.kept.add(batch)
        last = self.taken + 1 >= WINDOW
        self.gradients = (gradients, variables) if last or self._light(variables) else None
        self._step(None if loss is None else {"loss": loss})
        if last:
            self._tape_window(complete=True)
            self.gradients = None

    def _light(self, variables: list[Any]) -> bool:
        """Whether gradients may be kept through a step, for a window that ends before it is full."""
        if self.light is None:
            self.light = sum(map(describe.size, variables)) * 4 <= LIGHT
        return self.light

    @quiet
    def tape_steps(self, count: int, losses: list[float]) -> None:
        """So many updates have been made inside of a graph; the losses of the latest of them."""
        if not self.open:
            self.epoch_begin(self.epoch + 1)
        self.pending.extend(losses)
        self._step(None, count)
        if self.taken >= WINDOW:
            self._tape_window(complete=True)

    def due(self) -> bool:
        """Whether it is time to show a loss."""
        return time.monotonic() - self.shown >= LIVE

    def _tape_window(self, complete: bool) -> None:
        self._drain()
        known = [loss for loss in self.running if not math.isnan(loss)] or self.running
        self.window = {"loss": math.fsum(known) / len(known) * self.taken} if known else {}
        self._window(complete)

    def _real_gradients(self, layers: dict[int, dict[str, float]]) -> None:
        """Where no loss is known, the gradients of the last step of the window stand in for measured ones."""
        if self.gradients is None or self.engine is None or any("gradient_norm" in row for row in layers.values()):
            return
        for index, row in self.engine.given(*self.gradients).items():
            layers.setdefault(index, {}).update(row)

    @quiet
    def step_over(self) -> None:
        """A call of train_on_batch is over, in whatever way."""
        self.active = False
        if self in self.monitor.fitting:
            self.monitor.fitting.remove(self)

    def _window(self, complete: bool) -> None:
        logs = {name: total / max(1, self.taken) for name, total in self.window.items()}
        self.window = {}
        self.epochs += 1
        self._close(logs, complete)
        if self.monitor.epochs is not None and self.epochs >= self.monitor.epochs:
            self._stop("epochs")

    @quiet
    def finish(self) -> None:
        """The script has ended."""
        if self.open and self.taken and self.subject.trained != "fit":
            close = self._tape_window if self.subject.trained == "tape" else self._window
            close(complete=not self.monitor.capped)

    # One epoch

    @quiet
    def epoch_begin(self, epoch: int) -> None:
        """An epoch of Keras begins; its number starts anew with each fit, ours does not."""
        self.epoch += 1
        self.open = True
        self._clear()
        self.rate = describe.learning_rate(self._optimizer())

    def step(self, logs: Any) -> None:
        """An execution of Keras's training function is over: a step, or several with `steps_per_execution`."""
        try:
            count = self.block
            if self.longest is not None:
                count = max(1, min(count, self.longest - self.taken))
            self._step(logs, count)
        except Exception as error:
            self.monitor.session.note(f"model {self.subject.number}: steps could not be observed ({error})")

    def _step(self, logs: Any, count: int = 1) -> None:
        first = not self.taken
        self.taken += count
        self.steps += count
        if first:
            before = time.monotonic()
            self._recover()
            if count == 1:
                self._updated()
            self.spent += time.monotonic() - before
        loss = logs.get("loss") if isinstance(logs, dict) else logs
        if loss is not None:
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
        self.epochs += 1
        self._close(logs, complete=not self.finished)
        if self.monitor.epochs is not None and self.epochs >= self.monitor.epochs:
            self._stop("epochs")
        elif time.monotonic() >= self.monitor.deadline:
            self._stop("seconds")

    def _close(self, logs: Any, complete: bool, measure: bool = True) -> None:
        self._drain()
        self.open = False
        self.state = None
        seconds = time.monotonic() - self.begun - self.spent
        broken = next((index for index, loss in enumerate(self.running) if not math.isfinite(loss)), None)
        losses = batch_losses(self.running) if self.averaged else list(self.running)
        measures, layers = (self._measure() if measure else None) or ({}, {})
        self.emit(
            {
                **self._row(self.epoch),
                "logs": {str(name): number(value) for name, value in dict(logs or {}).items()},
                "steps": self.taken,
                "seconds": seconds,
                "learning_rate": describe.learning_rate(self._optimizer()) if self.rate is None else self.rate,
                "losses": thin(losses),
                "broken": None if broken is None else broken * self.block,
                "complete": complete,
                "measures": measures,
                "layers": layers,
            }
        )


class Stepping:
    """Keras's training function with an eye on what it returns."""

    def __init__(self, function: Callable[..., Any], watch: Watch) -> None:
        self.function = function
        self.watch = watch
        self.state = watch.subject.backend == "jax"

    def __call__(self, *args: Any) -> Any:
        """Take a step as Keras would."""
        if self.watch.kept is not None:
            args = self.watch.kept.passing(args)
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


def executed(model: Any) -> int:
    """The steps in one execution of a model's training function: `steps_per_execution`, 1 where that is not known."""
    for name in ("steps_per_execution", "_steps_per_execution"):
        try:
            return max(1, int(getattr(model, name)))
        except (AttributeError, TypeError, ValueError):
            continue
    return 1


def epoch_steps(asked: dict[str, Any]) -> int | None:
    """The steps of an epoch of fit on arrays, or those that it was asked for; None when neither is known."""
    steps, x = asked.get("steps_per_epoch"), asked.get("x")
    if isinstance(steps, int) and steps > 0:
        return steps
    if data.kind(x) != "array":
        return None
    rows = math.floor((held.rows_of(x) or 0) * (1.0 - float(asked.get("validation_split") or 0.0)))
    return math.ceil(rows / (asked.get("batch_size") or 32)) or None


def loss_weights(model: Any) -> dict[str, list[float]]:
    """The weights of the losses in the order of the outputs as "loss_weights"; empty when `compile` was given none."""
    given = getattr(getattr(model, "_compile_config", None), "config", None) or {}
    weights = given.get("loss_weights") if isinstance(given, dict) else None
    if weights is None:
        return {}
    if isinstance(weights, dict):
        names = list(getattr(model, "output_names", None) or weights)
        weights = [weights.get(name, 1.0) for name in names]
    found = [number(weight) for weight in flatten(weights)]
    return {"loss_weights": [1.0 if weight is None else weight for weight in found]}


def versions() -> dict[str, str]:
    """The versions of what takes part, by name, and the backend."""
    found = {"python": platform.python_version()}
    for name in ("keras", "tf_keras", "tensorflow", "jax", "torch", "numpy"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[name] = str(version)
    config = sys.modules.get("keras.src.backend.config")
    if config is not None:
        found["backend"] = str(config.backend())
    return found


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
    not finite the later ones are unknown and repeat it. Keras adds up in float32, so that the error of a difference
    grows with k; of more than 1000 batches there are the means over at most 256 blocks of equal length (the first may
    be shorter), whose error stays below 1e-4 of the mean over the epoch.
    """
    step = math.ceil(len(running) / LOSSES) if len(running) > EXACT else 1
    found: list[float] = []
    last, before = 0, 0.0
    for count in range((len(running) - 1) % step + 1, len(running) + 1, step):
        mean = running[count - 1]
        known = math.isfinite(mean) and math.isfinite(before)
        found.append((count * mean - last * before) / (count - last) if known else mean)
        last, before = count, mean
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
    facts["class_weight"] = None
    if isinstance(weights, dict):
        facts["class_weight"] = {str(key): number(value) for key, value in weights.items()} or None
    elif weights is not None:
        facts["class_weight_kind"] = type(weights).__name__
    facts["sample_weight"] = asked.get("sample_weight") is not None
    facts["validation"] = asked.get("validation_data") is not None or bool(asked.get("validation_split"))
    facts["callbacks"] = [
        describe.kind(entry) for entry in flatten(getattr(asked.get("callbacks"), "callbacks", asked.get("callbacks")))
    ]
    return facts
