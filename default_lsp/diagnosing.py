"""The command `default-lint.diagnose`: asks for trust, runs in a thread, tells how it goes, keeps what it showed."""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from default_lint.findings import Diagnosis, Finding, Level, Verification
from default_lint.output import learned, links
from default_lint.text import Document
from default_lsp.uris import to_path

if TYPE_CHECKING:
    from default_lint.findings import Part
    from default_lsp.result import Result
    from default_lsp.server import Server
    from default_lsp.trial import Asked, Outcome

CONSENT = 5.0  # s that the client has to agree to show the progress
REFUSED = (
    "diagnosing runs the code of the file, so it is off until you trust this workspace "
    "(in other editors than VS Code: the option `trusted`)"
)
THREAD = "diagnosis"  # name of the threads of runs
PATIENCE = 5.0  # s that given-up runs have to clear away


class Diagnosing:
    """The runs of one server; one at a time for each document."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.running: dict[str, Run] = {}

    async def start(self, uri: Any, options: Any = None) -> None:
        """Begin to run what is open under `uri`; what keeps it from that is told.

        `options` may be an object with `verifyFixes`: true, or how many fixes to try after the run.
        """
        server = self.server
        if not server.trusted:
            server.tell(REFUSED, lsp.MessageType.Warning)
            return
        result = await server.session.current(uri, hurry=True) if isinstance(uri, str) else None
        if result is None:
            server.tell("diagnose a Python file or notebook that is open")
            return
        key = result.source.uri
        if key in self.running:
            server.tell(f"{os.path.basename(result.source.path)} is being diagnosed already")
            return
        document = result.source.document or _plain(result)
        if document is None:
            server.tell(result.source.trouble or "nothing in this document mentions Keras or TensorFlow")
            return
        run = self.running[key] = Run(server, key, self._asked(result, document, fixes(options)))
        task = asyncio.get_running_loop().create_task(run.run())
        task.add_done_callback(functools.partial(self._over, key))

    def stop(self) -> None:
        """End all runs."""
        for run in self.running.values():
            run.cancel.set()

    @staticmethod
    def wait() -> None:
        """Let runs that were given up clear away what they made, before the process ends."""
        until = time.monotonic() + PATIENCE
        for thread in threading.enumerate():
            if thread.name == THREAD:
                thread.join(max(until - time.monotonic(), 0))

    def canceled(self, token: lsp.ProgressToken) -> None:
        """The user canceled the progress of a run."""
        for run in self.running.values():
            if run.token == token:
                run.cancel.set()

    def _over(self, key: str, task: asyncio.Task[None]) -> None:
        self.running.pop(key, None)
        if not task.cancelled() and task.exception() is not None:
            self.server.failed(f"the diagnosis of {os.path.basename(key)}", task.exception() or Exception())

    def _asked(self, result: Result, document: Document, verify: int) -> Asked:
        from default_lsp.trial import Asked

        options = result.client.diagnose
        path = to_path(result.source.uri) or ""
        return Asked(
            document=document,
            path=path,
            folder=self.server.configuration.folder(result.source.path) or "",
            settings=result.analysis.settings,
            seconds=options.seconds,
            epochs=options.epochs,
            arguments=options.arguments,
            interpreter=options.interpreter,
            directory=options.directory,
            network=options.network,
            verify=verify,
        )


def fixes(options: Any) -> int:
    """How many fixes a client wants to have tried."""
    wanted = options.get("verifyFixes") if isinstance(options, dict) else None
    if wanted is True:
        from default_lint.verifying import TRIES

        return TRIES
    return max(wanted, 0) if isinstance(wanted, int) and not isinstance(wanted, bool) else 0


def _plain(result: Result) -> Document | None:
    """A script that does not mention Keras itself, but may train by what it imports."""
    parts = result.source.parts
    if len(parts) != 1 or result.source.trouble or result.source.uri != parts[0].buffer.uri:
        return None
    return Document(result.source.path, parts[0].buffer.text)


class Run:
    """One run; it is also who is told of it (`trial.Listener`), in the run's thread."""

    def __init__(self, server: Server, uri: str, asked: Asked) -> None:
        self.server = server
        self.uri = uri
        self.asked = asked
        self.token = f"default-lint-{uuid.uuid4()}"
        self.cancel = threading.Event()
        self.shows = False

    async def run(self) -> None:
        """Run it to its end and show what it showed."""
        from default_lsp.trial import Outcome, diagnose

        await self._begin()
        try:
            outcome = await _in_thread(diagnose, self.asked, self, self.cancel, self.server.session.text_at)
        except Exception as error:
            self.server.failed(f"the diagnosis of {self.asked.name}", error)
            outcome = Outcome("failed", f"{self.asked.name} was not diagnosed: {type(error).__name__}")
        finally:
            self.cancel.set()  # the client may have gone without a word
        self._end(outcome)

    async def _begin(self) -> None:
        window = self.server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return
        try:
            await asyncio.wait_for(self.server.work_done_progress.create_async(self.token), CONSENT)
        except (JsonRpcException, asyncio.TimeoutError):
            return  # then without
        title = f"Diagnosing {self.asked.name}"
        begin = lsp.WorkDoneProgressBegin(title, cancellable=True, message="starting", percentage=0)
        self.server.work_done_progress.begin(self.token, begin)
        self.shows = True

    def _end(self, outcome: Outcome) -> None:
        server = self.server
        if self.shows:
            server.work_done_progress.end(self.token, lsp.WorkDoneProgressEnd(message=outcome.message))
            server.work_done_progress.tokens.pop(self.token, None)
        if outcome.observations is not None:
            server.session.runs.keep(outcome.observations)
            server.session.touch()
        if outcome.kind == "finished" and outcome.diagnosis is not None:
            seconds = outcome.trace.seconds if outcome.trace is not None else 0.0
            told = {**summary(outcome.diagnosis, self.uri, server), "seconds": round(seconds, 1)}
            if outcome.verification is not None:
                told["verification"] = verified(outcome.verification, self.uri, server)
            self._notify("finished", told)
            server.tell(outcome.message)
        elif outcome.kind == "cancelled":
            self._notify("cancelled", {})
        else:
            self._notify("failed", {"message": outcome.message})
            server.tell(outcome.message, lsp.MessageType.Warning)

    def started(self, name: str, seconds: float) -> None:
        """The run begins."""
        self.event("started", {"name": name, "seconds": seconds})

    def progress(self, message: str, percentage: int | None) -> None:
        """What it does at present."""
        if self.shows:
            report = lsp.WorkDoneProgressReport(message=message, percentage=percentage, cancellable=True)
            self.server.soon(self.server.work_done_progress.report, self.token, report)

    def event(self, state: str, data: Mapping[str, Any]) -> None:
        """News for the panel."""
        self.server.soon(self._notify, state, data)

    def _notify(self, state: str, data: Mapping[str, Any]) -> None:
        if self.server.options.get("panel") is True:
            content = {"uri": self.uri, "token": self.token, "state": state, **data}
            self.server.protocol.notify("default-lint/trial", content)


