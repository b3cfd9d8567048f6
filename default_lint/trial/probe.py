"""Runs a Python program under observation: `python probe.py CONFIG.json`, in the program's own interpreter.

Needs nothing but the standard library and what the program itself imports; the package `child` beside this file is
loaded under a private name, and nothing of it is visible to the program.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import json
import linecache
import os
import platform
import signal
import sys
import threading
import time
import traceback
import types
from typing import Any

NAME = "_default_lint_child"


def load() -> Any:
    """The package `child`, under its private name."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child")
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError(folder)
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    return package


def child(name: str) -> Any:
    """A module of the package `child`."""
    return importlib.import_module(f"{NAME}.{name}")


class Run:
    """One program, from its start to its end.

    Args:
        config: what the parent asks for.
        started: `time.monotonic()` at the start.
    """

    def __init__(self, config: dict[str, Any], started: float) -> None:
        load()
        self.config = config
        self.started, self.processor = started, time.process_time()
        budget = config.get("budget") or {}
        self.writer = child("events").Writer(config["events"], started)
        self.session = child("session").Session(self.writer, budget.get("seconds"), started)
        seconds = budget.get("seconds")
        if seconds is not None and config.get("tests"):
            seconds *= 0.7
        self.monitor = child("monitor").Monitor(
            self.session, epochs=budget.get("epochs"), steps=budget.get("steps"), seconds=seconds
        )
        self.monitor.finish = bool(config.get("finish"))
        self.hooks = child("hooks")
        self.stop = child("monitor").Stop
        self.sites = child("sites")

    def start(self) -> None:
        """Put the hooks in place."""
        self.writer({"event": "start", "versions": {"python": platform.python_version()}})
        self.hooks.install(self.monitor, self.config.get("seed"))
        if self.config.get("replaced"):
            replace_sources(self.config["replaced"])
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.monitor.fork)
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._terminated)

    def _terminated(self, number: int, frame: Any) -> None:
        self.monitor.capped = self.monitor.capped or "seconds"
        raise self.stop(0)

    def program(self) -> tuple[types.CodeType, types.ModuleType]:
        """The compiled program and the module that it runs in, which is `__main__` from now on."""
        module = types.ModuleType("__main__")
        module.__dict__.update({"__builtins__": builtins, "__spec__": None, "__annotations__": {}})
        if self.config.get("module"):
            sys.path.insert(0, os.getcwd())
            spec = _find(self.config["module"])
            module.__spec__, module.__file__, module.__package__ = spec, spec.origin, spec.parent
            module.__loader__ = spec.loader
            sys.argv = [spec.origin, *self.config.get("args", ())]
            sys.modules["__main__"] = module
            return spec.loader.get_code(spec.name), module
        script = self.config["script"]
        path = self.config.get("source") or script
        with open(path, "rb") as file:
            text = file.read()
        filename = self.config.get("filename") or script
        if self.config.get("source"):
            lines = text.decode("utf-8").splitlines(True)
            linecache.cache[filename] = (len(text), None, lines, filename)
        if filename.endswith(".ipynb"):
            module.__dict__.update(display=print, get_ipython=lambda: None)  # which IPython gives to every cell
        sys.argv = [script, *self.config.get("args", ())]
        sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
        module.__file__ = script
        sys.modules["__main__"] = module
        return compile(text, filename, "exec", dont_inherit=True), module

    def execute(self) -> dict[str, Any]:
        """Run the program; how it ended, as the fields of the event `ended`."""
        try:
            code, module = self.program()
            exec(code, module.__dict__)
        except self.stop:
            return self._capped()
        except SystemExit as error:
            return self._left(error)
        except BaseException as error:
            return self._failed(error)
        return self._capped() if self.monitor.capped else {"kind": "finished", "message": "", "code": 0}

    def _capped(self) -> dict[str, Any]:
        unit = self.monitor.capped
        size = (self.config.get("budget") or {}).get(unit)
        if size is None:
            return {"kind": "budget", "message": "the script was asked to end", "code": 0}
        unit = "s" if unit == "seconds" else unit[:-1] if size == 1 else unit
        return {"kind": "budget", "message": f"the budget of {size:g} {unit} was used up", "code": 0}

    def _left(self, error: SystemExit) -> dict[str, Any]:
        code = error.code
        if code is None or isinstance(code, int):
            number = code or 0
        else:
            sys.stderr.write(f"{code}\n")
            number = 1
        if not number:
            return {"kind": "finished", "message": "", "code": 0}
        site = self.sites.raised(error.__traceback__)
        return {"kind": "exit", "message": f"the script exited with status {number}", "code": number, "site": site}

    def _failed(self, error: BaseException) -> dict[str, Any]:
        strip(error, self.sites.own)
        site = self.sites.raised(error.__traceback__)
        if isinstance(error, SyntaxError) and error.filename and site is None and error.lineno:
            site = [error.filename, error.lineno, None, None, None]
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        sys.stderr.write(text)
        message = "".join(traceback.format_exception_only(type(error), error)).strip()
        name = type(error).__name__
        self.writer({"event": "error", "type": name, "message": str(error), "site": site, "traceback": text})
        return {"kind": "error", "message": message.splitlines()[-1] if message else name, "code": 1, "site": site}

    def test(self) -> None:
        """Make the own tests on the models, in the time that is left."""
        if not self.config.get("tests") or not self.session.subjects or self.monitor.silent:
            return
        self.monitor.silent = True  # what these tests train is no concern of the user's
        try:
            child("tests").run(self.session)
        except Exception as error:
            self.session.note(f"the own tests failed ({type(error).__name__}: {error})")

    def after(self, ended: dict[str, Any]) -> None:
        """What is still to do when the program has ended; a signal or a crash in it does not change how that was."""
        try:
            self.writer({"event": "hardware", "values": child("hardware").used(self.started, self.processor)})
            if self.session.subjects:
                self.writer({"event": "finished", "seconds": time.monotonic() - self.started, **ended})
            self.monitor.flush()
            self.test()
        except BaseException:  # also the end that SIGTERM asks for
            self.session.note("the own tests were ended early")

    def finish(self, ended: dict[str, Any]) -> int:
        """Say how the program ended, and how many threads keep its process alive; the status to exit with."""
        ours = signal.getsignal(signal.SIGTERM) == self._terminated
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        threads = sum(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate())
        self.writer({"event": "ended", "seconds": time.monotonic() - self.started, **ended, "threads": threads})
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return int(ended.get("code") or 0)


