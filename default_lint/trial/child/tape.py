"""Loops of the user's own: what can be seen of them through the optimizer.

An eager step shows its loss, its gradients and its batch. A step inside of `tf.function` is Python only once, while
it is traced: there a counter, a ring of losses and a queue for the first batches are put into the graph, after the
update, and are read when the function returns. XLA compiles none of these: calls of functions that it compiles are only
counted.
"""

from __future__ import annotations

import functools
import math
import sys
import weakref
from typing import Any

from . import sites
from .held import BATCHES
from .monitor import WINDOW, Monitor, Watch
from .nest import flatten
from .sites import Site

RING = 256


class Loop:
    """Follows the loops of a run.

    Args:
        monitor: of the run.
    """

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.models: list[Any] = []  # weak references, in the order of creation
        self.depth = 0  # of calls of models
        self.call: tuple[Any, Any, Any] | None = None  # model, its inputs, its outputs, of the last outermost call
        self.pair: tuple[Any, Any, Any] | None = None  # loss object, targets, value, of the last loss of that call
        self.target: Any = None  # what the last tape differentiated
        self.outer: list[Any] = []  # functions of tf.function that are being called
        self.traced: dict[int, Ring] = {}
        self.rings: dict[int, Ring] = {}
        self.compiled: dict[int, list[Watch]] = {}  # functions with updates in a graph that XLA compiles
        self.applying = False

    # What happens on the way to an update

    def made(self, thing: Any) -> None:
        """A layer has been made."""
        if hasattr(type(thing), "train_on_batch"):
            self.models.append(weakref.ref(thing))

    def idle(self) -> bool:
        """Whether Keras trains by itself now, so that nothing here is of interest."""
        return self.monitor.silent or bool(self.monitor.fitting)

    def called(self, model: Any, args: Any, output: Any) -> None:
        """A model has been called, not from within another one."""
        self.call = (model, args[0] if args else None, output)
        self.pair = None

    def lost(self, loss: Any, targets: Any, predicted: Any, value: Any) -> None:
        """A loss object has been called."""
        if self.call is not None and predicted is not None and predicted is self.call[2]:
            self.pair = (loss, targets, value)

    def watch(self, variables: list[Any]) -> Watch | None:
        """The watch of the smallest model that holds the most of the variables."""
        wanted = set(map(id, variables))
        best: tuple[int, int, Any] | None = None
        for reference in self.models:
            model = reference()
            if model is None:
                continue
            try:
                held = set(map(id, model.trainable_variables))
            except Exception:
                continue
            score = (len(wanted & held), -len(held), model)
            if score[0] and (best is None or score[:2] > best[:2]):
                best = score
        return self.monitor.watch(best[2]) if best is not None else None

    # An update

    def before(self, optimizer: Any, variables: list[Any], site: Site | None) -> Watch | None:
        """An optimizer is about to update the variables outside of `fit`."""
        watch = self.watch(variables)
        if watch is None or watch.subject.backend == "jax":
            self.monitor.session.note("a training loop of your own could not be observed: its model is not known")
            return None
        watch.tape_begin(optimizer, site)
        self._know_loss(watch)
        return watch

    def _know_loss(self, watch: Watch) -> None:
        """Learn the loss from the loss object that was called on the model's predictions."""
        if self.pair is None or self.call is None or watch.subject.compute_loss is not None:
            return
        if self.call[0] is not watch.subject.model:
            return
        loss = self.pair[0]

        def compute(x: Any, y: Any, predicted: Any, weight: Any) -> Any:
            return loss(y, predicted, sample_weight=weight)

        watch.subject.compute_loss = compute
        watch.tell_loss(loss)

    def after(self, watch: Watch, gradients: list[Any], variables: list[Any]) -> None:
        """The variables have been updated, or the update has been traced."""
        x, y = self.batch(watch)
        loss = self.target if self.target is not None else self.pair[2] if self.pair is not None else None
        loss = flatten(loss)[0] if flatten(loss) else None
        self.target = None
        if self.call is not None and self.call[0] is watch.subject.model:
            self.call = self.pair = None  # nothing of a step is kept alive through the next one
        if not _symbolic():
            watch.tape_step(loss, None if x is None else (x, y, None), gradients, variables)
            return
        if any(getattr(function, "_jit_compile", None) for function in self.outer):
            self.monitor.session.note("steps inside a compiled function are only counted")
            watches = self.compiled.setdefault(id(self.outer[0]), [])
            if watch not in watches:
                watches.append(watch)
            return
        ring = self.rings.get(id(watch))
        if ring is None:  # a function is often traced twice, and may make variables the first time only
            ring = self.rings[id(watch)] = Ring(watch)
        ring.record(loss, x, y)
        if self.outer:
            self.traced[id(self.outer[0])] = ring

    def batch(self, watch: Watch) -> tuple[Any, Any]:
        """The inputs and targets of the step, where they were seen."""
        if self.call is None or self.call[0] is not watch.subject.model:
            return None, None
        return self.call[1], self.pair[1] if self.pair is not None else None

    def flush(self) -> None:
        """The script has ended: fetch the losses that are still in graphs."""
        for ring in self.rings.values():
            ring.watch.pending.extend(ring.losses_since())

    def returned(self, function: Any) -> None:
        """A function of tf.function, called eagerly, has returned."""
        ring = self.traced.get(id(function))
        if ring is not None:
            ring.read()
        for watch in self.compiled.get(id(function), ()):
            watch.tape_steps(1, [])


