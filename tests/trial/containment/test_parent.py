"""Nothing of a run outlives the process that asked for it, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trial.containment.stand_in import MARK, Runs, marked, wait_for

ROOT = Path(__file__).parents[3]

SCRIPT = """\
import os, signal, tempfile, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for index in range(6):
    if os.fork() == 0:
        if index % 2:
            os.setsid()
        break
open(f"ready{os.getpid()}", "w").write(tempfile.gettempdir())
time.sleep(10**6)
"""

PARENT = """\
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in the background
from default_lint.trial.launch import Request, run
result = run(Request(script={script!r}, python=sys.executable, probe={probe!r}, keras=False, namespaces={namespaces}))
print(result.trace.ended.kind, result.trace.ended.message)
"""


def start(runs: Runs, namespaces: bool) -> subprocess.Popen[bytes]:
    """A process that runs the script, once all seven processes of the script are there."""
    runs.script.write_text(SCRIPT, encoding="utf-8")
    code = PARENT.format(script=str(runs.script), probe=str(runs.probe), namespaces=namespaces)
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, MARK: runs.mark, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert wait_for(lambda: len(list(runs.folder.glob("ready*"))) == 7)
    return parent


def scratch(runs: Runs) -> Path:
    """The folder of temporary files of the run."""
    return Path(next(runs.folder.glob("ready*")).read_text()).parent


@pytest.mark.parametrize("namespaces", [True, False])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGABRT])
def test_a_parent_that_is_killed_leaves_nothing(runs: Runs, number: signal.Signals, namespaces: bool) -> None:
    parent = start(runs, namespaces)
    assert len(runs.alive()) >= 8
    parent.send_signal(number)
    parent.communicate()
    assert wait_for(lambda: not marked(runs.mark)), runs.alive()
    assert wait_for(lambda: not scratch(runs).exists())


@pytest.mark.parametrize("namespaces", [True, False])
def test_control_c_ends_the_run_and_tells_what_was_seen(runs: Runs, namespaces: bool) -> None:
    parent = start(runs, namespaces)
    parent.send_signal(signal.SIGINT)
    told = parent.communicate()[0].decode()
    assert told == "cancelled the run was ended with Ctrl-C\n"
    assert marked(runs.mark) == []
    assert not scratch(runs).exists()


@pytest.mark.parametrize("namespaces", [True, False])
def test_a_parent_whose_line_leaked_to_another_process_leaves_nothing_either(runs: Runs, namespaces: bool) -> None:
    """A child of the parent that holds the pipe to the keeper open: the system tells the keeper of the death then."""
    runs.script.write_text(SCRIPT, encoding="utf-8")
    code = (
        "import os, threading, time\n"
        "def leak():\n"
        f"    while len([n for n in os.listdir({str(runs.folder)!r}) if n.startswith('ready')]) < 7: time.sleep(0.02)\n"
        "    if os.fork() == 0:\n"
        f"        open(os.path.join({str(runs.folder)!r}, 'leaked'), 'w').write(str(os.getpid()))\n"
        "        time.sleep(600)\n"
        "        os._exit(0)\n"
        "threading.Thread(target=leak, daemon=True).start()\n"
    ) + PARENT.format(script=str(runs.script), probe=str(runs.probe), namespaces=namespaces)
    environment = {**os.environ, MARK: runs.mark, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL)
    leaked = runs.folder / "leaked"
    assert wait_for(lambda: leaked.exists() and leaked.read_text())
    holder = int(leaked.read_text())
    parent.kill()
    parent.wait()
    try:
        assert wait_for(lambda: runs.alive() == [holder]), runs.alive()
    finally:
        os.kill(holder, signal.SIGKILL)


@pytest.mark.parametrize("namespaces", [True, False])
def test_a_keeper_that_is_killed_takes_the_script_along(runs: Runs, namespaces: bool) -> None:
    parent = start(runs, namespaces)
    keeper = next(pid for pid in runs.alive() if parent_of(pid) == parent.pid)
    os.kill(keeper, signal.SIGKILL)
    told = parent.communicate()[0].decode()
    assert told == "signal the process that watches the run was killed\n"
    assert wait_for(lambda: not marked(runs.mark)), runs.alive()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
