"""Many runs at once: in processes of this machine (loky), or on a cluster that dask knows.

    with Pool() as pool:
        for task in tasks:
            pool.submit(task)
        for outcome in pool.done():
            ...  # may submit more

`cluster` says where: None, "dask://HOST:PORT" for a scheduler of dask.distributed, "slurm" or
"slurm://?jobs=4&queue=long" for jobs of Slurm that dask-jobqueue submits (docs/lab.md, "On a cluster").
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from importlib import import_module
from types import FrameType, TracebackType
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit
from weakref import WeakSet

from default_lint.lab.runs import Outcome, Task, perform

BROKEN = 5  # times that the workers under a task may die before it is given up; the task is not to blame
POLL = 1.0  # s between two looks at whether workers have come, or the parent has gone
AHEAD = 2  # tasks for each worker of a cluster, so that none waits for the network
SLURM = {"jobs": "1", "cores": "1", "memory": "", "walltime": "04:00:00"}
PASSED = ("queue", "account", "interface", "python", "local_directory", "log_directory")  # to dask-jobqueue as they are
MEMORY = 4  # GiB for each core of a job, where nothing is said

Perform = Callable[[Task], Outcome]


class Workers(Protocol):
    """Those who make the runs."""

    def capacity(self) -> int:
        """Tasks that may be under way at once."""

    def submit(self, perform: Perform, task: Task) -> Future[Outcome]:
        """Begin a task."""

    def renew(self, future: Future[Outcome]) -> None:
        """The worker that had this task has died."""

    def close(self) -> None:
        """End all workers at once."""


class Local:
    """Processes of this machine. When one dies, loky ends the others too, and all are started anew."""

    def __init__(self, workers: int | None = None) -> None:
        self.loky = import_module("loky")
        self.workers: int = workers or self.loky.cpu_count()
        self.executor: Any = None
        self.futures: WeakSet[Future[Outcome]] = WeakSet()  # of the executor that there is now

    def capacity(self) -> int:
        """As many as there are processes: what waits here cannot be lost with one of them."""
        return self.workers

    def submit(self, perform: Perform, task: Task) -> Future[Outcome]:
        """Begin a task; a pool that has just broken is replaced."""
        if self.executor is None:
            self.executor = self.loky.ProcessPoolExecutor(self.workers, initializer=leash, initargs=(os.getpid(),))
        try:
            future: Future[Outcome] = self.executor.submit(perform, task)
        except self.loky.process_executor.BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        self.futures.add(future)
        return future

    def renew(self, future: Future[Outcome]) -> None:
        """Start anew with the next task; others that were lost at the same time tell nothing new."""
        if future in self.futures:
            self.close()

    def close(self) -> None:
        """End the processes; the runs in them end with them."""
        executor, self.executor = self.executor, None
        self.futures.clear()
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)


def leash(parent: int) -> None:
    """In a worker: end when the parent is gone, in whatever way."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL)
        os._exit(1)

    threading.Thread(target=watch, name="leash", daemon=True).start()


class Dask:
    """Workers of a dask cluster, which may come and go; dask moves the tasks of one that is gone to another.

    cluster: address of a scheduler, or a cluster that is closed with this.
    """

    def __init__(self, cluster: Any) -> None:
        self.cluster = None if isinstance(cluster, str) else cluster
        self.client: Any = import_module("distributed").Client(cluster, set_as_default=False)
        self.executor: Any = self.client.get_executor(pure=False)

    def capacity(self) -> int:
        """A few for each thread of the workers that are there now."""
        threads: int = sum(self.client.nthreads().values())
        return AHEAD * max(1, threads)

    def submit(self, perform: Perform, task: Task) -> Future[Outcome]:
        """Begin a task."""
        future: Future[Outcome] = self.executor.submit(perform, task)
        return future

    def renew(self, future: Future[Outcome]) -> None:
        """Nothing to do: dask starts its workers itself."""

    def close(self) -> None:
        """Drop what is under way, and leave; a cluster of our own ends."""
        self.executor.shutdown(wait=False)
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