def _symbolic() -> bool:
    tf = sys.modules.get("tensorflow")
    return tf is not None and not tf.executing_eagerly()


class Ring:
    """Counter, losses and first batches of steps that run inside of a graph of TensorFlow."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.seen = 0
        self.fetched = 0
        self.tf = sys.modules["tensorflow"]
        with self.tf.init_scope():
            self.count = self.tf.Variable(0, dtype=self.tf.int64, trainable=False)
            self.losses = self.tf.Variable(self.tf.zeros([RING]), trainable=False)

    def record(self, loss: Any, x: Any, y: Any) -> None:
        """Put the recording into the graph that is being traced."""
        tf = self.tf
        graph = tf.compat.v1.get_default_graph()
        if tf.is_tensor(loss) and getattr(loss, "graph", None) is graph and loss.dtype.is_floating:
            value = tf.cast(tf.reduce_mean(loss), tf.float32)
        else:
            value = tf.constant(math.nan)
        index = tf.math.floormod(self.count, RING)
        self.losses.scatter_nd_update([[index]], [value])
        leaves = flatten((x, y))
        if self.watch.kept is not None and leaves and all(getattr(leaf, "graph", None) is graph for leaf in leaves):
            self.watch.kept.inside((x, y), self.count < BATCHES)
        self.count.assign_add(1)

    def read(self) -> None:
        """Tell the watch of the steps since the last time."""
        total = int(self.count.numpy())
        fresh = total - self.seen
        if fresh <= 0:
            return
        self.seen = total
        asked = self.watch.taken + fresh >= WINDOW or fresh > 1 or self.watch.due()
        self.watch.tape_steps(fresh, self.losses_since() if asked else [])

    def losses_since(self) -> list[float]:
        """The losses of the steps whose losses have not been fetched yet, at most 256."""
        begin = max(self.fetched, self.seen - RING)
        self.fetched = self.seen
        if begin == self.seen:
            return []
        ring = self.losses.numpy()
        return [float(ring[step % RING]) for step in range(begin, self.seen)]


def layers(cls: Any, loop: Loop) -> None:
    """Follow the calls of models."""
    original = cls.__call__

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if loop.idle() or loop.depth:
            return original(self, *args, **kwargs)
        loop.depth += 1
        try:
            output = original(self, *args, **kwargs)
        finally:
            loop.depth -= 1
        loop.called(self, args, output)
        return output

    cls.__call__ = call


def losses(cls: Any, loop: Loop) -> None:
    """Follow the calls of loss objects."""
    original = cls.__call__

    @functools.wraps(original)
    def call(self: Any, y_true: Any, y_pred: Any, *args: Any, **kwargs: Any) -> Any:
        value = original(self, y_true, y_pred, *args, **kwargs)
        if not loop.idle():
            loop.lost(self, y_true, y_pred, value)
        return value

    cls.__call__ = call


def tapes(cls: Any, loop: Loop) -> None:
    """Follow what tapes differentiate."""
    original = cls.gradient

    @functools.wraps(original)
    def gradient(self: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        if not loop.idle():
            loop.target = target
        return original(self, target, *args, **kwargs)

    cls.gradient = gradient


def functions(cls: Any, loop: Loop) -> None:
    """Follow the calls of tf.function."""
    original = cls.__call__

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if loop.idle():
            return original(self, *args, **kwargs)
        loop.outer.append(self)
        try:
            result = original(self, *args, **kwargs)
        finally:
            loop.outer.pop()
        if not loop.outer and (loop.traced or loop.compiled):
            loop.returned(self)
            loop.monitor.leave()
        return result

    cls.__call__ = call


def optimizers(cls: Any, loop: Loop) -> None:
    """Follow updates outside of `fit`."""
    original = cls.apply

    @functools.wraps(original)
    def apply(self: Any, grads: Any, trainable_variables: Any = None) -> Any:
        if loop.idle() or loop.applying:
            return original(self, grads, trainable_variables)
        loop.applying = True
        try:
            if trainable_variables is not None:
                trainable_variables = list(trainable_variables)
            variables = trainable_variables or list(getattr(self, "_trainable_variables", ()))
            watch = _guarded(loop, lambda: loop.before(self, variables, _site()))
            result = original(self, grads, trainable_variables)
            if watch is not None:
                _guarded(loop, lambda: loop.after(watch, list(grads), variables))
        finally:
            loop.applying = False
        if not loop.outer:
            loop.monitor.leave()
        return result

    cls.apply = apply


def _site() -> Site | None:
    found = sites.here(sys._getframe(3))
    return found[0] if found else None


def _guarded(loop: Loop, function: Any) -> Any:
    try:
        return function()
    except Exception as error:
        loop.monitor.session.note(
            f"a training loop of your own could not be observed ({type(error).__name__}: {error})"[:300]
        )
        return None
