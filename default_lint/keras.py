"""A callback that watches a model learn and says at the end what went wrong, at which line.

    from default_lint.keras import Probe  # before the layers are made, so that their lines are known

    model.fit(x, y, epochs=10, callbacks=[Probe()])

It is the instrument of `default-lint diagnose`, without a process of its own: nothing that it does changes what is
trained. In Jupyter it shows the diagnosis with curves below the cell, elsewhere it prints it.
"""

from __future__ import annotations

import functools
import inspect
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from default_lint.trial.child import describe, hooks, sites
from default_lint.trial.child import tests as own_tests
from default_lint.trial.child.callback import callback
from default_lint.trial.child.events import clean
from default_lint.trial.child.monitor import Monitor
from default_lint.trial.child.session import Session
from default_lint.trial.trace import Event, Trace, header

if TYPE_CHECKING:
    from default_lint.findings import Diagnosis
    from default_lint.text import Document

__all__ = ["Probe"]

# The hooks that `fit` needs; loops of the user's own have no callbacks, so those that follow them stay away.
FIT = ("keras.src.layers.", "keras.src.trainers.", "keras.src.callbacks.", "keras.src.backend.", "tf_keras.")
NOTEBOOK = "notebook"  # the name that the cells of a notebook share


def _packages() -> list[Any]:
    """The Keras of this environment, and the legacy one where it is loaded; the first is what callbacks come from.

    Raises:
        ImportError: there is none.
    """
    from importlib import import_module

    found: list[Any] = []
    for name in ("keras", "tf_keras"):
        if name in sys.modules or not found:
            try:
                found.append(import_module(name))
            except ModuleNotFoundError as error:
                if error.name != name:
                    raise
    if not found:
        raise ImportError("default_lint.keras needs Keras: neither keras nor tf_keras is installed here")
    return found


class _Switch:
    """What the hooks take for their monitor: that of the probe at work, else one that remembers where layers are made.

    `silent` is set during a fit without a probe.
    """

    def __init__(self) -> None:
        self.idle = Monitor(Session(lambda event: None))
        self.current = self.idle
        self.silent = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)

    @contextmanager
    def to(self, monitor: Monitor | None) -> Iterator[None]:
        """Use another monitor for a while, or none."""
        before = self.current, self.silent
        self.current, self.silent = monitor or self.idle, monitor is None
        try:
            yield
        finally:
            self.current, self.silent = before


_SWITCH = _Switch()
_KERAS = _packages()
Callback: Any = _KERAS[0].callbacks.Callback