def replace_sources(texts: dict[str, str]) -> None:
    """Let imports read these texts in place of the files at their (real) paths; nothing compiled stands in for them."""
    loader: Any = importlib.machinery.SourceFileLoader
    get_data, path_stats = loader.get_data, loader.path_stats

    def data(self: Any, path: str) -> bytes:
        text = texts.get(os.path.realpath(path))
        if text is None:
            return get_data(self, path)  # type: ignore[no-any-return]
        linecache.cache[path] = (len(text), None, text.splitlines(True), path)
        return text.encode("utf-8")

    def stats(self: Any, path: str) -> Any:
        if os.path.realpath(path) in texts:
            raise OSError(f"{path} is replaced")  # importlib then neither reads nor writes compiled code
        return path_stats(self, path)

    loader.get_data, loader.path_stats = data, stats


def _find(name: str) -> Any:
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{name}.__main__")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return spec


def strip(error: BaseException | None, own: Any, seen: list[int] | None = None) -> None:
    """Take our frames out of the tracebacks of an exception and of those behind it."""
    seen = [] if seen is None else seen
    while error is not None and id(error) not in seen:
        seen.append(id(error))
        frames = []
        trace = error.__traceback__
        while trace is not None:
            if not own(trace.tb_frame.f_code.co_filename):
                frames.append(trace)
            trace = trace.tb_next
        chain = None
        for entry in reversed(frames):
            chain = types.TracebackType(chain, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        error.__traceback__ = chain
        strip(error.__cause__, own, seen)
        error = error.__context__


def main(arguments: list[str]) -> int:
    """Run the program that the config file names."""
    started = time.monotonic()
    if sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    with open(arguments[0], encoding="utf-8") as file:
        config = json.load(file)
    if config.get("directory"):
        os.chdir(config["directory"])
    run = Run(config, started)
    run.start()
    ended = run.execute()
    run.after(ended)
    return run.finish(ended)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
