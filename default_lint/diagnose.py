"""The command `diagnose`: run a training script for a short while, watch it, and tell at which line it goes wrong."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from default_lint.arguments import UsageError, resolver_of
from default_lint.files import Trouble, load
from default_lint.output import View
from default_lint.output.terminal import columns_of, view_of, wants_color
from default_lint.settings import SYNTAX_ERROR, Settings
from default_lint.text import Document

if TYPE_CHECKING:
    from argparse import Namespace

    from default_lint.findings import Attempt, Diagnosis, Part, Report, Verification
    from default_lint.output.live import Live
    from default_lint.trial.launch import Request, Result
    from default_lint.trial.trace import Event, Trace
    from default_lint.verifying import Verifying

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
TEXT_FORMATS = ("full", "concise")
SECONDS = 60.0  # s that a run has
Complain = Callable[[str, str, str], None]


class Subject(NamedTuple):
    """What is run: the name that the user gave it, and its source when that is at hand."""

    name: str
    document: Document | None


def command(arguments: Sequence[str], complain: Complain) -> int:
    """Run `diagnose` with its arguments and give the exit code; `complain(text, path, kind)` tells what went wrong."""
    from default_lint.options import diagnose_parser

    own, script = _split(arguments)
    options = diagnose_parser().read(_counted(own))
    options.arguments = script
    if options.apply and not options.verify_fixes:
        raise UsageError("--apply writes the fix that --verify-fixes found to help: both are needed")
    subject = _named(options)
    settings = resolver_of(options)(subject).settings
    for path in (options.output_file, options.html, options.trace):
        _check_writable(path)
    document = _document(options, subject, settings)
    if isinstance(document, Trouble):
        complain(document.message, document.path, "error")
        return FAILED
    return Diagnosing(options, settings, Subject(subject, document), complain).run()


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own arguments, and those after `--`, which are the script's."""
    words = list(arguments)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _counted(words: Sequence[str]) -> list[str]:
    """`--verify-fixes` with the number that follows it, else with the usual one: the next word may be the script."""
    from default_lint.verifying import TRIES

    found: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word != "--verify-fixes":
            found.append(word)
            continue
        following = next(waiting, "")
        number = following.lstrip("-").isdecimal()
        found.append(f"{word}={following if number else TRIES}")
        found += [] if number or not following else _counted([following, *waiting])
    return found


def _named(options: Namespace) -> str:
    """The script or module to run."""
    if options.module:
        if options.paths:
            raise UsageError(f"--module {options.module} or {options.paths[0]}: only one of them can be run")
        return str(options.module)
    if not options.paths:
        raise UsageError("diagnose needs a script to run\n  `default-lint help diagnose` shows the options.")
    if len(options.paths) > 1:
        raise UsageError(f"one script at a time; arguments of the script follow `--`: `-- {options.paths[1]}`")
    return str(options.paths[0])


def _check_writable(path: str | None) -> None:
    """Tell before a run what would fail after it."""
    if path is None:
        return
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise UsageError(f"cannot write {path}: there is no folder {os.path.dirname(path)}")
    if os.path.isdir(path) or not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise UsageError(f"cannot write {path}: {'is a folder' if os.path.isdir(path) else 'permission denied'}")


def _document(options: Namespace, subject: str, settings: Settings) -> Document | Trouble | None:
    """The source of what is run; None for a module that is not in the working folder."""
    if not options.module:
        if os.path.isdir(subject):
            return Trouble(subject, "is a folder; diagnose needs the script that trains")
        return read(subject, settings)
    base = os.path.join(options.directory or "", *subject.split("."))
    for path in (f"{base}.py", os.path.join(base, "__main__.py")):
        if os.path.isfile(path):
            return read(path, settings)
    return None


def read(path: str, settings: Settings) -> Document | Trouble:
    """The document at `path`, also of a source that does not mention Keras itself."""
    loaded = load(path, settings.max_file_size, True)
    if loaded is not None:
        return loaded
    if path.endswith(".ipynb"):
        return Trouble(path, "no code in this notebook mentions Keras or TensorFlow")
    import tokenize

    try:
        with tokenize.open(path) as stream:
            return Document(path, stream.read())
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        return Trouble(path, f"cannot be read: {error}")


