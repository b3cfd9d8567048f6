"""What a script uses beyond its limits ends it, together with everything that it has started."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from default_lint.trial.launch import Limits
from tests.trial.containment.stand_in import Runs, wait_for

MIB = 1 << 20
# With namespaces, and watched from outside as where there are none.
BOTH = pytest.mark.parametrize("namespaces", [True, False])

FORKS = """\
import os, time
for index in range(20):
    if os.fork() == 0:
        if index % 2:
            os.setsid()
        if index % 4 == 3 and os.fork():
            os._exit(0)
        time.sleep(10**6)
        os._exit(0)
epoch(0)
"""


@BOTH
def test_children_left_behind_are_ended_those_of_other_sessions_too(runs: Runs, namespaces: bool) -> None:
    trace = runs.run(FORKS, namespaces=namespaces).trace
    assert trace.ended.kind == "finished"
    assert "20 processes that the script left running were ended" in trace.notes
    assert runs.alive() == []


@BOTH
def test_children_end_with_a_script_that_is_killed(runs: Runs, namespaces: bool) -> None:
    text = FORKS + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(10**6)\n"
    trace = runs.run(text, seconds=4.0, limits=Limits(grace=0.3), namespaces=namespaces).trace
    assert trace.ended.kind == "hang"
    assert len(trace.models[0].epochs) == 1
    assert runs.alive() == []


@BOTH
def test_children_end_when_the_run_is_canceled(runs: Runs, namespaces: bool) -> None:
    cancel = threading.Event()

    def stop(event: dict[str, object]) -> None:
        if event["event"] == "epoch":
            cancel.set()

    trace = runs.run(FORKS + "time.sleep(10**6)\n", on_event=stop, cancel=cancel, namespaces=namespaces).trace
    assert (trace.ended.kind, trace.ended.message) == ("cancelled", "the run was canceled")
    assert len(trace.models[0].epochs) == 1
    assert runs.alive() == []


@BOTH
def test_a_bomb_of_forks(runs: Runs, namespaces: bool) -> None:
    # The loop ends by itself at 150 processes, so that a keeper that fails does no harm.
    text = (
        "import os, time\nfor _ in range(150):\n    if os.fork() == 0:\n        time.sleep(10**6)\ntime.sleep(10**6)\n"
    )
    trace = runs.run(text, limits=Limits(processes=40), namespaces=namespaces).trace
    assert trace.ended.kind == "limit"
    assert trace.ended.message == "the script used more than 40 processes, and was killed"
    assert runs.alive() == []


def test_a_bomb_of_threads(runs: Runs) -> None:
    text = (
        "import threading, time\nfor _ in range(80):\n"
        "    threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()\ntime.sleep(10**6)\n"
    )
    ended = runs.run(text, limits=Limits(threads=50)).trace.ended
    assert (ended.kind, ended.message) == ("limit", "the script used more than 50 threads, and was killed")


@BOTH
def test_memory(runs: Runs, namespaces: bool) -> None:
    text = "import time\nepoch(0)\nkept = [bytearray(b'x' * 10**7) for _ in range(50)]\ntime.sleep(10**6)\n"
    trace = runs.run(text, limits=Limits(memory=300 * MIB), namespaces=namespaces).trace
    assert trace.ended.kind == "limit"
    assert trace.ended.message == "the script used more than 300 MiB of memory, and was killed"
    assert len(trace.models[0].epochs) == 1


def test_memory_of_all_processes_together(runs: Runs) -> None:
    text = (
        "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n"
        "        kept = b'x' * 10**8\n        time.sleep(10**6)\ntime.sleep(10**6)\n"
    )
    assert runs.run(text, limits=Limits(memory=300 * MIB)).trace.ended.kind == "limit"


def test_pages_that_processes_share_count_once(runs: Runs) -> None:
    text = (
        "import os, time\nkept = b'x' * 10**8\nchildren = []\nfor _ in range(6):\n    pid = os.fork()\n"
        "    if not pid:\n        time.sleep(1)\n        os._exit(0)\n    children.append(pid)\n"
        "for pid in children:\n    os.waitpid(pid, 0)\n"
    )
    assert runs.run(text, limits=Limits(memory=300 * MIB)).trace.ended.kind == "finished"


def test_files_that_are_only_looked_into_are_no_memory(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"x" * (200 * MIB))
    text = (
        "import mmap, time\nfile = open('data', 'rb')\ndata = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
        "print(sum(data[i] for i in range(0, len(data), 4096)))\ntime.sleep(1)\n"
    )
    assert runs.run(text, limits=Limits(memory=100 * MIB)).trace.ended.kind == "finished"


WRITES = """\
import os
for number in range(1000):
    with open(f"file{number}", "wb") as stream:
        stream.write(b"x" * (10 << 20))
        stream.flush()
        os.fsync(stream.fileno())
