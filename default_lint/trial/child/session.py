"""What is known about a training run while it runs: the models that train, and the way out for events."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass
class Held:
    """The rows of the training data on which everything is measured.

    x, y, sample_weight  numpy arrays or structures (list, tuple, dict) of them, as the model takes them; the latter
                         two may be None. Class weights are already part of `sample_weight`.
    rows                 number of rows in each array
    order                True when the rows stand in the order of the data, so that neighbors mean something
    """

    x: Any
    y: Any = None
    sample_weight: Any = None
    rows: int = 0
    order: bool = False


@dataclass(eq=False)
class Subject:
    """One model that the script trains.

    number         counts from 0 in the order of first training
    model          None while it is not trained and another one is: no model is kept alive that the script lets go
    backend        "tensorflow", "jax" or "torch" (Keras 3), "legacy" (tf_keras, tf.keras before 2.16)
    keras          the module `keras` or `tf_keras` that the model belongs to
    trained        "fit", "train_on_batch" or "tape"
    held           the held batch, None when none could be had
    initial        `model.get_weights()` before the first training step; None when they were not to be had or too large
    optimizer      facts as in the `model` event: class, learning_rate (at the start of training), config, ...
    batch          rows per training batch, None when unknown
    compute_loss   (x, y, y_pred, sample_weight) -> scalar of the backend: the compiled loss with regularization;
                   None when the model trains without a compiled loss
    plain          True when the loss is the compiled one and the model has no train_step of its own
    reason         why something of the above is missing, a sentence for people
    losses         the losses as `compile` was given them, or the loss object of the user's loop
    layers         leaf layers in the order of the `model` event
    data           facts of the `data` event
    """

    number: int
    model: Any
    backend: str
    keras: Any
    trained: str = "fit"
    held: Held | None = None
    initial: list[Any] | None = None
    optimizer: dict[str, Any] = field(default_factory=dict)
    batch: int | None = None
    compute_loss: Callable[..., Any] | None = None
    plain: bool = True
    reason: str = ""
    losses: list[Any] = field(default_factory=list)
    layers: list[Any] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


class Session:
    """A run: its models, its clock, its way out.

    Args:
        emit: takes an event (a dict with "event"); must not raise.
        seconds: of the whole run, from now; None without a limit.
        started: `time.monotonic()` at the start of the run.
    """

    def __init__(
        self, emit: Callable[[Event], None], seconds: float | None = None, started: float | None = None
    ) -> None:
        self.emit = emit
        self.started = time.monotonic() if started is None else started
        self.deadline = None if seconds is None else self.started + seconds
        self.subjects: list[Subject] = []
        self.noted: list[str] = []

    def remaining(self) -> float:
        """Seconds left of the whole budget; infinity without one."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    def note(self, text: str) -> None:
        """Say to people, once, what could not be observed."""
        if text not in self.noted:
            self.noted.append(text)
            self.emit({"event": "note", "text": text})
