"""Many runs: what is lost is tried again, whoever dies; the same on this machine and on a cluster of dask."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from default_lint.lab.runs import Outcome, Task, perform
from default_lint.lab.schedule import BROKEN, Pool, run_all, slurm
from default_lint.lab.scores import Scoring

ROOT = Path(__file__).parents[2]


def task(number: int, source: str = "") -> Task:
    return Task(f"p-{number}", source, "train.py", number, Scoring("accuracy"))


class Threads:
    """Workers that die when the task's function says so."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(2)
        self.under_way = self.most = self.died = 0

    def capacity(self) -> int:
        return 2

    def submit(self, perform: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        future = self.executor.submit(perform, task)
        future.add_done_callback(lambda _: setattr(self, "under_way", self.under_way - 1))
        return future

    def renew(self, future: Future[Outcome]) -> None:
        self.died += 1

    def close(self) -> None:
        self.executor.shutdown()


def good(task: Task) -> Outcome:
    return Outcome(task.key, task.seed, "ok", score=task.seed / 10)


def pool(perform: Callable[[Task], Outcome], workers: Any = None, **options: Any) -> Pool:
    return Pool(perform=perform, made=workers or Threads(), **options)


def test_tasks_may_come_while_others_are_done() -> None:
    workers = Threads()
    seen = []
    with pool(good, workers) as made:
        for number in range(5):
            made.submit(task(number))
        for outcome in made.done():
            seen.append(outcome.key)
            if outcome.seed < 5:
                made.submit(task(outcome.seed + 5))
        assert len(made) == 0
    assert sorted(seen) == sorted(f"p-{number}" for number in range(10))
    assert workers.most <= 2


@pytest.mark.parametrize(("retry", "tries"), [(0, 1), (1, 2), (3, 4)])
def test_a_lost_run_is_tried_again_and_then_recorded(retry: int, tries: int) -> None:
    made: list[str] = []

    def lost(task: Task) -> Outcome:
        made.append(task.key)
        return Outcome(task.key, task.seed, "lost" if task.seed == 1 else "crash")

    with pool(lost, retry=retry) as two:
        for number in range(3):
            two.submit(task(number))
        outcomes = {outcome.key: outcome.status for outcome in two.done()}
    assert outcomes == {"p-0": "crash", "p-1": "lost", "p-2": "crash"}
    assert [made.count(f"p-{number}") for number in range(3)] == [1, tries, 1]


def test_a_task_under_which_workers_die_is_given_up_at_last() -> None:
    def dies(task: Task) -> Outcome:
        if task.seed == 1:
            raise OSError("the worker has died")
        return good(task)

    workers = Threads()
    with pool(dies, workers) as made:
        for number in range(3):
            made.submit(task(number))
        outcomes = {outcome.key: (outcome.status, outcome.error) for outcome in made.done()}
    assert outcomes == {"p-0": ("ok", ""), "p-1": ("lost", "OSError: the worker has died"), "p-2": ("ok", "")}
    assert workers.died == BROKEN + 1


@pytest.mark.parametrize(
    ("cluster", "told"),
    [("dask", "unknown cluster"), ("k8s://x", "unknown cluster"), ("slurm://?cpus=3", "unknown option of slurm: cpus")],
)
def test_a_cluster_that_is_not_known(cluster: str, told: str) -> None:
    pytest.importorskip("dask_jobqueue")
    with pytest.raises(ValueError, match=told):
        Pool(cluster)


# Real workers

DEATHS = "DEFAULT_LINT_TEST_DEATHS"


def mortal(task: Task) -> Outcome:
    """The worker of the third task is killed at the first try."""
    mark = Path(os.environ[DEATHS]) / task.key
    if task.seed == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.1)
    return good(task)


@pytest.fixture
def deaths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DEATHS, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.fixture
def cluster(deaths: Path) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
        yield made.scheduler_address.replace("tcp://", "dask://")


