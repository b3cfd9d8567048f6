"""Puts the monitor into Keras while Keras is being imported; what the script does not import is not imported."""

from __future__ import annotations

import functools
import importlib.abc
import inspect
import random
import sys
from collections.abc import Callable
from typing import Any

from . import sites, tape
from .monitor import Monitor
from .tape import Loop

Patch = Callable[[Any, Monitor], None]


class Finder(importlib.abc.MetaPathFinder):
    """Lets the other finders find the modules of interest, and patches these when they have been executed."""

    def __init__(self, monitor: Monitor, patches: dict[str, Patch]) -> None:
        self.monitor = monitor
        self.patches = patches

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The spec of a module of interest with a loader that patches it; None for all others."""
        patch = self.patches.get(name)
        if patch is None:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _Loader(spec.loader, patch, self.monitor)
                return spec
        return None


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: Any, patch: Patch, monitor: Monitor) -> None:
        self._loader = loader
        self._patch = patch
        self._monitor = monitor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        if getattr(module, "__loader__", None) is self:
            module.__loader__ = self._loader
            module.__spec__.loader = self._loader
        apply(self._patch, module, self._monitor)


def apply(patch: Patch, module: Any, monitor: Monitor) -> None:
    """Patch a module; what cannot be patched is a note."""
    try:
        patch(module, monitor)
    except Exception as error:
        monitor.session.note(f"{module.__name__} could not be observed ({type(error).__name__}: {error})")


def install(monitor: Monitor, seed: int | None = None) -> None:
    """Patch what is imported already, and the rest when it is; with a seed, random generators begin there."""
    patches = dict(PATCHES)
    if seed is not None:
        random.seed(seed)
        patches.update(seeds(seed))
    for name, patch in patches.items():
        module = sys.modules.get(name)
        if module is not None:
            apply(patch, module, monitor)
    sys.meta_path.insert(0, Finder(monitor, patches))


def _replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    original = owner.__dict__[name]
    setattr(owner, name, functools.wraps(original)(make(original)))


def layer(module: Any, monitor: Monitor) -> None:
    """Remember where layers are made."""
    cls = module.Layer
    original = cls.__new__

    @functools.wraps(original)
    def made(kind: Any, *args: Any, **kwargs: Any) -> Any:
        thing = original(kind, *args, **kwargs)
        if not monitor.silent:
            try:
                monitor.origins.add(thing, sites.here(sys._getframe(1)))
                loop(monitor).made(thing)
            except Exception:
                pass
        return thing

    cls.__new__ = staticmethod(made)


def compiling(module: Any, monitor: Monitor) -> None:
    """Remember where models are compiled."""

    def make(original: Any) -> Any:
        def compile(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A001
            try:
                monitor.compiled.add(self, sites.here(sys._getframe(1)))
            except Exception:
                pass
            return original(self, *args, **kwargs)

        return compile

    _replace(getattr(module, "Trainer", None) or module.Model, "compile", make)


def trainer(name: str) -> Patch:
    """The patch for the trainer class of a backend."""

    def patch(module: Any, monitor: Monitor) -> None:
        fitting(getattr(module, name), monitor)

    return patch


def tensorflow(module: Any, monitor: Monitor) -> None:
    """Watch `fit` on TensorFlow, and the batches of datasets where they go into training."""
    fitting(module.TensorFlowTrainer, monitor)

    def make(original: Any) -> Any:
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(self, *args, **kwargs)
            watch = monitor.fitting[-1] if monitor.fitting else None
            if watch is not None and not monitor.silent and not watch.begun_training:
                watch.begun_training = True
                self._distributed_dataset = watch.tapped(self._distributed_dataset) or self._distributed_dataset

        return __init__

    _replace(module.TFEpochIterator, "__init__", make)


def fitting(cls: Any, monitor: Monitor) -> None:
    """Watch `fit` of the class."""
    signature = inspect.signature(inspect.unwrap(cls.fit))

    def make(original: Any) -> Any:
        def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
            if monitor.silent or monitor.known(self) is not None:
                return original(self, *args, **kwargs)
            watch = begun(monitor, self, lambda: bound(signature, self, args, kwargs), sys._getframe(1))
            if watch is None:
                return original(self, *args, **kwargs)
            try:
                result = original(self, *args, **kwargs)
            finally:
                watch.end()
            monitor.leave()
            return result

        return fit

    _replace(cls, "fit", make)
    steps = inspect.signature(inspect.unwrap(cls.train_on_batch))

    def make_step(original: Any) -> Any:
        def train_on_batch(self: Any, *args: Any, **kwargs: Any) -> Any:
            if monitor.silent or monitor.known(self) is not None:
                return original(self, *args, **kwargs)
            watch = monitor.watch(self)
            frames = [] if watch.subject.trained == "train_on_batch" else sites.here(sys._getframe(1))
            watch.step_begin(bound(steps, self, args, kwargs), frames[0] if frames else None)
            try:
                result = original(self, *args, **kwargs)
            finally:
                watch.step_over()
            watch.step_end(result)
            monitor.leave()
            return result

        return train_on_batch

    _replace(cls, "train_on_batch", make_step)


def begun(monitor: Monitor, model: Any, asked: Callable[[], dict[str, Any]], frame: Any) -> Any:
    """The watch of a model whose fit begins; None when that fails."""
    try:
        watch = monitor.watch(model)
        frames = sites.here(frame)
        watch.begin(asked(), frames[0] if frames else None)
    except Exception as error:
        monitor.session.note(f"a call of fit could not be observed ({type(error).__name__}: {error})")
        return None
    return watch


def bound(signature: inspect.Signature, self: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """The arguments by name, with defaults; empty when the call does not fit (Python says so itself then)."""
    try:
        found = signature.bind(self, *args, **kwargs)
    except TypeError:
        return {}
    found.apply_defaults()
    return dict(found.arguments)


def callbacks(module: Any, monitor: Monitor) -> None:
    """Follow training through Keras's list of callbacks, after all callbacks of the user's."""
    if "CallbackList" not in vars(module) or module.CallbackList.__module__ != module.__name__:
        return  # in Keras 3 the package only passes the class on

    def after(name: str, tell: Callable[[Any, Any], None]) -> None:
        def make(original: Any) -> Any:
            def method(self: Any, *args: Any, **kwargs: Any) -> Any:
                result = original(self, *args, **kwargs)
                model = self.__dict__.get("_model", self.__dict__.get("model"))
                watch = monitor.known(model) if model is not None else None
                if watch is not None:
                    tell(watch, _last(args, kwargs))
                return result

            return method

        _replace(module.CallbackList, name, make)

    after("on_train_begin", lambda watch, _: watch.train_begin())
    after("on_epoch_begin", lambda watch, epoch: watch.epoch_begin(epoch))
    after("on_epoch_end", lambda watch, logs: watch.epoch_end(logs))


def _last(args: Any, kwargs: Any) -> Any | None:
    return kwargs.get("logs", args[-1] if args else None)


def variables(module: Any, monitor: Monitor) -> None:
    """Remember how weights of TensorFlow are initialized that are made while a step is traced."""
    tf = sys.modules["tensorflow"]

    def make(original: Any) -> Any:
        def _initialize_with_initializer(self: Any, initializer: Any) -> None:
            if not tf.executing_eagerly() or getattr(self, "_initializer", None) is not None:
                monitor.initializers.add(self, [initializer])
            original(self, initializer)

        return _initialize_with_initializer

    _replace(module.Variable, "_initialize_with_initializer", make)


def deferred(module: Any, monitor: Monitor) -> None:
    """Remember how weights are initialized that are made while shapes are inferred."""

    def make(original: Any) -> Any:
        def _deferred_initialize(self: Any) -> None:
            monitor.initializers.add(self, [self._initializer])
            original(self)

        return _deferred_initialize

    _replace(module.Variable, "_deferred_initialize", make)


def loop(monitor: Monitor) -> Loop:
    """What follows the loops of a run."""
    if monitor.loop is None:
        monitor.loop = Loop(monitor)
    return monitor.loop  # type: ignore[no-any-return]


def following(patch: Callable[[Any, Loop], None], name: str) -> Patch:
    """The patch of one class that the loops of the user's go through."""
    return lambda module, monitor: patch(getattr(module, name), loop(monitor))