def slurm(address: str) -> tuple[Any, int]:
    """The cluster, without jobs yet, and the number of jobs of an address "slurm://?jobs=4&cores=8&memory=32GiB&walltime=04:00:00&queue=long".

    Every core of a job is a worker process of its own. Raises ValueError for an option that is unknown.
    """
    given = dict(parse_qsl(urlsplit(address).query, strict_parsing=True)) if "?" in address else {}
    unknown = sorted(set(given) - set(SLURM) - set(PASSED))
    if unknown:
        raise ValueError(f"unknown option of slurm: {', '.join(unknown)}; known are {', '.join([*SLURM, *PASSED])}")
    options = {**SLURM, **given}
    cores, jobs = int(options.pop("cores")), int(options.pop("jobs"))
    memory = options.pop("memory") or f"{MEMORY * cores}GiB"
    cluster = import_module("dask_jobqueue").SLURMCluster(cores=cores, processes=cores, memory=memory, **options)
    return cluster, jobs


def workers_of(cluster: str | None, workers: int | None) -> Workers:
    """Those who make the runs. Raises ValueError for a cluster of an unknown kind."""
    if cluster is None:
        return Local(workers)
    kind, _, rest = cluster.partition("://")
    if kind == "dask" and rest:
        return Dask(f"tcp://{rest}")
    if kind == "slurm":
        jobs, count = slurm(cluster)
        jobs.adapt(minimum_jobs=count, maximum_jobs=count)  # a job that is gone comes again
        return Dask(jobs)
    raise ValueError(f"unknown cluster {cluster}: dask://HOST:PORT or slurm://?OPTIONS is meant")


class Pool:
    """Takes tasks and gives back outcomes as they come.

    A task whose outcome is "lost" is tried again, `retry` times. `perform` and `made` stand in for what makes a run
    and for the workers, in tests. Use it in one thread, as a context: at its end nothing that it has started is left,
    and SIGTERM ends it as Ctrl-C does.
    """

    def __init__(
        self,
        cluster: str | None = None,
        workers: int | None = None,
        retry: int = 1,
        perform: Perform = perform,
        made: Workers | None = None,
    ) -> None:
        self.workers = workers_of(cluster, workers) if made is None else made
        self.retry = retry
        self.perform = perform
        self.waiting: deque[Task] = deque()
        self.running: dict[Future[Outcome], Task] = {}
        self.lost: dict[str, int] = {}
        self.broken: dict[str, int] = {}
        self.before: Any = None
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self.before = signal.signal(signal.SIGTERM, terminated)

    def submit(self, task: Task) -> None:
        """Add a task; it begins as soon as a worker is free and `done` is asked."""
        self.waiting.append(task)

    def __len__(self) -> int:
        """Tasks whose outcome has not come yet."""
        return len(self.waiting) + len(self.running)

    def done(self) -> Iterator[Outcome]:
        """The outcomes, until none is outstanding; tasks may be submitted meanwhile."""
        while len(self):
            self._fill()
            finished = wait(self.running, timeout=POLL, return_when=FIRST_COMPLETED).done
            outcomes = [outcome for future in finished if (outcome := self._outcome(future)) is not None]
            self._fill()  # before whoever asks takes their time
            yield from outcomes

    def _fill(self) -> None:
        room = self.workers.capacity() - len(self.running) if self.waiting else 0
        for _ in range(min(room, len(self.waiting))):
            task = self.waiting.popleft()
            self.running[self.workers.submit(self.perform, task)] = task

    def _outcome(self, future: Future[Outcome]) -> Outcome | None:
        """What came of a task; None when it is tried again."""
        task = self.running.pop(future)
        try:
            outcome = future.result()
            tries, limit = self.lost, self.retry
        except Exception as error:
            self.workers.renew(future)
            outcome = Outcome(task.key, task.seed, "lost", f"{type(error).__name__}: {error}".partition("\n")[0])
            tries, limit = self.broken, BROKEN
        if outcome.status != "lost":
            return outcome
        tries[task.key] = tries.get(task.key, 0) + 1
        if tries[task.key] > limit:
            return outcome
        self.waiting.appendleft(task)
        return None

    def close(self) -> None:
        """End everything, whatever is under way."""
        self.waiting.clear()
        self.running.clear()
        self.workers.close()
        if self.before is not None:
            signal.signal(signal.SIGTERM, self.before)
            self.before = None

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def terminated(number: int, frame: FrameType | None) -> None:
    """Leave as Ctrl-C does, through every `finally`."""
    raise SystemExit(128 + number)


def run_all(
    tasks: Iterable[Task], cluster: str | None = None, workers: int | None = None, retry: int = 1
) -> Iterator[Outcome]:
    """The outcomes of the tasks as they come, in no order."""
    with Pool(cluster, workers, retry) as pool:
        for task in tasks:
            pool.submit(task)
        yield from pool.done()
