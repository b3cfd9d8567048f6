"""One trained model on the bench: its machine, its held rows, the clock, and the results so far."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from . import task
from .machine import Batch, Machine, State
from .structure import leaves, mapped
from .trainer import Trainer, inner, settings_of

MOST_ROWS = 512  # more tell little for their cost


class Skipped(Exception):
    """An experiment that cannot be made; the message is the reason, said to people."""


class Time:
    """A share of the time: `left()` seconds until it is used up."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self.clock = clock
        self.end = clock() + seconds

    def left(self) -> float:
        """Seconds left; negative when it is over."""
        return self.end - self.clock()


class Case:
    """What an experiment works with.

    Args:
        subject: a `..session.Subject`.
        clock: seconds, monotonic.

    Raises:
        Skipped: no experiment at all can be made on this model.
    """

    def __init__(self, subject: Any, clock: Callable[[], float]) -> None:
        if subject.backend not in ("tensorflow", "jax", "torch"):
            raise Skipped("own tests need Keras 3")
        if subject.held is None or not leaves(subject.held.x):
            raise Skipped(subject.reason or "no rows of the training data could be kept")
        if not getattr(subject.model, "built", False):
            raise Skipped("the model was never built")
        self.subject, self.clock = subject, clock
        self.model, self.keras = subject.model, subject.keras
        held = subject.held
        self.rows = min(MOST_ROWS, *(len(leaf) for part in (held.x, held.y) for leaf in leaves(part)))
        self.fixed = self._fixed()
        if self.fixed is not None:
            if self.rows < self.fixed:
                raise Skipped(f"the model takes {self.fixed} rows at once and {self.rows} are held")
            self.rows = self.fixed
        self.order = np.random.default_rng(0).permutation(self.rows)
        self.machine = Machine(
            self.model, self.keras, subject.backend, subject.compute_loss, penalized=subject.trained != "tape"
        )
        self.results: dict[str, dict[str, Any]] = {}
        self.time = Time(clock, math.inf)
        self.trainers: dict[str, Trainer] = {}
        self._initial: State | None = None
        self._current: State | None = None

    def _fixed(self) -> int | None:
        """The batch size that the model was built for, which stateful layers insist on; None when it takes any."""
        if not any(getattr(layer, "stateful", False) for layer in self.model._flatten_layers()):
            return None
        shapes = [getattr(tensor, "shape", None) for tensor in getattr(self.model, "inputs", None) or ()]
        return next((shape[0] for shape in shapes if shape), None)

    def cut(self, rows: Any, size: int) -> list[Any]:
        """Indices in batches of `size` (of the model's own size when it insists on one); the rest is left out."""
        size = self.fixed or max(1, min(size, len(rows)))
        return [rows[i : i + size] for i in range(0, len(rows) - size + 1, size)]

    # Rows

    def take(self, rows: Any, labels: Any | None = None) -> Batch:
        """The held rows of the given indices; `labels` are other indices that their targets come from."""
        held = self.subject.held
        y = held.y if labels is None else mapped(lambda leaf: np.asarray(leaf)[labels], held.y)
        x, weight = (mapped(lambda leaf: np.asarray(leaf)[rows], part) for part in (held.x, held.sample_weight))
        if labels is None:
            y = mapped(lambda leaf: np.asarray(leaf)[rows], y)
        return self.machine.batch(x, y, weight)

    def all(self) -> Batch:
        """All held rows, in a fixed mixed order."""
        return self.take(self.order)

    def generator(self, name: str) -> np.random.Generator:
        """A random generator of its own for an experiment."""
        return np.random.default_rng(zlib.crc32(name.encode()))

    def parts(self, batch: Batch, outputs: Any) -> list[task.Part]:
        """The outputs with their targets."""
        losses = task.losses_of(self.model, self.subject.losses)
        names = getattr(self.model, "output_names", None)
        return task.parts(losses, mapped(self.machine.array, batch.y), outputs, names)

    def accuracy(self, batch: Batch, outputs: Any) -> float | None:
        """Share of right labels over all outputs that classify; None when none does."""
        right = [part.right(output) for part, output in zip(self.parts(batch, outputs), leaves(outputs))]
        known = [one for one in right if one is not None and one.size]
        return float(np.mean([one.mean() for one in known])) if known else None

    def majority(self, batch: Batch, outputs: Any) -> float:
        """Accuracy of the commonest class, over the same outputs as `accuracy`."""
        shares = [task.majority(part) for part in self.parts(batch, outputs) if part.classes]
        return float(np.mean(shares)) if shares else 0.0

    # States and losses

    def need_loss(self) -> None:
        """Raises: Skipped, when the model trains without a compiled loss."""
        if self.subject.compute_loss is None:
            raise Skipped(self.subject.reason or "the model trains without a compiled loss")

    @property
    def initial(self) -> State:
        """The state before training.

        Raises:
            Skipped: it was not kept.
        """
        if self._initial is None:
            if self.subject.initial is None:
                raise Skipped(self.subject.reason or "the weights before training were not kept")
            self._initial = self.machine.state(self.subject.initial)
        return self._initial

    @property
    def current(self) -> State:
        """The state after training.

        Raises:
            Skipped: it cannot be read (JAX gives the arrays away when a step breaks off).
        """
        if self._current is None:
            try:
                self._current = self.machine.state()
            except RuntimeError:
                raise Skipped("the weights were lost when training broke off") from None
        return self._current

    def chance(self, batch: Batch, outputs: Any) -> tuple[float, float, str]:
        """Loss of a model that knows nothing, of the best constant output, and what the former is called.

        NaN where it does not apply. Both go through the user's own loss, so that its reduction and weights count.
        """
        parts = self.parts(batch, outputs)
        if not parts:
            return math.nan, math.nan, ""
        blind = [part.blind() for part in parts]
        names = {name for _, name in blind}
        losses = []
        for values in ([value for value, _ in blind], [part.constant() for part in parts]):
            given = iter([np.asarray(value, dtype=np.float32) for value in values])
            prediction = mapped(lambda leaf, given=given: next(given), outputs)  # type: ignore[misc]
            losses.append(self.machine.loss_of(self.initial_or_current, batch, prediction))
        return losses[0], losses[1], names.pop() if len(names) == 1 else "sum over outputs"

    @property
    def initial_or_current(self) -> State:
        """The state before training where it was kept."""
        return self.current if self.subject.initial is None else self.initial

    # Training

    def rate(self) -> float | None:
        """The user's learning rate at the start of training."""
        rate = self.subject.optimizer.get("learning_rate")
        try:
            return None if rate is None else float(f"{float(rate):.6g}")  # 0.001, not its neighbor in float32
        except (TypeError, ValueError):
            return None

    @property
    def batch_size(self) -> int:
        """Rows per step of the user's training; Keras's default when unknown."""
        return int(self.subject.batch or 32)

    def trainer(self, mode: str = "train") -> Trainer:
        """One with the user's optimizer and settings.

        Raises:
            Skipped: the optimizer cannot be made anew.
        """
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is not None:
            optimizer = inner(optimizer)
            return self._trainer(type(optimizer), settings_of(optimizer), mode)
        facts = self.subject.optimizer  # of a loop of the user's own
        kind = getattr(self.keras.optimizers, str(facts.get("class")), None)
        if kind is None:
            raise Skipped("the optimizer is not known")
        settings = settings_of(kind())
        return self._trainer(kind, {name: facts.get(name, usual) for name, usual in settings.items()}, mode)

    def adam(self, mode: str = "calm") -> Trainer:
        """One with Adam at its default settings."""
        kind = self.keras.optimizers.Adam
        return self._trainer(kind, settings_of(kind()), mode)

    def _trainer(self, kind: Any, settings: dict[str, Any], mode: str) -> Trainer:
        if mode == "calm" and self.machine.still:
            mode = "train"
        key = f"{kind.__module__}.{kind.__name__} {sorted(settings.items(), key=str)} {mode}"
        if key not in self.trainers:
            try:
                self.trainers[key] = Trainer(self.machine, kind, settings, mode)
            except (TypeError, ValueError, AttributeError) as error:
                raise Skipped(f"the optimizer {kind.__name__} could not be made anew ({error})"[:200]) from error
        return self.trainers[key]

    def needs_training(self) -> None:
        """Raises: Skipped, when nothing can be trained here."""
        self.need_loss()
        if not self.machine.trainable:
            raise Skipped("the model has no weights that train")