@pytest.fixture
def where(request: pytest.FixtureRequest, deaths: Path) -> str | None:
    """None for this machine, or the address of a cluster."""
    if request.param == "loky":
        pytest.importorskip("loky")
        return None
    return str(request.getfixturevalue("cluster"))


@pytest.mark.slow
@pytest.mark.parametrize("where", ["loky", "dask"], indirect=True)
def test_a_worker_that_is_killed_loses_nothing(where: str | None, deaths: Path) -> None:
    with Pool(where, workers=2, perform=mortal) as made:
        for number in range(6):
            made.submit(task(number))
        outcomes = sorted(made.done(), key=lambda outcome: outcome.seed)
    assert outcomes == [good(task(number)) for number in range(6)]
    assert [path.name for path in deaths.iterdir() if path.name.startswith("p-")] == ["p-2"]


HOST = """
import sys
from default_lint.lab import runs, schedule
from default_lint.lab.scores import Scoring
source = "import time; time.sleep(999)"
tasks = [runs.Task(str(number), source, "a.py", 1, Scoring("r2")) for number in range(2)]
if __name__ == "__main__":
    list(schedule.run_all(tasks, workers=2))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_pool(number: signal.Signals, tmp_path: Path) -> None:
    pytest.importorskip("loky")
    script = tmp_path / "host.py"
    script.write_text(HOST, encoding="utf-8")
    environment = {**os.environ, "KERAS_BACKEND": "numpy", "PYTHONPATH": str(ROOT)}
    host = subprocess.Popen([sys.executable, script], env=environment, stderr=subprocess.DEVNULL)
    watched = psutil.Process(host.pid)
    until = time.monotonic() + 240
    while time.monotonic() < until:
        children = watched.children(recursive=True)
        if sum("warm.serve" in argument for child in children for argument in cmdline(child)) == 6:
            break  # two times who waits, the zygote, the script
        time.sleep(0.1)
    else:
        pytest.fail("the runs did not begin")
    host.send_signal(number)
    host.wait(60)
    assert psutil.wait_procs(children, 30)[1] == []


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


SCRIPT = """
import keras
import numpy as np

keras.utils.set_random_seed(1)
x_test = np.random.default_rng(3).normal(size=(64, 3)).astype("float32")
y_test = x_test[:, 0]
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x_test, y_test, epochs=2, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.slow
def test_a_cluster_gives_the_same_rows(cluster: str) -> None:
    pytest.importorskip("loky")
    tasks = [Task(f"p-{seed}", SCRIPT, "train.py", seed, Scoring("r2")) for seed in range(2)]
    rows = []
    for where in (None, cluster):
        outcomes = sorted(run_all(tasks, where, workers=2), key=lambda outcome: outcome.seed)
        rows.append([(outcome.key, outcome.status, outcome.score, logs(outcome)) for outcome in outcomes])
    assert rows[0] == rows[1]
    assert [row[1] for row in rows[0]] == ["ok", "ok"]
    assert rows[0][0][2] != rows[0][1][2]


def logs(outcome: Outcome) -> list[object]:
    return [(epoch.logs, epoch.measures) for model in outcome.read().models for epoch in model.epochs]


def test_the_script_of_a_job_of_slurm() -> None:
    pytest.importorskip("dask_jobqueue")
    cluster, jobs = slurm("slurm://?jobs=3&cores=4&memory=16GiB&walltime=01:30:00&queue=long&account=lab")
    with cluster:
        script = cluster.job_script()
    assert jobs == 3
    directives = {line for line in script.splitlines() if line.startswith("#SBATCH")}
    assert directives >= {
        "#SBATCH -p long",
        "#SBATCH -A lab",
        "#SBATCH -n 1",
        "#SBATCH --cpus-per-task=4",
        "#SBATCH --mem=16G",
        "#SBATCH -t 01:30:00",
    }
    assert "--nworkers 4" in script
    assert "--nthreads 1" in script


def test_the_module_function_is_what_a_pool_performs() -> None:
    assert pool(good).perform is good
    assert Pool(made=Threads()).perform is perform