class Probe(Callback):  # type: ignore[misc]
    """Watches `fit`, and tells at its end what the run shows.

    Args:
        tests: after training also make the tests of our own (overfit one batch, learning-rate sweep, ...); the model
            is put back exactly as it was.
        seconds: time for these tests.
        show: tell the diagnosis at the end of each fit.
        select, ignore: names, codes or families of rules and observations, as in the settings.
        audience: "regular" tells likely faults, "curious" everything.

    Attributes:
        trace: the record of the run so far (`default_lint.trial.trace.Trace`).
        diagnosis: what it shows (`default_lint.findings.Diagnosis`).
    """

    def __init__(
        self,
        *,
        tests: bool = False,
        seconds: float = 30.0,
        show: bool = True,
        select: Sequence[str] = ("ALL",),
        ignore: Sequence[str] = (),
        audience: str = "regular",
    ) -> None:
        from default_lint.settings import Settings

        super().__init__()
        self._tests, self._seconds, self._show = tests, seconds, show
        self._settings = Settings(select=tuple(select), ignore=tuple(ignore), audience=audience)
        self._events: list[Event] = []
        self._session = Session(self._take)
        self._monitor = Monitor(self._session)
        self._monitor.origins, self._monitor.compiled = _SWITCH.idle.origins, _SWITCH.idle.compiled
        self._monitor.finish = True  # a notebook goes on
        self._delegate: Any = None
        self._inside = False
        self._began = time.monotonic()
        self._ended: Event = {"event": "ended", "kind": "finished", "seconds": 0.0}

    # tf_keras asks callbacks of its own whether they look at batches; those of Keras 3 are not asked
    def _implements_train_batch_hooks(self) -> bool:
        return False

    _implements_test_batch_hooks = _implements_predict_batch_hooks = _implements_train_batch_hooks
    _supports_tf_logs = True

    def on_train_begin(self, logs: Any = None) -> None:
        """Where the hooks do not reach, in the legacy Keras, watch as a callback does."""
        model = self.__dict__.get("_model", self.__dict__.get("model"))
        self._delegate = None
        if self._monitor.known(model) is None:
            self._delegate = callback(describe.keras(model), self._monitor)
            self._delegate.set_model(model)
            self._delegate.on_train_begin(logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """See `on_train_begin`."""
        if self._delegate is not None:
            self._delegate.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """See `on_train_begin`."""
        if self._delegate is not None:
            self._delegate.on_epoch_end(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        """See `on_train_begin`; without our own `fit` around it, this is also the time to tell."""
        if self._delegate is not None:
            self._delegate.on_train_end(logs)
        if not self._inside:
            with self._watching():
                pass

    def _take(self, event: Event) -> None:
        if event["event"] not in ("batch", "testing"):
            self._events.append(clean(event, 12))

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """During a fit; an exception is recorded and passed on."""
        self._inside = True
        try:
            with _SWITCH.to(self._monitor):
                yield
        except BaseException as error:
            kind = "cancelled" if isinstance(error, KeyboardInterrupt) else "error"
            self._end(kind, f"{type(error).__name__}: {error}".split("\n")[0])
            raise
        else:
            if self._tests:
                self._test()
            self._end("finished", "")
        finally:
            self._inside = False
            if self._show:
                self._tell()

    def _end(self, kind: str, message: str) -> None:
        seconds = round(time.monotonic() - self._began, 3)
        self._ended = {"event": "ended", "kind": kind, "message": message, "seconds": seconds}

    def _test(self) -> None:
        """The tests of our own on the model that was trained last; what fails here must not fail the training."""
        if not self._session.subjects:
            return
        try:
            with _SWITCH.to(None):
                own_tests.run_model(self._session.subjects[-1], self._take, self._seconds)
        except Exception as error:
            self._session.note(f"the own tests failed ({type(error).__name__}: {error})")

    def _tell(self) -> None:
        """Show the diagnosis where the user looks; what fails here must not fail the training."""
        try:
            self.report()
        except Exception as error:
            sys.stderr.write(f"default-lint: the diagnosis failed ({type(error).__name__}: {error})\n")

    @property
    def trace(self) -> Trace:
        """The record of the run so far."""
        return self._read()[0]

    @property
    def diagnosis(self) -> Diagnosis:
        """What the run shows so far."""
        return self._diagnosed()[0]

    def report(self, out: TextIO | None = None) -> None:
        """Show the diagnosis: below the cell in Jupyter, else on `out` (standard output)."""
        if out is None and _in_kernel():
            from IPython.display import display

            display(self)
            return
        from default_lint.output.run import write
        from default_lint.output.terminal import view_of

        stream = sys.stdout if out is None else out
        write(*self._diagnosed(), stream, view_of("auto", stream))

    def _repr_html_(self) -> str:
        from default_lint.output.html import fragment

        return fragment(*self._diagnosed())

    def _read(self) -> tuple[Trace, list[Document]]:
        """The trace with the sites of notebook cells in one document, and the documents."""
        cells = _Cells()
        name, _, version = _version(self._monitor)
        start: Event = {"event": "start", "versions": {"python": sys.version.split()[0], name: version}}
        events = [header("", {}), start, *self._events, self._ended]
        trace = Trace.read([cells.moved(event) for event in events])
        return trace, cells.documents(trace)

    def _diagnosed(self) -> tuple[Diagnosis, Trace]:
        from default_lint.engine import diagnose

        trace, documents = self._read()
        return diagnose(documents, self._settings, trace), trace


def _version(monitor: Monitor) -> tuple[str, str, str]:
    subjects = monitor.session.subjects
    package = subjects[-1].keras if subjects else _KERAS[0]
    return package.__name__, " ", str(getattr(package, "__version__", ""))


class _Cells:
    """The cells that a kernel has run, joined into one document as those of a notebook file are."""

    def __init__(self) -> None:
        from default_lint.text import Cell, Document

        self.lines: dict[str, int] = {}  # file name of a cell -> lines before it
        cells, parts, start, line = [], [], 0, 0
        for number, name, source in _executed():
            self.lines[name] = line
            cells.append(Cell(number, start, start + len(source)))
            parts.append(source)
            start += len(source) + 1
            line += source.count("\n") + 1
        self.document = Document(NOTEBOOK, "\n".join(parts), tuple(cells)) if cells else None

    def moved(self, value: Any) -> Any:
        """An event with the places in cells told as places in the document."""
        if isinstance(value, Mapping):
            return {key: self.moved(item) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        if len(value) == 5 and isinstance(value[0], str) and value[0] in self.lines:
            base = self.lines[value[0]]
            return [NOTEBOOK, value[1] + base, None if value[2] is None else value[2] + base, *value[3:]]
        return [self.moved(item) for item in value]

    def documents(self, trace: Trace) -> list[Document]:
        """The cells, and the files of the run."""
        import os

        from default_lint.diagnose import read
        from default_lint.text import Document
        from default_lint.trial.launch import files

        found = [self.document] if self.document is not None else []
        for path in files(trace):
            if path.endswith(".py") and os.path.isfile(path):
                document = read(os.path.relpath(path) if path.startswith(os.getcwd() + os.sep) else path, _settings())
                if isinstance(document, Document):
                    found.append(document)
        return found


def _settings() -> Any:
    from default_lint.settings import Settings

    return Settings()


def _shell() -> Any:
    """The IPython shell that runs us, if one does."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def _in_kernel() -> bool:
    return getattr(_shell(), "kernel", None) is not None


def _executed() -> Iterator[tuple[int, str, str]]:
    """Number, file name and source of each executed cell, the last time that it ran, as Python compiled it."""
    import linecache

    shell = _shell()
    if shell is None:
        return
    history = shell.history_manager
    latest: dict[str, int] = {}
    for number, (raw, parsed) in enumerate(zip(history.input_hist_raw, history.input_hist_parsed)):
        if raw.strip():
            name = shell.compile.get_code_name(raw, parsed, number)
            latest.pop(name, None)
            latest[name] = number
    for name, number in latest.items():
        source = "".join(linecache.getlines(name))
        if source:
            yield number, name, source.removesuffix("\n")


def _guard(owner: type) -> None:
    """Let `fit` of a class tell the hooks whether a probe is among its callbacks."""
    original: Any = owner.__dict__["fit"]
    signature = inspect.signature(inspect.unwrap(original))

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        probe = _probe(hooks.bound(signature, self, args, kwargs).get("callbacks"))
        if probe is None:
            with _SWITCH.to(None):
                return original(self, *args, **kwargs)
        with probe._watching():
            return original(self, *args, **kwargs)

    owner.fit = fit  # type: ignore[attr-defined]


def _probe(callbacks: Any) -> Probe | None:
    entries = getattr(callbacks, "callbacks", callbacks)
    entries = entries if isinstance(entries, (list, tuple)) else [entries]
    return next((entry for entry in entries if isinstance(entry, Probe)), None)


def _install() -> None:
    sites._foreign[_guard.__code__.co_filename] = True  # our own frames are no place in the user's program
    for name, patch in hooks.PATCHES.items():
        if name.startswith(FIT) and name in sys.modules:
            hooks.apply(patch, sys.modules[name], _SWITCH)  # type: ignore[arg-type]
    for package in _KERAS:
        owner = next((cls for cls in package.Model.__mro__ if "fit" in cls.__dict__), None)
        if owner is not None:
            _guard(owner)


_install()
