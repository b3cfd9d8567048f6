"""The workspace of the lab: what is written is there once and whole, whatever ends the writer."""

from __future__ import annotations

import gzip
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from default_lint.lab.runs import Outcome
from default_lint.lab.store import Workspace

TRACE = gzip.compress(b'{"event":"trace","format":1,"script":"a.py","sources":{}}\n' * 50, mtime=0)


def outcome(program: str = "p", seed: int = 1, **fields: Any) -> Outcome:
    usual: dict[str, Any] = {"status": "ok", "error": "", "line": 0, "score": 0.5, "seconds": 1.25, "trace": TRACE}
    return Outcome(key=f"{program}-{seed}", seed=seed, **{**usual, **fields})


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def workspace(tmp_path: Path, told: list[str]) -> Workspace:
    return Workspace(tmp_path / "work", told.append)


def files(workspace: Workspace) -> list[Path]:
    return sorted(path for path in workspace.path.rglob("*") if path.is_file())


class TestPrograms:
    def test_come_back_by_id(self, workspace: Workspace) -> None:
        for name in ("b", "a"):
            workspace.put({"id": name, "code": "x = 'ü'\n", "scores": [0.1, None], "spans": [[0, 3]]})
        assert [program["id"] for program in workspace.programs()] == ["a", "b"]
        assert workspace.program("a") == {"id": "a", "code": "x = 'ü'\n", "scores": [0.1, None], "spans": [[0, 3]]}
        assert workspace.program("c") is None

    def test_the_last_record_stands(self, workspace: Workspace) -> None:
        workspace.put({"id": "a", "verdict": None})
        workspace.put({"id": "a", "verdict": "faulty"})
        assert workspace.programs() == [{"id": "a", "verdict": "faulty"}]

    def test_need_an_id(self, workspace: Workspace) -> None:
        with pytest.raises(KeyError):
            workspace.put({"code": ""})

    def test_any_id_is_a_file_name(self, workspace: Workspace) -> None:
        workspace.put({"id": "../a b/%-ü"})
        assert [program["id"] for program in workspace.programs()] == ["../a b/%-ü"]
        assert all(workspace.path in path.resolve().parents for path in files(workspace))

    def test_a_damaged_one_is_not_there(self, workspace: Workspace, told: list[str]) -> None:
        workspace.put({"id": "a"})
        workspace.put({"id": "b"})
        next(workspace.path.rglob("a.json.gz")).write_bytes(b"nothing")
        assert [program["id"] for program in workspace.programs()] == ["b"]
        assert workspace.program("a") is None
        assert len(told) == 1 and "the program a counts as not done" in told[0]


class TestRuns:
    def test_come_back_as_they_were(self, workspace: Workspace) -> None:
        first = outcome(seed=10)
        second = outcome(seed=2, status="crash", error="ValueError: ü", line=7, score=None, trace=None)
        assert workspace.add(first)
        assert workspace.add(second)
        assert workspace.outcomes("p") == [second, first]
        assert workspace.outcome("p-10") == first
        assert workspace.outcome("p-3") is None
        assert workspace.outcomes("q") == []

    def test_a_score_that_is_no_number(self, workspace: Workspace) -> None:
        workspace.add(outcome(score=math.nan))
        (back,) = workspace.outcomes("p")
        assert back.score is not None and math.isnan(back.score)

    def test_are_found_by_their_key(self, workspace: Workspace) -> None:
        workspace.add(outcome())
        assert workspace.has("p-1")
        assert not workspace.has("p-11")
        assert not workspace.has("other-1")

    def test_a_program_whose_name_begins_like_another(self, workspace: Workspace) -> None:
        workspace.add(outcome("p"))
        workspace.add(outcome("p-1", 1))
        assert [found.key for found in workspace.outcomes("p")] == ["p-1"]
        assert [found.key for found in workspace.outcomes("p-1")] == ["p-1-1"]
        assert workspace.keys() == ["p-1", "p-1-1"]

    def test_none_is_counted_twice(self, workspace: Workspace) -> None:
        assert workspace.add(outcome(score=0.5))
        assert not workspace.add(outcome(score=0.6))
        assert [found.score for found in workspace.outcomes("p")] == [0.5]

    def test_a_lost_one_makes_room(self, workspace: Workspace) -> None:
        lost = outcome(status="lost", score=None, trace=None)
        assert workspace.add(lost)
        assert workspace.has("p-1")
        assert not workspace.add(lost)
        assert workspace.add(outcome())
        assert not workspace.add(lost)
        assert workspace.outcomes("p") == [outcome()]

    def test_are_text_for_people(self, workspace: Workspace) -> None:
        workspace.add(outcome())
        lines = gzip.decompress(next(workspace.path.rglob("p-1.json.gz")).read_bytes()).splitlines()
        assert b'"status":"ok"' in lines[0]
        assert lines[1].startswith(b'{"event":"trace"')

    def test_another_process_sees_them(self, workspace: Workspace) -> None:
        other = Workspace(workspace.path)
        assert not other.has("p-1")
        workspace.add(outcome())
        assert other.has("p-1")


