"""The table of processes, from /proc and from `ps`, and what processes use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from default_lint.trial import isolation, processes
from default_lint.trial.keeper import size
from default_lint.trial.processes import GIB, Process, Tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")

SLEEPS = "import time; print(flush=True); time.sleep(600)"
FAMILY = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); time.sleep(600)"


@pytest.fixture
def family() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a child; both have started when it is given."""
    parent = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, start_new_session=True)
    assert parent.stdout is not None
    parent.stdout.readline()
    yield parent
    try:
        os.killpg(parent.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    parent.communicate()


READERS = pytest.mark.parametrize(
    "read",
    [
        pytest.param(
            processes._from_proc, marks=pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc")
        ),
        processes._from_ps,
    ],
)


@READERS
def test_the_table_knows_parents_and_sizes(read: object, family: subprocess.Popen[bytes]) -> None:
    assert callable(read)
    table = read()
    assert table[family.pid].parent == os.getpid()
    assert table[family.pid].resident > 1 << 20
    assert not table[family.pid].zombie
    assert [process.pid for process in table.values() if process.parent == family.pid]


@READERS
def test_a_tree_has_grandchildren_and_not_its_root(
    read: object, family: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "table", read)
    pids = [process.pid for process in Tree(os.getpid()).look()]
    assert family.pid in pids
    assert os.getpid() not in pids
    assert os.getppid() not in pids
    assert len([process for process in Tree(family.pid).look() if not process.zombie]) == 1


def row(pid: int, parent: int, started: str = "then") -> tuple[int, Process]:
    return pid, Process(pid, parent, started, False, 1, 0)


def test_a_process_that_was_adopted_elsewhere_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = iter([dict([row(5, 1), row(6, 5), row(7, 6)]), dict([row(5, 1), row(7, 1), row(8, 7), row(9, 1)])])
    monkeypatch.setattr(processes, "table", lambda: next(tables))
    tree = Tree(5)
    assert [process.pid for process in tree.look()] == [6, 7]
    assert [process.pid for process in tree.look()] == [7, 8]


def test_a_number_that_is_used_again_is_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = iter([dict([row(5, 1), row(6, 5)]), dict([row(5, 1), row(6, 1, "later")])])
    monkeypatch.setattr(processes, "table", lambda: next(tables))
    tree = Tree(5)
    tree.look()
    assert tree.look() == []


def test_a_name_with_blanks_and_parentheses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.isdir("/proc/self"):
        pytest.skip("no /proc")
    odd = tmp_path / "a) R 1 (b"
    odd.symlink_to(os.path.realpath("/bin/sleep"))
    child = subprocess.Popen([str(odd), "600"])
    try:
        assert processes._from_proc()[child.pid].parent == os.getpid()
    finally:
        child.kill()
        child.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_memory_and_writing_are_measured(tmp_path: Path) -> None:
    code = (
        "import os, sys\nkept = b'x' * (50 << 20)\nstream = open(sys.argv[1], 'wb')\n"
        "stream.write(b'x' * (20 << 20))\nstream.flush()\nos.fsync(stream.fileno())\nprint(flush=True)\ninput()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "file")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    shared = processes.Shared([str(tmp_path)])
    own, wrote = processes.own_memory([child.pid]), processes.written([child.pid])
    child.communicate(b"\n")
    assert 50 << 20 <= own < 200 << 20
    assert wrote >= 20 << 20 or shared.mounts
    assert processes.own_memory([child.pid]) == processes.written([child.pid]) == 0


def test_memory_in_an_old_and_in_a_new_kernel(tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.write_text(
        "00400000-ffff r--p 00000000 [rollup]\nRss:  900 kB\nPss:\t 300 kB\nPss_Anon: 20 kB\nPss_Shmem: 3 kB\n"
    )
    assert processes._sum(str(rows), (b"Pss_Anon:", b"Pss_Shmem:")) == 23 * 1024
    rows.write_text("Rss:  900 kB\nPss:  300 kB\n")
    assert processes._sum(str(rows), (b"Pss_Anon:", b"Pss_Shmem:")) == 300 * 1024


def test_the_usual_limit_on_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "machine_memory", lambda: 64 * GIB)
    assert processes.usual_memory() == 8 * GIB
    monkeypatch.setattr(processes, "machine_memory", lambda: 5 * GIB)
    assert processes.usual_memory() == 4 * GIB
    monkeypatch.setattr(processes, "machine_memory", lambda: None)
    assert processes.usual_memory() == 8 * GIB


def test_sizes_for_people() -> None:
    assert [size(count) for count in (0, 1023, 1536, 300 << 20, 8 << 30, 5 << 40)] == [
        "0 bytes",
        "1023 bytes",
        "1.5 KiB",
        "300 MiB",
        "8 GiB",
        "5120 GiB",
    ]


def test_a_system_without_namespaces_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(wanted: isolation.Separation) -> str:
        return "Operation not permitted"

    monkeypatch.setattr(isolation, "_tried", refused)
    monkeypatch.setattr(sys, "platform", "linux")
    done, notes = isolation.separate(network=True)
    assert done == isolation.Separation()
    assert notes == [
        "the network could not be turned off for the run (Operation not permitted)",
        "the run has no process namespace of its own, it is watched from outside (Operation not permitted)",
    ]
    assert isolation.separate(network=False)[1] == notes[1:]


def test_what_gives_most_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a network namespace, and that in a user namespace, is possible here."""
    entered: list[isolation.Separation] = []

    def tried(wanted: isolation.Separation) -> str:
        return "" if wanted == isolation.Separation(False, True, True) else "No space left on device"

    monkeypatch.setattr(isolation, "_tried", tried)
    monkeypatch.setattr(isolation, "_enter", entered.append)
    monkeypatch.setattr(sys, "platform", "linux")
    done, notes = isolation.separate(network=True)
    assert entered == [done] == [isolation.Separation(processes=False, network=True, user=True)]
    assert notes == [
        "the run has no process namespace of its own, it is watched from outside (No space left on device)"
    ]
