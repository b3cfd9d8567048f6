"""Many files: order, cache, processes, and files that take their process down."""

from __future__ import annotations

import os
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from default_lint import run
from default_lint.findings import Confidence, Finding, Report, Severity
from default_lint.run import check_files
from default_lint.settings import Resolver, Settings
from default_lint.text import Document, Span

forks = pytest.mark.skipif(sys.platform != "linux", reason="the stand-in for the engine is shared by forking")


def fake_check(document: Document, settings: Settings, trace: object = None) -> Report:
    """One finding per file, that tells the process; some words do harm instead."""
    if "CRASH" in document.text:
        os._exit(139)
    if "MEMORY" in document.text:
        raise MemoryError
    if "ERROR" in document.text:
        raise RuntimeError("it broke")
    finding = Finding("a-rule", "ACT101", Span(0, 6), str(os.getpid()), Severity.ERROR, Confidence.HIGH, "activation")
    return Report(document, (finding,))


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    engine = types.ModuleType("default_lint.engine")
    engine.check = fake_check  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "default_lint.engine", engine)
    monkeypatch.setattr("default_lint.engine", engine, raising=False)
    # A test runner has threads of its own; the ones of these tests do not mind a fork.
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    return


def files(root: Path, count: int, **special: str) -> list[str]:
    names = [f"f{number:03}.py" for number in range(count)]
    for name in names:
        word = special.get(name.removesuffix(".py"), "")
        (root / name).write_text(f"import keras  # {word}\n", encoding="utf-8")
    return names


def check(root: Path, *, cache: bool = False, jobs: int = 2) -> list[Report]:
    return list(check_files([str(root)], Resolver(isolated=True), cache=cache, jobs=jobs))


def names(reports: list[Report]) -> list[str]:
    return [Path(report.document.path).name for report in reports]


def test_few_files_stay_in_this_process(tmp_path: Path) -> None:
    expected = files(tmp_path, 5)
    reports = check(tmp_path)
    assert names(reports) == expected
    assert {report.findings[0].message for report in reports} == {str(os.getpid())}


@forks
def test_many_files_go_to_several_processes_in_order(tmp_path: Path) -> None:
    expected = files(tmp_path, 50)
    reports = check(tmp_path)
    assert names(reports) == expected
    workers = {report.findings[0].message for report in reports}
    assert str(os.getpid()) not in workers
    assert names(check(tmp_path, jobs=1)) == expected


def test_files_without_keras_yield_nothing(tmp_path: Path) -> None:
    files(tmp_path, 2)
    (tmp_path / "plain.py").write_text("x = 1\n", encoding="utf-8")
    steps: list[tuple[int, int]] = []
    reports = check_files(
        [str(tmp_path)], Resolver(isolated=True), cache=False, progress=lambda *step: steps.append(step)
    )
    assert len(list(reports)) == 2
    assert steps[-1] == (3, 3)


def test_trouble_keeps_its_place(tmp_path: Path) -> None:
    files(tmp_path, 3)
    (tmp_path / "f001.py").write_bytes(b"keras = '\xff'")
    reports = check(tmp_path)
    assert [report.trouble for report in reports] == [(), ("line 1 is not valid utf-8",), ()]
    missing = list(check_files([str(tmp_path / "none.py")], Resolver(isolated=True)))
    assert [report.trouble for report in missing] == [("no such file or directory",)]


def test_an_error_is_trouble_of_its_file(tmp_path: Path) -> None:
    files(tmp_path, 3, f001="ERROR", f002="MEMORY")
    assert [report.trouble for report in check(tmp_path)] == [
        (),
        ("internal error: RuntimeError: it broke",),
        ("ran out of memory",),
    ]


@forks
def test_a_crash_loses_only_its_file(tmp_path: Path) -> None:
    expected = files(tmp_path, 40, f004="CRASH", f005="CRASH", f033="CRASH")
    reports = check(tmp_path)
    assert names(reports) == expected
    lost = [name for name, report in zip(names(reports), reports, strict=True) if report.trouble]
    assert lost == ["f004.py", "f005.py", "f033.py"]
    assert reports[4].trouble == ("the process that checked it crashed",)
    assert all(report.findings for report in reports if not report.trouble)


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    files(tmp_path, 30)
    reports = check_files([str(tmp_path)], Resolver(isolated=True), cache=False, jobs=2)
    next(reports)
    reports.close()  # type: ignore[attr-defined]


def test_the_cache_spares_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    expected = files(tmp_path, 4)
    first = check(tmp_path, cache=True)
    assert (tmp_path / ".default_lint_cache").is_dir()
    monkeypatch.setattr(sys.modules["default_lint.engine"], "check", None)
    again = check(tmp_path, cache=True)
    assert names(again) == expected
    assert again == first
    assert all("internal error" in report.trouble[0] for report in check(tmp_path))


def test_the_cache_can_be_off(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files(tmp_path, 2)
    check(tmp_path, cache=False)
    list(check_files([str(tmp_path)], Resolver({"cache": False}, isolated=True)))
    assert not (tmp_path / ".default_lint_cache").exists()


def test_a_notebook_is_checked_as_one(tmp_path: Path) -> None:
    cell = '{"cell_type": "code", "source": "import keras"}'
    (tmp_path / "n.ipynb").write_text(f'{{"cells": [{cell}, {cell}]}}', encoding="utf-8")
    (report,) = check(tmp_path)
    assert len(report.document.cells) == 2


def test_the_start_method_is_safe_with_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert run._context().get_start_method() != "fork"