class TestDamage:
    @pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
    def test_a_file_that_was_cut_is_not_done(self, workspace: Workspace, told: list[str], share: float) -> None:
        workspace.add(outcome())
        workspace.add(outcome(seed=2))
        path = next(workspace.path.rglob("p-1.json.gz"))
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        fresh = Workspace(workspace.path, told.append)
        assert not fresh.has("p-1")
        assert [found.seed for found in fresh.outcomes("p")] == [2]
        assert len(told) == 1 and "p-1" in told[0] and "counts as not done" in told[0]
        assert fresh.add(outcome())
        assert fresh.has("p-1")

    def test_every_byte_counts(self, workspace: Workspace) -> None:
        workspace.add(outcome(trace=TRACE[:40]))
        path = next(workspace.path.rglob("p-1.json.gz"))
        content = path.read_bytes()
        mild = 0
        for place in range(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
            fresh = Workspace(workspace.path, lambda message: None)
            if fresh.has("p-1"):
                assert fresh.outcome("p-1") == outcome(trace=TRACE[:40])
                mild += 1
        assert mild <= 10  # bytes of the gzip header that mean nothing

    def test_one_that_was_seen_whole_is_looked_at_again(self, workspace: Workspace, told: list[str]) -> None:
        workspace.add(outcome())
        assert workspace.has("p-1")
        path = next(workspace.path.rglob("p-1.json.gz"))
        path.write_bytes(path.read_bytes()[:-1])
        assert not workspace.has("p-1")

    def test_a_file_under_the_name_of_another(self, workspace: Workspace, told: list[str]) -> None:
        workspace.add(outcome())
        path = next(workspace.path.rglob("p-1.json.gz"))
        path.rename(path.with_name("p-2.json.gz"))
        assert not workspace.has("p-2")
        assert workspace.outcomes("p") == []
        assert "it holds another run" in told[0]

    def test_it_is_said_on_the_error_stream(self, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        workspace.add(outcome())
        next(workspace.path.rglob("p-1.json.gz")).write_bytes(b"")
        assert not Workspace(workspace.path).has("p-1")
        assert capsys.readouterr().err.count("\n") == 1


class TestUnfinished:
    def test_a_full_disk_leaves_nothing(self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*names: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", full)
            with pytest.raises(OSError, match="No space"):
                workspace.add(outcome())
        assert files(workspace) == []
        assert workspace.add(outcome())

    def test_what_a_killed_process_left_is_swept_up_later(self, workspace: Workspace) -> None:
        old, young = (workspace.path / "new" / name for name in ("old", "young"))
        old.write_bytes(b"")
        young.write_bytes(b"")
        os.utime(old, (0, 0))
        Workspace(workspace.path)
        assert files(workspace) == [young]
        assert workspace.keys() == []

    @pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
    def test_killed_at_any_moment_it_loses_the_run_in_progress_only(self, tmp_path: Path) -> None:
        path = tmp_path / "work"
        script = (
            "import sys, itertools\n"
            "from default_lint.lab.store import Workspace\n"
            "from default_lint.lab.runs import Outcome\n"
            "workspace = Workspace(sys.argv[1])\n"
            "for seed in itertools.count():\n"
            "    workspace.add(Outcome(f'p-{seed}', seed, 'ok', '', 0, 0.5, 1.0, bytes(20000)))\n"
            "    print(seed, flush=True)\n"
        )
        for _ in range(3):
            with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                process.stdout.readline()
                time.sleep(0.15)
                process.send_signal(signal.SIGKILL)
                told = process.stdout.read().split()
            damaged: list[str] = []
            workspace = Workspace(path, damaged.append)
            done = [found.seed for found in workspace.outcomes("p")]
            assert damaged == []
            assert done == list(range(len(done)))
            assert len(done) >= (int(told[-1]) + 1 if told else 1)
