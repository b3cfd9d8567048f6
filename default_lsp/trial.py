"""A short training run of what the editor holds, told while it goes on: the work behind `default-lint.diagnose`.

`diagnose` blocks until the run has ended, so it is called in a thread of its own; the listener is called from there.
Nothing that the script prints reaches our own streams.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from default_lint.findings import Diagnosis, Observed
from default_lint.settings import Settings
from default_lint.text import Document

if TYPE_CHECKING:
    from default_lint.findings import Attempt, Part, Verification
    from default_lint.trial.launch import Request, Result
    from default_lint.trial.trace import Site, Trace
    from default_lint.verifying import Verifying
    from default_lsp.observed import Observations

QUIET = 0.25  # seconds between two messages of the same kind, and between two looks at the loss within an epoch
TRAINING = 70  # percent of the progress that the script has; the rest is for our own tests
TAIL = 4000  # characters of the script's output that are kept for the log
LAST = 200  # characters of its last line that a message shows

USUAL = Settings()

_log = logging.getLogger(__name__)
# What the command line calls an option, in the words of an editor.
_OPTIONS = {
    "--seconds": "`default-lint.diagnose.seconds`",
    "--network": "`default-lint.diagnose.network`",
}


class Listener(Protocol):
    """Who is told while the run goes on, in the thread of the run."""

    def started(self, name: str, seconds: float) -> None:
        """The run of `name` begins; it takes so many seconds at most."""

    def progress(self, message: str, percentage: int | None) -> None:
        """What it does at present, for people, a few times a second at most; the percentage never falls."""

    def event(self, state: str, data: Mapping[str, Any]) -> None:
        """The `default-lint/trial` notification without its document: `epoch`, `live` or `note`; strict JSON."""


@dataclass(frozen=True)
class Asked:
    """What to run.

    document   the text that runs, and the path that its findings carry
    path       its file; "" when it has none
    folder     of the workspace, for an untitled document and for relative paths; "" without one
    seconds, epochs, arguments, interpreter, directory, network   as the options of the command line
    verify     how many fixes to try after it, each for as long as the run itself may take
    """

    document: Document
    path: str = ""
    folder: str = ""
    settings: Settings = USUAL
    seconds: float = 60.0
    epochs: int | None = None
    arguments: tuple[str, ...] = ()
    interpreter: str | None = None
    directory: str | None = None
    network: bool = False
    verify: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return os.path.basename(self.path or self.document.path)


@dataclass(frozen=True)
class Outcome:
    """How it went.

    kind        "finished": the run showed something; "failed": it did not, `message` says why; "cancelled"
    message     one sentence for people
    diagnosis   what the run and the sources say together; also of a run that was ended when it had shown something
    trace       the record of the run; None when nothing ran
    output      the end of what the script printed, for the log
    python      the interpreter that ran it, "" when none did
    observations   the diagnosis for as long as the documents are edited
    verification   what trying fixes gave, when that was asked for
    """

    kind: str
    message: str
    diagnosis: Diagnosis | None = None
    trace: Trace | None = None
    output: str = ""
    python: str = ""
    observations: Observations | None = None
    verification: Verification | None = None


def diagnose(
    asked: Asked, listener: Listener, cancel: threading.Event, texts: Callable[[str], Document | None]
) -> Outcome:
    """Run it, watch it, and tell what is wrong; never raises.

    `texts` gives what is open in the editor of a file that took part besides: it keeps its path as the editor knows it,
    and its text when that is what is in the file, which is what ran. `cancel`, once set, ends the run and all that it
    started.
    """
    try:
        return _diagnose(asked, listener, cancel, texts)
    except Exception as error:
        _log.exception("the run of %s failed", asked.name)
        return Outcome("failed", f"{asked.name} was not diagnosed: {type(error).__name__}: {error}")


def _diagnose(
    asked: Asked, listener: Listener, cancel: threading.Event, texts: Callable[[str], Document | None]
) -> Outcome:
    from default_lint.trial import launch

    broken = _unparsed(asked.document)
    if broken:
        return Outcome("failed", f"{asked.name} was not run: {broken}")
    request = _request(asked)
    if not os.path.isdir(request.folder):
        return Outcome("failed", f"{asked.name} was not run: there is no folder {request.folder}")
    listener.started(asked.name, asked.seconds * (asked.verify + 1))
    with ExitStack() as stack:
        verifying = None
        if asked.verify:
            from default_lint.verifying import Verifying

            fixes = Fixes(listener, asked)
            verifying = stack.enter_context(Verifying(request, asked.verify, fixes, cancel, asked.folder))
            request = verifying.request
        teller = Teller(listener, asked.seconds, asked.epochs, share=(0.0, 1 / (asked.verify + 1)))
        teller.begin()
        began = time.time()

        def event(event: Mapping[str, Any]) -> None:
            teller(event)
            if verifying is not None:
                verifying.watch(event)

        result = launch.run(request, event, None, cancel)
        outcome = _outcome(asked, result, _documents(asked, result.trace, texts, began), verifying)
    return outcome if outcome.diagnosis is None else _kept(outcome, asked.settings)


def _kept(outcome: Outcome, settings: Settings) -> Outcome:
    """With its observations, ready for the first edit."""
    from default_lsp.observed import Observations

    assert outcome.diagnosis is not None
    assert outcome.trace is not None
    observations = Observations(outcome.diagnosis, outcome.trace, settings)
    observations.prepare(settings)
    return replace(outcome, observations=observations)


def _unparsed(document: Document) -> str:
    """Why Python cannot parse it, "" when it can; such a source needs no run."""
    from default_lint.program.read import SyntaxTrouble, read

    try:
        read(document)
    except SyntaxTrouble as error:
        return f"Python cannot parse {_line(document, error.span.start)}: {error.args[0]}"
    return ""


def _line(document: Document, offset: int) -> str:
    place = document.locate(offset)
    return f"line {place.line}" if place.cell is None else f"cell {place.cell}, line {place.line}"


# What to run


def _request(asked: Asked) -> Request:
    from default_lint.diagnose import request
    from default_lint.trial.launch import Budget

    home = asked.folder if os.path.isdir(asked.folder) else os.path.expanduser("~")
    directory = None if asked.directory is None else _path(asked.directory, home)
    interpreter = asked.interpreter
    if interpreter is not None and (os.sep in interpreter or "/" in interpreter or interpreter.startswith("~")):
        interpreter = _path(interpreter, home)
    text = None if _in_file(asked) else asked.document
    return request(
        asked.path or os.path.join(home, os.path.basename(asked.document.path)),
        text,
        args=asked.arguments,
        directory=directory,
        python=interpreter,
        budget=Budget(asked.seconds, asked.epochs),
        network=asked.network,
    )


def _path(path: str, home: str) -> str:
    """A path of the settings; relative ones are meant from the workspace folder."""
    return os.path.normpath(os.path.join(home, os.path.expanduser(path)))


def _in_file(asked: Asked) -> bool:
    """Whether a script can run from its file: it holds the text of the editor."""
    from default_lint.files import encode

    document = asked.document
    if not asked.path or _is_notebook(document):
        return False
    if os.path.abspath(asked.path) != os.path.abspath(document.path):
        return False  # its sites would not be found in the document
    whole = document.original if document.original is not None else document.text
    try:
        with open(asked.path, "rb") as stream:
            return stream.read() == encode(document, whole)
    except (OSError, ValueError, LookupError):
        return False


def _is_notebook(document: Document) -> bool:
    return bool(document.cells) or document.path.endswith(".ipynb")


# What ran


def _documents(
    asked: Asked, trace: Trace, texts: Callable[[str], Document | None], began: float
) -> tuple[Document, ...]:
    """The documents as they ran, the script first."""
    from default_lint.diagnose import documents, read

    def find(file: str) -> Document | None:
        try:
            if os.stat(file).st_mtime > began:
                return None  # another text than that which ran, perhaps
        except OSError:
            return None
        ran = read(file, asked.settings)
        if not isinstance(ran, Document):
            return None
        opened = texts(file)
        if opened is None or opened.text == ran.text:
            return opened or ran
        return replace(ran, path=opened.path)

    return tuple(documents(trace, asked.document, find))


def _outcome(
    asked: Asked, result: Result, documents: tuple[Document, ...], verifying: Verifying | None = None
) -> Outcome:
    from default_lint.engine import diagnose as judge

    trace = result.trace
    ended = trace.ended
    output = "\n".join(filter(None, (result.stdout[-TAIL:].strip(), result.stderr[-TAIL:].strip())))
    if ended.kind == "unstarted":
        reason = ended.message or "the run did not start"
        if not result.python and "there is no f" not in reason:
            reason += "; `default-lint.diagnose.interpreter` names another"
        return Outcome("failed", f"{asked.name} was not run: {reason}", None, trace, output)
    diagnosis, verification = judge(documents, asked.settings, trace), None
    if verifying is not None and ended.kind != "cancelled":
        from default_lint.verifying import verified

        verification = verifying.verify(result, diagnosis)
        diagnosis = verified(diagnosis, verification)
    verdict = diagnosis.verdict
    verdict = replace(verdict, sentence=_for_editors(verdict.sentence), first=_for_editors(verdict.first))
    diagnosis = replace(diagnosis, verdict=verdict)
    trained = any(model.epochs for model in trace.models)
    if ended.kind == "cancelled":
        seen = diagnosis if trained else None
        return Outcome("cancelled", f"The run of {asked.name} was canceled", seen, trace, output, result.python)
    showed = any(isinstance(piece, Observed) for _, finding in diagnosis.ranked for piece in finding.evidence)
    where = f" ({_written(ended.site, documents)})" if ended.site is not None else ""
    if trained or showed or (verification is not None and verification.best is not None):
        message = verdict.sentence
        if ended.kind == "error":
            message += where
        elif ended.kind in ("exit", "signal", "hang", "limit") and trained:
            message += f"; {ended.message}"
        message += f". Try first: {verdict.first}" if verdict.first else ""
        return Outcome("finished", message, diagnosis, trace, output, result.python, None, verification)
    said = f": {last}" if ended.kind in ("exit", "signal") and (last := _last(result.stderr)) else ""
    message = f"{verdict.sentence}{said}{where}"
    return Outcome("failed", message, diagnosis, trace, output, result.python, None, verification)


def _written(site: Site, documents: tuple[Document, ...]) -> str:
    """The line of a site as people find it."""
    path = os.path.abspath(site.file)
    for document in documents:
        if os.path.abspath(document.path) == path and site.line <= len(document.line_starts):
            place = document.locate(document.line_starts[site.line - 1])
            cell = "" if place.cell is None else f"cell {place.cell}:"
            return f"{os.path.basename(path)}:{cell}{place.line}"
    return f"{os.path.basename(path)}:{site.line}"


def _last(output: str) -> str:
    """The last line that a script wrote, for those that end without an exception: what they say is the reason."""
    lines = output.strip().splitlines()
    line = lines[-1].strip() if lines else ""
    return line if len(line) <= LAST else f"{line[: LAST - 3]}..."


def _for_editors(text: str) -> str:
    for option, words in _OPTIONS.items():
        text = text.replace(option, words)
    return text


# While it runs


class _Model:
    """A model as far as its training was told. `first` is the number of the first epoch of the present fit."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: int | None = None
        self.window = "epoch"
        self.first = 0
        self.next = 0
        self.steps: int | None = None


