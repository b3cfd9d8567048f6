"""The same instrument as a Keras callback, for a program that was not started by the probe."""

from __future__ import annotations

import sys
from typing import Any

from . import sites
from .monitor import Monitor


def callback(keras: Any, monitor: Monitor) -> Any:
    """A `keras.callbacks.Callback` that watches the `fit` it is given to.

    Args:
        keras: the module `keras` or `tf_keras` at hand.
        monitor: takes the events, knows the budget.
    """

    class Probe(keras.callbacks.Callback):  # type: ignore[misc]
        """Watches training and changes nothing of it."""

        async_safe = True

        def __init__(self) -> None:
            super().__init__()
            self._watch: Any = None

        def _trained(self) -> Any:
            return self.__dict__.get("_model", self.__dict__.get("model"))  # the property would sync JAX's state

        def on_train_begin(self, logs: Any = None) -> None:
            model = self._trained()
            self._watch = monitor.watch(model)
            frame = _fit(model)
            asked, found = (dict(frame.f_locals), sites.here(frame)) if frame is not None else ({}, [])
            self._watch.begin(asked, found[0] if found else None, split=True)
            iterator: Any = asked.get("epoch_iterator")
            dataset = getattr(iterator, "_distributed_dataset", None)
            if dataset is not None:
                iterator._distributed_dataset = self._watch.tapped(dataset) or dataset
            self._watch.train_begin()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self._watch.epoch_begin(epoch)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self._watch.epoch_end(logs)

        def on_train_end(self, logs: Any = None) -> None:
            self._watch.end()

    return Probe()


def _fit(model: Any) -> Any:
    """The frame of the running call of fit, whose variables hold what it was given; None when it is not found."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model and "x" in frame.f_locals:
            return frame
        frame = frame.f_back
    return None