"""


@BOTH
def test_writing_ten_gigabytes_in_many_files(runs: Runs, tmp_path: Path, namespaces: bool) -> None:
    trace = runs.run(WRITES, limits=Limits(written=100 * MIB), namespaces=namespaces).trace
    assert trace.ended.kind == "limit"
    assert trace.ended.message == "the script used more than 100 MiB written to files, and was killed"
    assert sum(file.stat().st_size for file in tmp_path.glob("file*")) < 5000 * MIB


def test_writing_by_children_that_have_ended_counts(runs: Runs) -> None:
    text = (
        "import os\nfor number in range(500):\n    pid = os.fork()\n    if not pid:\n"
        "        with open(f'file{number}', 'wb') as stream:\n            stream.write(b'x' * (10 << 20))\n"
        "        os._exit(0)\n    os.waitpid(pid, 0)\n"
    )
    assert runs.run(text, limits=Limits(written=100 * MIB)).trace.ended.kind == "limit"


def test_writing_to_shared_memory_counts_and_is_gone_afterwards(runs: Runs) -> None:
    name = f"default-lint-{runs.mark}"
    text = f"import time\nopen('/dev/shm/{name}', 'wb').write(b'x' * (60 << 20))\ntime.sleep(10**6)\n"
    ended = runs.run(text, limits=Limits(written=50 * MIB), seconds=300.0).trace.ended
    leftover = Path("/dev/shm", name)
    existed = leftover.exists()
    leftover.unlink(missing_ok=True)
    assert ended.kind == "limit"
    assert not existed or not isolated()


def test_one_large_file_is_refused(runs: Runs, tmp_path: Path) -> None:
    text = "with open('large', 'wb') as stream:\n    for _ in range(1000):\n        stream.write(b'x' * (10 << 20))\n"
    trace = runs.run(text, limits=Limits(file=20 * MIB)).trace
    assert trace.ended.kind == "error"
    assert "File too large" in trace.ended.message
    assert any("during a run, and one wanted more" in note for note in trace.notes)
    assert (tmp_path / "large").stat().st_size == 20 * MIB


def test_printing_a_hundred_megabytes(runs: Runs) -> None:
    shown: list[tuple[str, bytes]] = []
    text = "line = 'x' * 999\nfor _ in range(100_000): print(line)\nprint('the end')\n"
    result = runs.run(
        text,
        limits=Limits(output=2_000_000),
        on_output=lambda name, data: shown.append((name, data)),
        environment={"PYTHONUNBUFFERED": ""},
    )
    assert result.trace.ended.kind == "finished"
    assert sum(len(data) for name, data in shown if name == "stdout") == 2_000_000
    notices = [data for name, data in shown if name == "stderr"]
    assert notices == [b"\n[the script wrote more than 2 MB; the rest is not shown]\n"]
    assert "the script wrote more than 2 MB; the rest is not shown" in result.trace.notes
    assert result.stdout.endswith("the end\n")
    assert len(result.stdout) <= 1 << 16


def isolated() -> bool:
    """True where a run has its own namespaces here: tried with a plain command."""
    from default_lint.trial import isolation

    return isolation._tried(isolation.Separation(True, True, False)) == "" or (
        isolation._tried(isolation.Separation(True, True, True)) == ""
    )


CONNECTS = """\
import socket
for family, address in ((socket.AF_INET, "{host}"),):
    try:
        socket.create_connection((address, {port}), 20).close()
        print("connected")
    except OSError as error:
        print("refused", error)
"""


@pytest.mark.parametrize("network", [False, True])
def test_the_network_is_off_unless_asked_for(runs: Runs, network: bool) -> None:
    """A server of ours stands for the network: it listens on this machine, outside of the run's own loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        result = runs.run(CONNECTS.format(host=host, port=port), network=network)
    off = "refused" in result.stdout
    said = any("network could not be turned off" in note for note in result.trace.notes)
    assert off == (not network and not said)
    assert off or network or not isolated()


def test_a_network_that_stays_on_is_said(runs: Runs) -> None:
    notes = runs.run("", namespaces=False).trace.notes
    assert "the network could not be turned off for the run (namespaces are not wanted)" in notes
    assert (
        "the run has no process namespace of its own, it is watched from outside (namespaces are not wanted)" in notes
    )


def test_processes_of_a_run_talk_over_loopback(runs: Runs) -> None:
    text = (
        "import socket\nserver = socket.create_server(('localhost', 0))\n"
        "socket.create_connection(server.getsockname(), 20).close()\n"
    )
    assert runs.run(text).trace.ended.kind == "finished"


def test_a_script_that_wanted_the_network_is_told_why_it_failed(runs: Runs) -> None:
    text = "raise OSError('[Errno 101] Network is unreachable')\n"
    assert any("which is off during a run" in note for note in runs.run(text).trace.notes)
    assert not any("which is off" in note for note in runs.run(text, network=True).trace.notes)


def test_files_keep_their_owner_and_the_script_its_user(runs: Runs, tmp_path: Path) -> None:
    runs.run("import os\nopen('made', 'w').close()\nprint(os.getuid(), os.getgid())\n")
    made = (tmp_path / "made").stat()
    ours = (tmp_path / "train.py").stat()
    assert (made.st_uid, made.st_gid) == (ours.st_uid, ours.st_gid)


def test_no_core_is_dumped_and_nothing_is_compiled_beside_the_script(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import os\n")
    text = "import sys\nsys.path.insert(0, '.')\nimport helper\nhelper.os.abort()\n"
    before = {"helper.py", "train.py", runs.probe.name}
    assert runs.run(text).trace.ended.kind == "signal"
    assert {file.name for file in tmp_path.iterdir()} == before


def test_temporary_files_are_gone_afterwards(runs: Runs) -> None:
    text = (
        "import os, tempfile\nhandle, path = tempfile.mkstemp()\nos.chmod(os.path.dirname(path), 0o500)\nprint(path)\n"
    )
    result = runs.run(text)
    path = Path(result.stdout.strip())
    assert path.parts[-3].startswith("dlint-")
    assert wait_for(lambda: not path.parent.parent.exists())


def test_a_grandchild_that_keeps_the_output_open_holds_nobody_up(runs: Runs) -> None:
    text = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(10**6)'], start_new_session=True)\n"
        "print('done')\n"
    )
    result = runs.run(text)
    assert result.trace.ended.kind == "finished"
    assert result.stdout == "done\n"
    assert runs.alive() == []


def test_the_interpreter_of_the_script_is_the_one_asked_for(runs: Runs) -> None:
    result = runs.run("import sys\nprint(sys.executable)\n")
    assert result.python == sys.executable
    assert result.stdout.strip() == sys.executable
