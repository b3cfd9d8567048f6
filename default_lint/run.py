"""Many files: cached reports, several processes when it pays, one stable order, and no file that takes others down."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from default_lint.files import Target, Trouble, discover, load, peek
from default_lint.settings import Resolver, Settings

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from default_lint.cache import Cache
    from default_lint.findings import Report

SERIAL = 20  # so many files are checked sooner than a second process has started
CHUNK = 4
AHEAD = 8  # chunks for each worker

Progress = Callable[[int, int], None]


class Job(NamedTuple):
    """One file to check in some process; `content` is the hash of what was seen of it, "" without a cache."""

    target: Target
    settings: Settings
    content: str = ""


def check_files(
    paths: Iterable[str],
    resolver: Resolver,
    *,
    jobs: int = 0,
    cache: bool = True,
    progress: Progress | None = None,
) -> Iterator[Report]:
    """Check everything below `paths` and yield reports in a stable order.

    A file that does not mention Keras yields none; trouble with a file is a report with `trouble`. `progress` is
    called with the number of files done and the number of all.
    """
    store = Store(cache)
    ready: list[Report | Job] = []
    total = 0
    for found in discover(paths, resolver):
        total += 1
        entry = _first_look(found, resolver, store)
        if entry is not None:
            ready.append(entry)
    done = total - sum(isinstance(entry, Job) for entry in ready)
    pending = [entry for entry in ready if isinstance(entry, Job)]
    results = check_jobs(pending, jobs)
    try:
        for entry in ready:
            report: Report | None
            if isinstance(entry, Job):
                report = next(results)
                done += 1
                if report is not None:
                    store.put(entry, report)
            else:
                report = entry
            if progress is not None:
                progress(done, total)
            if report is not None:
                yield report
    finally:
        results.close()
        store.save()


class Store:
    """The cache, imported when the first file asks for it."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._cache: Cache | None = None

    def get(self, target: Target, settings: Settings, data: bytes) -> Report | Job:
        """The kept report of a file, or the job to check it."""
        if not self._on or not settings.cache:
            return Job(target, settings)
        if self._cache is None:
            from default_lint.cache import Cache

            self._cache = Cache()
        content = self._cache.content(data)
        return self._cache.get(target.path, settings, data, content) or Job(target, settings, content)

    def put(self, job: Job, report: Report) -> None:
        """Keep a report of a file that was looked up before."""
        if self._cache is not None and job.content:
            self._cache.put(job.target.path, job.settings, report, job.content)

    def save(self) -> None:
        """Write what is new."""
        if self._cache is not None:
            self._cache.save()


def _first_look(found: Target | Trouble, resolver: Resolver, store: Store) -> Report | Job | None:
    """What is known about a file without parsing: its cached report, trouble, or None when it is not about Keras."""
    if isinstance(found, Trouble):
        return trouble_report(found)
    settings = resolver.directory(os.path.dirname(os.path.abspath(found.path))).settings
    data = peek(found.path, settings.max_file_size, found.explicit)
    if data is None:
        return None
    return trouble_report(data) if isinstance(data, Trouble) else store.get(found, settings, data)


def trouble_report(trouble: Trouble) -> Report:
    """A report that holds only trouble."""
    from default_lint.findings import Report
    from default_lint.text import Document

    return Report(Document(trouble.path, ""), trouble=(trouble.message,))


def check_one(job: Job) -> Report | None:
    """Check one file in this process; whatever goes wrong becomes trouble of this file."""
    try:
        loaded = load(job.target.path, job.settings.max_file_size, job.target.explicit)
        if loaded is None:
            return None
        if isinstance(loaded, Trouble):
            return trouble_report(loaded)
        from default_lint.engine import check

        return check(loaded, job.settings)
    except MemoryError:
        return trouble_report(Trouble(job.target.path, "ran out of memory"))
    except Exception as error:
        message = f"internal error: {type(error).__name__}: {error}"
        return trouble_report(Trouble(job.target.path, message))


def _check_chunk(chunk: Sequence[Job]) -> list[Report | None]:
    return [check_one(job) for job in chunk]


def check_jobs(pending: Sequence[Job], jobs: int = 0) -> Generator[Report | None, None, None]:
    """The reports of `pending` in order; None for a file that turned out not to be about Keras."""
    workers = min(jobs or _processors(), -(-len(pending) // CHUNK))
    if len(pending) < SERIAL or workers < 2:
        yield from map(check_one, pending)
        return
    chunks = [pending[start : start + CHUNK] for start in range(0, len(pending), CHUNK)]
    yield from _in_processes(chunks, workers)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(chunks: Sequence[Sequence[Job]], workers: int) -> Iterator[Report | None]:
    """Keep a queue of chunks ahead of the reader, long enough that one slow file does not leave a worker idle.

    When a worker dies, everything in the queue is lost without telling whose fault it was: those files are checked
    again one at a time, and a new pool takes the rest.
    """
    from concurrent.futures.process import BrokenProcessPool

    waiting = deque(chunks)
    queue: deque[tuple[Sequence[Job], Future[list[Report | None]]]] = deque()
    pool = _pool(workers)
    try:
        while waiting or queue:
            try:
                while waiting and len(queue) < AHEAD * workers:
                    queue.append((waiting[0], pool.submit(_check_chunk, waiting[0])))
                    waiting.popleft()
                reports = queue[0][1].result()
            except BrokenProcessPool:
                lost = [job for chunk, _ in queue for job in chunk]
                queue.clear()
                pool.shutdown()
                yield from _one_at_a_time(lost)
                pool = _pool(workers)
                continue
            queue.popleft()
            yield from reports
        pool.shutdown()  # nothing is left to wait for; unwaited, the interpreter may find the pool half closed at exit
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one_at_a_time(lost: Sequence[Job]) -> Iterator[Report | None]:
    """Check files in a process of their own, so that a crash has a name."""
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(1)
    try:
        for job in lost:
            try:
                yield from pool.submit(_check_chunk, [job]).result()
            except BrokenProcessPool:
                yield trouble_report(Trouble(job.target.path, "the process that checked it crashed"))
                pool.shutdown()
                pool = _pool(1)
        pool.shutdown()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(workers, mp_context=_context(), initializer=_start_worker)


def _context() -> Any:
    """A forked worker shares our imports; with other threads about, forking is not safe and a server does it."""
    import multiprocessing
    import sys
    import threading

    methods = multiprocessing.get_all_start_methods()
    if sys.platform == "linux" and threading.active_count() == 1:
        import default_lint.engine  # noqa: F401  (before the fork, once for all workers)

        return multiprocessing.get_context("fork")
    if "forkserver" in methods:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["default_lint.engine"])
        return context
    return multiprocessing.get_context("spawn")


def _start_worker() -> None:
    """Leave Ctrl-C to the parent."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