class Teller:
    """Called with each event of a run; tells the listener what people and panels want to know of it.

    `share` is where this run begins in all the progress and how much of it is its own, from 0 to 1.
    """

    def __init__(
        self,
        listener: Listener,
        seconds: float,
        epochs: int | None,
        clock: Callable[[], float] = time.monotonic,
        share: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        self.listener = listener
        self.seconds = seconds
        self.epochs = epochs
        self.clock = clock
        self.share = share
        self.began = clock()
        self.models: dict[int, _Model] = {}
        self.percentage = 0
        self._tests = 0
        self._said = ""
        self._kind = ""
        self._shown = -math.inf
        self._live = -math.inf
        self._notes: set[str] = set()

    def begin(self) -> None:
        """Before the script has done anything."""
        self._say("starting", "starting", None)

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take one event; a damaged one is passed over."""
        taken = {
            "start": self._start,
            "model": self._model,
            "epoch": self._epoch,
            "batch": self._batch,
            "testing": self._testing,
            "note": self._note,
        }.get(str(event.get("event")))
        if taken is None:
            return
        try:
            tell = taken(event)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return
        for action in tell:
            action()

    def _start(self, event: Mapping[str, Any]) -> list[Callable[[], None]]:
        """Python runs; with the versions of Keras in it, Keras has been loaded."""
        loaded = "keras" in event["versions"]
        return [lambda: self._say("loaded" if loaded else "starting", "preparing" if loaded else "starting", None)]

    def _model(self, event: Mapping[str, Any]) -> list[Callable[[], None]]:
        number = int(event["model"])
        model = self.models.setdefault(number, _Model(str(event.get("name") or event.get("kind") or "model")))
        asked = event.get("asked") or {}
        epochs, steps = asked.get("epochs"), asked.get("steps_per_epoch")
        model.asked = epochs if isinstance(epochs, int) and not isinstance(epochs, bool) else None
        model.window = str(event.get("window", "epoch"))
        model.steps = steps if isinstance(steps, int) and not isinstance(steps, bool) else model.steps
        model.first = model.next
        return [lambda: self._say(f"model {number}", f"training `{model.name}`", self._share())]

    def _epoch(self, event: Mapping[str, Any]) -> list[Callable[[], None]]:
        number = int(event["epoch"])
        if number < 0:
            return []
        index = int(event["model"])
        model = self.models.setdefault(index, _Model("model"))
        model.next = max(model.next, number + 1)
        model.steps = int(event["steps"]) if event.get("steps") else model.steps
        logs = event.get("logs") or {}
        data = {
            "model": index,
            "name": model.name,
            "number": number,
            "fit": int(event.get("fit", 0)),
            "asked": model.asked,
            "logs": {str(name): _number(value) for name, value in logs.items()},
            "learningRate": _number(event.get("learning_rate")),
            "seconds": _number(event.get("seconds")),
            "complete": bool(event.get("complete", True)),
        }
        message = f"{self._named(model, number)}{_loss(logs.get('loss'))}"
        share = self._share(model, number + 1)
        return [
            lambda: self.listener.event("epoch", data),
            lambda: self._say(f"epochs of {index}", message, share),
        ]

    def _batch(self, event: Mapping[str, Any]) -> list[Callable[[], None]]:
        now = self.clock()
        if now - self._live < QUIET:
            return []
        self._live = now
        index, number, step = int(event["model"]), int(event["epoch"]), int(event["step"])
        model = self.models.setdefault(index, _Model("model"))
        steps = model.steps if model.steps is not None and model.steps >= step else None
        data = {"model": index, "step": step, "steps": steps, "loss": _number(event.get("loss"))}
        message = f"{self._named(model, number, step)}{_loss(event.get('loss'))}"
        share = self._share(model, number + (step / steps if steps else 0.0))
        return [
            lambda: self.listener.event("live", data),
            lambda: self._say(f"epochs of {index}", message, share),
        ]

    def _testing(self, event: Mapping[str, Any]) -> list[Callable[[], None]]:
        from default_lint.output.evidence import TESTS

        name = str(event["name"])
        self._tests += 1
        words = TESTS.get(name, name.replace("_", " "))
        share = TRAINING + int((100 - TRAINING) * (self._tests - 1) / (len(TESTS) * max(len(self.models), 1)))
        return [lambda: self._say(f"test {name}", f"own tests: {words}", share)]

    def _note(self, event: Mapping[str, Any]) -> list[Callable[[], None]]:
        text = _for_editors(str(event["text"]))
        if text in self._notes:
            return []
        self._notes.add(text)
        return [lambda: self.listener.event("note", {"text": text})]

    def _named(self, model: _Model, number: int, step: int | None = None) -> str:
        """As in "epoch 3 of 10", counted within the present fit, or "step 150"; with several models, whose."""
        at = number - model.first
        if model.window != "epoch":  # a loop of the user's own, where so many steps are taken for an epoch
            size = int(model.window.split()[0])
            text = f"step {at * size + (size if step is None else step):,}"
        else:
            asked = self._asked(model)
            text = f"epoch {at + 1}" + (f" of {asked}" if asked is not None and asked > at else "")
            if step is not None:
                of = f" of {model.steps:,}" if model.steps is not None and model.steps >= step else ""
                text += f", batch {step:,}{of}"
        return f"`{model.name}` {text}" if len(self.models) > 1 else text

    def _asked(self, model: _Model) -> int | None:
        """How many epochs the present fit will have at most."""
        return model.asked if self.epochs is None or model.asked is None else min(model.asked, self.epochs)

    def _share(self, model: _Model | None = None, done: float = 0.0) -> int:
        """How far it is in percent, by the time that is used up or by the epochs that were asked for."""
        share = (self.clock() - self.began) / self.seconds
        asked = self._asked(model) if model is not None else None
        if model is not None and asked:
            share = max(share, TRAINING / 100 * (done - model.first) / asked)
        return int(min(max(100 * share, 0), TRAINING))

    def _say(self, kind: str, message: str, percentage: int | None) -> None:
        """Tell it, unless something of its kind was told just now."""
        now = self.clock()
        if message == self._said or (kind == self._kind and now - self._shown < QUIET):
            return
        if percentage is not None:
            first, part = self.share
            self.percentage = percentage = max(self.percentage, int(100 * first + percentage * part))
        self._said, self._kind, self._shown = message, kind, now
        self.listener.progress(message, percentage)


class Fixes:
    """Tells the listener of the runs in which fixes are tried: how they go, and what each gave as a note."""

    def __init__(self, listener: Listener, asked: Asked) -> None:
        self.listener = listener
        self.asked = asked
        self.teller: Teller | None = None

    def trying(self, number: int, parts: Sequence[Part]) -> None:
        """The run of a fix begins."""
        share = 1 / (self.asked.verify + 1)
        first = min(number, self.asked.verify) * share  # one of several together comes on top
        lead = f"fix {number}: "
        self.listener.progress(lead + " + ".join(part.fix.title for part in parts), int(100 * first))
        self.teller = Teller(
            _Progress(self.listener, lead), self.asked.seconds, self.asked.epochs, share=(first, share)
        )

    def event(self, event: Mapping[str, Any]) -> None:
        """Something happens in it."""
        if self.teller is not None:
            self.teller(event)

    def tried(self, number: int, attempt: Attempt) -> None:
        """It is known what the fix gave."""
        self.listener.event("note", {"text": _for_editors(f"{attempt.outcome}: {attempt.title}: {attempt.told}")})


class _Progress:
    """Hands on what a run does at present, and nothing for the panel, which shows the first run."""

    def __init__(self, listener: Listener, lead: str) -> None:
        self.listener = listener
        self.lead = lead

    def started(self, name: str, seconds: float) -> None:
        pass

    def progress(self, message: str, percentage: int | None) -> None:
        self.listener.progress(self.lead + message, percentage)

    def event(self, state: str, data: Mapping[str, Any]) -> None:
        pass


def _number(value: Any) -> float | int | str | None:
    """A number for strict JSON, which has none that are not finite."""
    from default_lint.output.evidence import plain

    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    found: float | str = plain(float(value))
    return found


def _loss(value: Any) -> str:
    from default_lint.output.evidence import number

    return "" if value is None else f": loss {number(float(value))}"