def request(script: str | None, text: Document | None, **more: Any) -> Request:
    """What to run: the script in its file, or `text` in its place, whose path its sites then carry."""
    from default_lint.trial.launch import Request, plain

    if text is None:
        return Request(script=script, **more)
    return Request(script=script, source=plain(text.text), filename=os.path.abspath(text.path), **more)


def documents(trace: Trace, script: Document | None, find: Callable[[str], Document | None]) -> list[Document]:
    """The user's files that took part in a run, the script first; `find` gives the document of a file."""
    from default_lint.trial.launch import files

    found = [script] if script is not None else []
    known = {os.path.realpath(document.path) for document in found}
    for file in files(trace):
        real = os.path.realpath(file)
        if real not in known and file.endswith(".py") and os.path.isfile(file):
            known.add(real)
            document = find(file)
            if document is not None:
                found.append(document)
    return found


class Diagnosing:
    """One run of `diagnose`."""

    def __init__(self, options: Namespace, settings: Settings, subject: Subject, complain: Complain) -> None:
        self.options = options
        self.settings = settings
        self.subject = subject
        self.complain = complain
        self.format: str = settings.output_format
        self.shown: Live | None = None  # while a fix is tried

    def run(self) -> int:
        """Check the source, run it, diagnose, write; the exit code."""
        broken = self._unreadable()
        if broken is not None:
            return broken
        if not self.options.verify_fixes:
            return self._run(None)
        from default_lint.verifying import Verifying

        with Verifying(self._request(), self.options.verify_fixes, self) as verifying:
            return self._run(verifying)

    def _run(self, verifying: Verifying | None) -> int:
        result = self._trial(verifying)
        trace = result.trace
        if self.options.verbose and result.python:
            self.complain(f"run by {result.python}", "", "note")
        if self.options.trace:
            from default_lint.trial.launch import save

            save(self.options.trace, result)
        if trace.ended.kind == "unstarted":
            self.complain(trace.ended.message or "the run did not start", "", "error")
            return FAILED
        from default_lint.engine import diagnose

        diagnosis = diagnose(self._documents(trace), self.settings, trace)
        failed = self._troubled(diagnosis.reports)
        abstained = sum(report.abstained for report in diagnosis.reports)
        if self.options.verbose and abstained:
            told = f"of {abstained:,} places too little is known to tell whether they are unusual"
            self.complain(told, self.subject.name, "note")
        if verifying is None:
            self._write(diagnosis, trace, None)
            return self._code(diagnosis, trace, failed)
        from default_lint.verifying import apply, verified

        verification = verifying.verify(result, diagnosis)
        self._stop_live()
        if self.options.apply and not verification.cancelled:
            verification = apply(verification, self.settings)
        self._write(verified(diagnosis, verification), trace, verification)
        self._say_written(verification)
        failed = failed or (bool(verification.refused) and verification.best is not None)
        code = self._code(diagnosis, trace, failed)
        return INTERRUPTED if verification.cancelled else code

    def _unreadable(self) -> int | None:
        """A source that Python cannot parse needs no run: show where, and give the exit code."""
        from default_lint.engine import check

        document = self.subject.document
        if document is None:
            return None
        report = check(document, self.settings)
        if not any(finding.rule == SYNTAX_ERROR.name for finding in report.findings):
            return None
        from default_lint import output

        with self._stream() as out:
            output.load(self.format).write([report], out, self._view(out))
        self.complain("not run: Python cannot parse it", document.path, "note")
        return CLEAN if self.options.exit_zero else FOUND

    @property
    def _seconds(self) -> float:
        """For each run: the first, and one for each fix to try."""
        seconds, runs = self.options.seconds, (self.options.verify_fixes or 0) + 1
        return SECONDS if seconds is None else float(seconds) / runs

    def _request(self) -> Request:
        from default_lint.trial.launch import Budget, Limits

        options = self.options
        document = self.subject.document
        return request(
            None if options.module else self.subject.name,
            document if document is not None and document.path.endswith(".ipynb") else None,
            module=options.module,
            args=tuple(options.arguments),
            directory=options.directory,
            python=options.python,
            budget=Budget(self._seconds, options.epochs, options.steps),
            limits=Limits(memory=options.memory),
            finish=options.finish,
            tests=not options.no_tests,
            network=options.network,
        )

    def _trial(self, verifying: Verifying | None) -> Result:
        """Run it, with its output and the progress on the terminal."""
        from default_lint.trial.launch import run

        with ExitStack() as stack:
            live = self._live()
            if live is not None:
                stack.enter_context(live)
            screen = Screen(live, self._takes_stdout()) if not self.options.quiet else None

            def event(event: Event) -> None:
                if live is not None:
                    live(event)
                if self.options.events:
                    _tell(event)
                if verifying is not None:
                    verifying.watch(event)

            result = run(self._request() if verifying is None else verifying.request, event, screen)
        if screen is not None:
            screen.close()
        return result

    # While fixes are tried

    def trying(self, number: int, parts: Sequence[Part]) -> None:
        """The run of a fix begins; nothing of what the script prints then is shown."""
        from default_lint.output.diagnosis import fix_of

        if self.options.events:
            _tell({"event": "fix", "state": "begin", "number": number, "fixes": [fix_of(part) for part in parts]})
        self._stop_live()
        self.shown = self._live(f"fix {number}  ")
        if self.shown is not None:
            self.shown.__enter__()

    def event(self, event: Event) -> None:
        """Something happens in it."""
        if self.shown is not None:
            self.shown(event)

    def tried(self, number: int, attempt: Attempt) -> None:
        """It is known what the fix gave."""
        from default_lint.output.diagnosis import attempt as row

        self._stop_live()
        if self.options.events:
            _tell({"event": "fix", "state": "end", **row(number, attempt)})

    def _stop_live(self) -> None:
        live, self.shown = self.shown, None
        if live is not None:
            live.__exit__(None, None, None)

    def _live(self, lead: str = "") -> Live | None:
        from default_lint.output.progress import Progress

        if not Progress.welcome():
            return None
        from default_lint.output.live import Live

        color = wants_color(self.options.color, sys.stderr)
        return Live(sys.stderr, self._seconds, color=color, columns=columns_of(sys.stderr), lead=lead)

    def _takes_stdout(self) -> bool:
        """Whether standard output is ours alone, for a program to read."""
        return bool(self.options.events) or (self.format not in TEXT_FORMATS and not self.options.output_file)

    def _documents(self, trace: Trace) -> list[Document]:
        """The user's files that took part, the script first, named as people write them."""

        def find(file: str) -> Document | None:
            found = read(_shown(file), self.settings)
            return found if isinstance(found, Document) else None

        return documents(trace, self.subject.document, find)

    def _troubled(self, reports: Sequence[Report]) -> bool:
        for report in reports:
            for trouble in report.trouble:
                self.complain(trouble, report.document.path, "error")
        return any(report.trouble for report in reports)

    def _write(self, diagnosis: Diagnosis, trace: Trace, verification: Verification | None) -> None:
        from default_lint.output import diagnosis as data

        if self.options.html:
            from default_lint.output.html import page

            with open(self.options.html, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
                stream.write(page(diagnosis, trace, verification))
        if self.options.events:
            _tell({"event": "diagnosis", **data.data(diagnosis, trace, verification)})
            if not self.options.output_file:
                return
        with self._stream() as out:
            view = self._view(out)
            if self.format == "full":
                from default_lint.output.run import write

                write(diagnosis, trace, out, view, verification)
            elif self.format == "json":
                data.write(diagnosis, trace, out, verification)
            else:
                from default_lint import output

                output.load(self.format).write(data.by_document(diagnosis), out, view)

    def _say_written(self, verification: Verification) -> None:
        """Tell what `--apply` did, where the report does not say it to people."""
        if self.format == "full" and not self.options.events and not self.options.output_file:
            return
        for path in verification.applied:
            self.complain("the fix that helps most was applied", path, "note")
        if verification.refused:
            self.complain(verification.refused, "", "note" if verification.best is None else "error")

    def _stream(self) -> AbstractContextManager[TextIO]:
        from contextlib import nullcontext

        if not self.options.output_file:
            return nullcontext(sys.stdout)
        return open(self.options.output_file, "w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def _view(self, out: TextIO) -> View:
        return view_of(self.options.color, out)

    def _code(self, diagnosis: Diagnosis, trace: Trace, failed: bool) -> int:
        """The exit code; what kept us from observing is told.

        Likely places of a run that fails are told to everybody, and count for those only who asked for suspicions.
        """
        from default_lint.engine import wanted

        found = any(wanted(finding, self.settings) for _, finding in diagnosis.ranked)
        if not any(model.epochs for model in trace.models):
            if self._takes_stdout() or self.options.output_file:  # else the report says so
                self._say_why(trace, [report.document for report in diagnosis.reports])
            failed = True
        elif trace.ended.kind in ("error", "signal", "hang", "limit") and not found:
            failed = True
        if trace.ended.kind == "cancelled":
            return INTERRUPTED
        return FAILED if failed else FOUND if found and not self.options.exit_zero else CLEAN

    def _say_why(self, trace: Trace, documents: Sequence[Document]) -> None:
        from default_lint.output.run import written

        ended = trace.ended
        where = written(ended.site, documents) if ended.site else self.subject.name
        why = "" if ended.kind == "finished" else f": {ended.message or ended.kind}"
        self.complain(f"the script ended before an epoch was trained{why}", where, "error")


class Recorded:
    """A saved run, for `check --trace`: it speaks about the files that are still what they were when it was made."""

    def __init__(self, path: str) -> None:
        from default_lint.trial.launch import load as load_trace
        from default_lint.trial.trace import TraceError

        try:
            self.trace = load_trace(path)
        except TraceError as error:
            raise UsageError(f"--trace {path}: {error}") from None
        self.used = False

    def check(self, document: Document, settings: Settings) -> tuple[Report | None, str]:
        """The report of a document with what the run showed, and why there is none when its file is another now.

        Files that took no part in the run give neither.
        """
        from hashlib import sha256

        from default_lint.engine import check
        from default_lint.files import encode

        whole = document.original if document.original is not None else document.text
        mine = sha256(encode(document, whole)).hexdigest()
        here = os.path.realpath(document.path)
        sources = {os.path.realpath(path): known for path, known in self.trace.sources.items()}
        if mine in sources.values():  # perhaps in another folder, or on another machine
            self.used = True
            return check(document, settings, self.trace), ""
        names = {os.path.basename(path) for path in sources}
        if here in sources or os.path.basename(here) in names:
            self.used = True
            return None, "changed since the run; what the run showed is left out"
        return None, ""


class Screen:
    """Shows what the script prints, above the live line where there is one."""

    def __init__(self, live: Live | None, keep_stdout: bool) -> None:
        self.live = live
        self.keep_stdout = keep_stdout
        decoder = codecs.getincrementaldecoder("utf-8")
        self.decoders = {name: decoder("replace") for name in ("stdout", "stderr")}
        self.unfinished: bool | None = None  # None as long as nothing was shown

    def __call__(self, name: str, data: bytes) -> None:
        """Take some bytes of a stream."""
        text = self.decoders[name].decode(data)
        stream = sys.stdout if name == "stdout" and not self.keep_stdout else sys.stderr
        if self.live is not None and stream.isatty():
            self.live.above(text)
            self.unfinished = False  # it ends the line itself
            return
        stream.write(text)
        stream.flush()
        if stream is sys.stdout and text:
            self.unfinished = not text.endswith("\n")

    def close(self) -> None:
        """End a line that the script left open, and set its output off from ours."""
        if self.unfinished is not None:
            sys.stdout.write("\n\n" if self.unfinished else "\n")


def _tell(event: Mapping[str, Any]) -> None:
    """One event for a program, at once."""
    from default_lint.output.evidence import plain

    sys.stdout.write(json.dumps(plain(event), ensure_ascii=True, allow_nan=False) + "\n")
    sys.stdout.flush()


def _shown(path: str) -> str:
    """A path as people write it: relative to the working folder where it lies inside."""
    here = os.path.realpath(os.getcwd()) + os.sep
    real = os.path.realpath(path)
    return real[len(here) :] if real.startswith(here) else path