async def _in_thread(function: Any, *arguments: Any) -> Any:
    """The result of a function that takes minutes, called in a thread of its own that holds up no exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if not future.done():
            future.set_exception(error) if error is not None else future.set_result(result)

    def call() -> None:
        result, problem = None, None
        try:
            result = function(*arguments)
        except BaseException as error:
            problem = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=call, name=THREAD, daemon=True).start()
    return await future


def summary(diagnosis: Diagnosis, uri: str, server: Server) -> dict[str, Any]:
    """The verdict and the ranked findings, as the panel takes them; lines and characters as in the protocol."""
    verdict = diagnosis.verdict
    found: dict[str, Any] = {
        "verdict": {"faulty": verdict.faulty, "sentence": verdict.sentence, "first": verdict.first},
        "findings": [_row(document, finding, uri, server) for document, finding in diagnosis.ranked],
    }
    if diagnosis.levels:
        told = [_level(level, uri, server) for level in learned.telling(diagnosis.levels)]
        found["learned"] = {"chain": learned.chain(diagnosis.levels), "levels": told}
    return found


def _level(level: Level, uri: str, server: Server) -> dict[str, Any]:
    """One level of what the classifiers say, with the geometry of its waterfall."""
    picture = learned.picture(level)
    places: list[dict[str, object]] = [{}]  # of all programs together
    for reason in level.reasons:
        places.append(server.session.place(*reason.spans[0], uri) if reason.spans else {})
    places += [{}] * (len(picture.steps) - len(places))
    steps = [{**step._asdict(), **place} for step, place in zip(picture.steps, places, strict=True)]
    size = {"width": picture.width, "height": picture.height, "threshold": picture.threshold}
    return {"title": learned.title(level), "said": picture.said, **size, "steps": steps}


def _row(document: Document, finding: Finding, uri: str, server: Server) -> dict[str, Any]:
    place = server.session.place(document, finding.span, uri)
    notes = []
    for note in finding.notes:
        where = server.session.place(document, note.span, uri) if note.span is not None else {}
        notes.append({"message": note.text, **where})
    return {
        "rule": finding.rule,
        "code": finding.code,
        "family": finding.family,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "message": finding.message,
        **place,
        "notes": notes,
        "fixes": [fix.title for fix in finding.fixes if fix.edits],
        "href": links.page(finding),
    }


def verified(verification: Verification, uri: str, server: Server) -> dict[str, Any]:
    """What trying fixes gave: each with its places, its outcome in a word and in a clause, and its diff."""

    def place(part: Part) -> dict[str, Any]:
        first = min(part.fix.edits, key=lambda edit: edit.span)
        found = server.session.place(part.document, first.span, uri)
        return {"rule": part.finding.rule, "title": part.fix.title, **found}

    return {
        "attempts": [
            {
                "title": attempt.title,
                "outcome": attempt.outcome,
                "told": attempt.told,
                "best": attempt is verification.best,
                "diff": attempt.diff,
                "fixes": [place(part) for part in attempt.parts],
            }
            for attempt in verification.attempts
        ],
        "left": verification.left,
        "notes": list(verification.notes),
    }
