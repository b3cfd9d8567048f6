"""How a run ended, where the child said so before its own tests or its process did not end at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trial.containment.stand_in import Runs


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 11)", "os._exit(0)"])
def test_a_crash_of_our_own_tests_is_not_the_end_of_the_script(runs: Runs, end: str) -> None:
    result = runs.run(
        "import os\nepoch(0)\nemit('finished', kind='error', message='of the script', code=1, seconds=2.0)\n"
        f"emit('testing', model=0, name='x')\n{end}\n"
    )
    assert (result.trace.ended.kind, result.trace.ended.message) == ("error", "of the script")
    assert "the tests of the model were cut short" in result.trace.notes
    assert [event["event"] for event in result.events].count("finished") == 0
    assert result.trace.seconds == 2.0


@pytest.mark.parametrize(("threads", "told"), [(0, False), (1, True)])
def test_only_threads_are_told_of_when_a_process_ends_late(
    runs: Runs, threads: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("default_lint.trial.launch.LINGER", 0.2)
    text = f"import time\nemit('ended', kind='finished', code=0, seconds=1.0, threads={threads})\ntime.sleep(10**6)\n"
    trace = runs.run(text).trace
    assert trace.ended.kind == "finished"
    assert any("a thread left running" in note for note in trace.notes) == told
