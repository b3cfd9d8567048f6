"""`diagnose --verify-fixes`: tries fixes, each in a run of its own on a copy, and says which of them really help.

All runs have the same seeds and the same time to train. Of N fixes to try and T seconds for everything, the first run
has T / (N + 1) as always: 70 % for training, the rest for our own tests. Each fix has those 70 % for training alone;
what a run leaves over is there for the later ones, and one more, of several fixes together, comes out of that.
A fix is tried in memory: nothing of the user's is written before `apply`.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from default_lint import files, fixing
from default_lint.diagnosis.comparison import comparable, compare
from default_lint.findings import (
    HELPS,
    SAME,
    UNTRIED,
    WORSE,
    Attempt,
    Diagnosis,
    Finding,
    Note,
    Part,
    Report,
    Safety,
    Verification,
)
from default_lint.text import Document
from default_lint.trial import launch
from default_lint.trial.keeper import remove
from default_lint.trial.scratch import Scratch

if TYPE_CHECKING:
    from default_lint.settings import Settings
    from default_lint.trial.trace import Event, Trace

TRIES = 3
SEED = 0
TRAINING = 0.7  # share of its time that a run trains when our own tests follow (`trial.probe`)
SLOWER = 1.25  # times the first run that one with a fix may take
START = 2.0  # s, more than that


class Listener(Protocol):
    """Who is told while fixes are tried."""

    def trying(self, number: int, parts: Sequence[Part]) -> None:
        """The run of an attempt begins; attempts count from 1."""

    def event(self, event: Event) -> None:
        """Something happens in that run."""

    def tried(self, number: int, attempt: Attempt) -> None:
        """It is known what the attempt gave, or why it was not made."""


class Changed(NamedTuple):
    """What an attempt makes of one document: the document, and the text of its file."""

    before: Document
    after: Document
    text: str


class _Tried(NamedTuple):
    attempt: Attempt
    trace: Trace


class Refused(Exception):
    """Why the best fix is not written, in one line."""


class Verifying:
    """The runs of one `diagnose --verify-fixes`; its folder is there while it is entered.

    Args:
        request: what to run first, and for how long.
        count: how many fixes to try at most; all runs together have `count + 1` times as long.
        home: the folder in which diffs are to be applied; "" is the current one.
    """

    def __init__(
        self,
        request: launch.Request,
        count: int = TRIES,
        listener: Listener | None = None,
        cancel: threading.Event | None = None,
        home: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = request.budget.seconds * (count + 1)
        self.count = count
        self.listener = listener
        self.cancel = cancel
        self.home = home
        self.clock = clock
        self.began = clock()
        self.trained = 0.0
        # Strings hash by chance in each process, which decides the order of sets.
        settled = {} if "PYTHONHASHSEED" in os.environ else {"PYTHONHASHSEED": "0"}
        self.request = replace(
            request,
            seed=SEED,
            environment={**settled, **request.environment},
        )
        self.attempts: list[Attempt] = []
        self._made = 0
        self.notes: list[str] = []
        self._tried: list[_Tried] = []
        self._base = ""
        self._scratch: Scratch | None = None

    def __enter__(self) -> Verifying:
        """Copy the working folder as it is before anything has run."""
        try:
            self._base = os.path.realpath(tempfile.mkdtemp(prefix="dlint-"))
            self._scratch = Scratch(self.request.folder, self._base)
        except OSError as error:
            why = error.strerror or error
            self.notes.append(f"the working folder could not be copied ({why}): fixes were tried where the script runs")
        except BaseException:
            remove(self._base)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove it."""
        if self._base:
            remove(self._base)

    def watch(self, event: Mapping[str, Any]) -> None:
        """Take an event of the first run."""
        if event.get("event") == "epoch":
            self.trained = self.clock() - self.began

    def verify(self, first: launch.Result, diagnosis: Diagnosis) -> Verification:
        """Try the fixes of a diagnosis, the likeliest first; Ctrl-C and `cancel` end that, and what was found stays."""
        waiting = candidates(diagnosis)
        cancelled = first.trace.ended.kind == "cancelled"
        try:
            while waiting and not cancelled and self._made < self.count:
                part = min(waiting, key=self._turn)
                waiting.remove(part)
                cancelled = self._try(first, (part,))
            if not cancelled:
                cancelled = self._try_together(first)
        except KeyboardInterrupt:
            cancelled = True
        best = self._best()
        return Verification(
            attempts=tuple(self.attempts),
            best=None if best is None else best.attempt,
            seed=SEED,
            left=len(waiting),
            notes=tuple(self.notes),
            cancelled=cancelled,
        )

    def _turn(self, part: Part) -> tuple[bool, int, int]:
        """Alternatives of one finding follow each other, between those of others; last when one of them helped."""
        helped = any(part.rank == other.rank for tried in self._helpful() for other in tried.attempt.parts)
        return (helped, part.rank + part.finding.fixes.index(part.fix), part.rank)

    def _helpful(self) -> list[_Tried]:
        return [tried for tried in self._tried if tried.attempt.outcome == HELPS]

    # One attempt

    def _try(self, first: launch.Result, parts: tuple[Part, ...]) -> bool:
        """Make an attempt; whether everything is to be ended."""
        number = len(self.attempts) + 1
        changed, problem = change(parts)
        diff = difference(changed, self.home)
        self._made += not problem
        problem = problem or self._unaffordable(first.trace)
        if problem:
            self._tell(number, Attempt(parts, UNTRIED, problem, None, diff))
            return False
        if self.listener is not None:
            self.listener.trying(number, parts)
        result = launch.run(self._asked(first, changed), self._event, None, self.cancel)
        ended = result.trace.ended
        if ended.kind == "cancelled":
            self._tell(number, Attempt(parts, UNTRIED, ended.message or "the run was canceled", None, diff))
            return True
        if ended.kind == "unstarted":
            self._tell(number, Attempt(parts, UNTRIED, ended.message or "the run did not start", None, diff))
            return False
        found = compare(first.trace, result.trace)
        attempt = Attempt(parts, found.outcome, found.told, found.measured, diff)
        self._tried.append(_Tried(attempt, result.trace))
        self._tell(number, attempt)
        return self.cancel is not None and self.cancel.is_set()

    def _event(self, event: Event) -> None:
        if self.listener is not None:
            self.listener.event(event)

    def _tell(self, number: int, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        if self.listener is not None:
            self.listener.tried(number, attempt)

    def _unaffordable(self, trace: Trace) -> str:
        """Why a run makes no sense, or there is no time for it; "" when it can be made."""
        if not comparable(trace):
            return "the first run completed no epoch to compare with"
        needed, left = self._needed(trace), self.seconds - (self.clock() - self.began)
        if left >= needed:
            return ""
        return f"its run takes about {needed:.0f} s, and {max(left, 0):.0f} s of --seconds were left"

    @property
    def _window(self) -> float:
        """Seconds that the first run had until its training was ended."""
        seconds = self.request.budget.seconds
        return seconds * TRAINING if self.request.tests else seconds

    def _needed(self, trace: Trace) -> float:
        if trace.ended.kind == "budget" or not self.trained:
            return self._window
        return min(self._window, SLOWER * self.trained + START)

    def _asked(self, first: launch.Result, changed: Iterable[Changed]) -> launch.Request:
        """The run of an attempt: the same but for the text, the folder that it writes to, and our own tests."""
        request = self.request
        folder = self._scratch.fresh() if self._scratch is not None else None
        seconds = min(self._window, self.seconds - (self.clock() - self.began))
        source, replaced = request.source, dict[str, str]()
        home = os.path.realpath(request.folder)
        for document in (each.after for each in changed):
            path, text = os.path.realpath(document.path), launch.plain(document.text)
            if request.file is not None and path == os.path.realpath(request.file):
                source = text
                continue
            replaced[path] = text
            if folder is not None and path.startswith(os.path.join(home, "")):
                inside = os.path.join(folder, os.path.relpath(path, home))
                replaced[inside] = text  # a module that is found by way of the working folder
        return replace(
            request,
            source=source,
            filename=request.file,
            directory=folder or request.directory,
            python=first.python or request.python,
            budget=replace(request.budget, seconds=seconds, epochs=self._epochs(first.trace)),
            tests=False,
            finish=False,
            replaced=replaced,
        )

    def _epochs(self, trace: Trace) -> int | None:
        """Epochs after which to end: no more are compared than the first run had when its time was up."""
        epochs = self.request.budget.epochs
        once = all(len(model.fits) == 1 and model.trained == "fit" for model in trace.models)
        if trace.ended.kind != "budget" or not once:
            return epochs
        seen = max((len(model.complete) for model in trace.models), default=0)
        return min(seen, epochs or seen) or None

    # Several together

    def _try_together(self, first: launch.Result) -> bool:
        """Where several helped, or the first alone did not: those that did no harm, at once."""
        helpful = self._helpful()
        if not self._tried or (len(helpful) < 2 and self._tried[0] in helpful):
            return False
        among = helpful if len(helpful) > 1 else [*helpful, *(t for t in self._tried if t.attempt.outcome == SAME)]
        parts = compatible(part for tried in among for part in tried.attempt.parts)
        if len(parts) < 2:
            return False
        return self._try(first, parts)

    def _best(self) -> _Tried | None:
        """The attempt that helps most; of those that help alike the first, which is the likeliest and the smallest."""
        best: _Tried | None = None
        for tried in self._helpful():
            if best is None or compare(best.trace, tried.trace).outcome == HELPS:
                best = tried
        return best


def candidates(diagnosis: Diagnosis) -> list[Part]:
    """The fixes of a diagnosis that have edits."""
    return [
        Part(document, finding, fix, rank)
        for rank, (document, finding) in enumerate(diagnosis.ranked, 1)
        for fix in finding.fixes
        if fix.edits
    ]


def compatible(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Those that go together, by rank: one of each finding, and no two that change the same place."""
    taken: list[Part] = []
    for part in sorted(parts, key=lambda part: part.rank):
        if any(part.rank == other.rank for other in taken):
            continue
        beside = [other for other in taken if other.document.path == part.document.path]
        pairs = [(other.finding, other.fix) for other in (*beside, part)]
        if len(fixing.choose(part.document, pairs)) == len(pairs):
            taken.append(part)
    return tuple(taken)


def change(parts: Sequence[Part]) -> tuple[list[Changed], str]:
    """What the documents are with these fixes, and why that cannot be."""
    by_path: dict[str, list[Part]] = {}
    for part in parts:
        by_path.setdefault(part.document.path, []).append(part)
    changed = []
    for mine in by_path.values():
        document = mine[0].document
        if not all(fixing.sound(document, part.fix) for part in mine):
            return [], "its edits do not fit the text"
        try:
            made = fixing.applied_to(document, [(part.finding, part.fix) for part in mine])
        except ValueError:
            return [], "its edits do not fit the text"
        if made is None:
            return [], "it would break the syntax"
        if made[0].text == document.text:
            return [], "it changes nothing"
        changed.append(Changed(document, *made))
    return changed, ""


def difference(changed: Iterable[Changed], home: str = "") -> str:
    """What `git apply` takes in the folder `home`; "" for cells that are in no file."""
    return "".join(
        fixing.diff(_shown(each.before.path, home), fixing.source(each.before), each.text)
        for each in changed
        if not each.before.cells or unchanged(each.before)
    )


def _shown(path: str, home: str) -> str:
    """A path relative to a folder where it lies inside."""
    return os.path.realpath(path).removeprefix(os.path.join(os.path.realpath(home or os.getcwd()), ""))


def unchanged(document: Document) -> bool:
    """Whether the file still is what the document was made of."""
    try:
        with open(document.path, "rb") as stream:
            return stream.read() == files.encode(document, fixing.source(document))
    except (OSError, ValueError, LookupError):
        return False


# What it means for the diagnosis


def verified(diagnosis: Diagnosis, verification: Verification) -> Diagnosis:
    """The diagnosis with what trying its fixes showed.

    Each finding has a note of it, a fix that helps comes first of its finding, and the finding with the best fix is the
    likeliest cause: changing it changed the result.
    """
    new: dict[int, Finding] = {}
    for document, finding in diagnosis.ranked:
        mine = [attempt for attempt in verification.attempts if _about(attempt, document, finding)]
        if mine:
            new[id(finding)] = _noted(finding, mine, verification.best)
    ranked = [(document, new.get(id(finding), finding)) for document, finding in diagnosis.ranked]
    best = verification.best
    if best is not None:
        first = {part.rank for part in best.parts}
        ranked = [ranked[rank - 1] for rank in sorted(first)] + [
            pair for rank, pair in enumerate(ranked, 1) if rank not in first
        ]
    verdict = diagnosis.verdict if best is None else replace(diagnosis.verdict, first=_advice(best))
    return replace(
        diagnosis,
        verdict=verdict,
        reports=tuple(_updated(report, new) for report in diagnosis.reports),
        ranked=tuple(ranked),
    )


def _updated(report: Report, new: Mapping[int, Finding]) -> Report:
    return replace(report, findings=tuple(new.get(id(finding), finding) for finding in report.findings))


def _about(attempt: Attempt, document: Document, finding: Finding) -> bool:
    return any(part.finding is finding and part.document is document for part in attempt.parts)


def _noted(finding: Finding, attempts: Sequence[Attempt], best: Attempt | None) -> Finding:
    notes = list(finding.notes)
    for attempt in attempts:
        if attempt.outcome == HELPS:
            notes.append(Note(f"verified: {attempt.title}: {attempt.told}"))
        elif attempt.outcome != UNTRIED:
            harm = "" if attempt.outcome == WORSE else f"{attempt.outcome}: "
            notes.append(Note(f"tried: {attempt.title}: {harm}{attempt.told}"))
    helped = [attempt for attempt in attempts if attempt.outcome == HELPS]
    helped.sort(key=lambda attempt: (attempt is not best, len(attempt.parts)))
    first = [part.fix for attempt in helped for part in attempt.parts if part.finding is finding]
    fixes = tuple(dict.fromkeys([*first, *finding.fixes]))
    return replace(finding, notes=tuple(notes), fixes=fixes)


def _advice(best: Attempt) -> str:
    tips = [f"{place(part)}: {part.fix.title[:1].lower()}{part.fix.title[1:]}" for part in best.parts]
    return f"{'; '.join(tips)} (verified: {best.told})"


def place(part: Part) -> str:
    """The line of a fix in words: that of its first edit."""
    where = part.document.locate(min(edit.span.start for edit in part.fix.edits))
    return f"line {where.line}" if where.cell is None else f"cell {where.cell}, line {where.line}"


# Writing


def apply(verification: Verification, settings: Settings) -> Verification:
    """Write the best attempt to its files, all or none; `refused` tells why it was not."""
    try:
        return replace(verification, applied=_written(verification, settings))
    except Refused as reason:
        return replace(verification, refused=str(reason))


def _written(verification: Verification, settings: Settings) -> tuple[str, ...]:
    best = verification.best
    if best is None:
        raise Refused("no fix that was tried helps, so nothing was written")
    for part in best.parts:
        finding = part.finding
        if part.fix.safety is Safety.SHOWN:
            raise Refused(f"`{part.fix.title}` is only a suggestion: the diff is there for `git apply`")
        if not settings.may_fix(finding.rule, finding.code, finding.family):
            raise Refused(f"the settings do not let fixes of `{finding.rule}` be written (fixable, unfixable)")
    changed, problem = change(best.parts)
    if problem:
        raise Refused(problem)
    for each in changed:
        if not unchanged(each.before):
            raise Refused(f"{each.before.path} changed since it was read, so nothing was written")
    done: list[str] = []
    for each in changed:
        try:
            fixing.write(each.before, each.text)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            partly = f"; written: {', '.join(done)}" if done else ""
            raise Refused(f"{each.before.path} could not be written ({reason}){partly}") from None
        done.append(each.before.path)
    return tuple(done)