def legacy(module: Any, monitor: Monitor) -> None:
    """Watch `fit` and `compile` of Keras 2."""
    fitting(module.Model, monitor)
    compiling(module, monitor)


def seeds(seed: int) -> dict[str, Patch]:
    """Patches that seed the generators of the frameworks as soon as they are there, before the script draws."""
    return {
        "numpy.random": lambda module, _: module.seed(seed),
        "torch.random": lambda module, _: module.manual_seed(seed),
        "tensorflow.python.framework.random_seed": lambda module, _: module.set_seed(seed),
    }


PATCHES: dict[str, Patch] = {
    "keras.src.layers.layer": layer,
    "keras.src.trainers.trainer": compiling,
    "keras.src.callbacks.callback_list": callbacks,
    "keras.src.models.model": following(tape.layers, "Model"),
    "keras.src.losses.loss": following(tape.losses, "Loss"),
    "keras.src.optimizers.base_optimizer": following(tape.optimizers, "BaseOptimizer"),
    "tensorflow.python.eager.backprop": following(tape.tapes, "GradientTape"),
    "tensorflow.python.eager.polymorphic_function.polymorphic_function": following(tape.functions, "Function"),
    "keras.src.backend.common.variables": deferred,
    "keras.src.backend.tensorflow.core": variables,
    "keras.src.backend.tensorflow.trainer": tensorflow,
    "keras.src.backend.jax.trainer": trainer("JAXTrainer"),
    "keras.src.backend.torch.trainer": trainer("TorchTrainer"),
}
for package in ("tf_keras", "keras"):  # Keras 2, beside Keras 3 and as it was up to TensorFlow 2.15
    PATCHES[f"{package}.src.engine.base_layer"] = layer
    PATCHES[f"{package}.src.engine.training"] = legacy
    PATCHES[f"{package}.src.callbacks"] = callbacks
