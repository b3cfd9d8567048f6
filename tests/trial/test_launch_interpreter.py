"""Which Python runs a script."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from default_lint.trial import interpreter
from default_lint.trial.interpreter import Interpreter, NoInterpreter, find

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stand-ins are shell scripts")


def python(path: Path, *packages: str, version: str = "3, 11") -> Path:
    """An interpreter of that name that claims to have these packages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ", ".join(f'"{name}"' for name in packages)
    path.write_text(f"#!/bin/sh\necho {shlex.quote(f'[[{version}], [{names}]]')}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def own_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Python of default-lint, without Keras."""
    own = python(tmp_path / "own" / "python")
    monkeypatch.setattr(sys, "executable", str(own))
    return own


def test_the_activated_environment_comes_first(tmp_path: Path) -> None:
    active = python(tmp_path / "venv" / "bin" / "python", "keras")
    python(tmp_path / "conda" / "bin" / "python", "keras")
    python(tmp_path / ".venv" / "bin" / "python", "keras")
    environment = {"VIRTUAL_ENV": str(tmp_path / "venv"), "CONDA_PREFIX": str(tmp_path / "conda"), "PATH": "/bin"}
    found, note = find(None, str(tmp_path), environment)
    assert found == Interpreter(str(active), (3, 11), ("keras",))
    assert note == ""


def test_conda_counts_as_activated(tmp_path: Path) -> None:
    conda = python(tmp_path / "conda" / "bin" / "python", "tensorflow")
    found, _ = find(None, str(tmp_path), {"CONDA_PREFIX": str(tmp_path / "conda"), "PATH": "/bin"})
    assert found.path == str(conda)


def test_an_environment_without_keras_is_passed_over_and_that_is_said(tmp_path: Path) -> None:
    bare = python(tmp_path / "venv" / "bin" / "python", version="3, 12")
    beside = python(tmp_path / ".venv" / "bin" / "python", "keras")
    folder = tmp_path / "project" / "scripts"
    folder.mkdir(parents=True)
    found, note = find(None, str(folder), {"VIRTUAL_ENV": str(tmp_path / "venv"), "PATH": "/bin"})
    assert found.path == str(beside)
    assert note == f"{bare} (Python 3.12) has no Keras; {beside} is used"


def test_our_own_python_before_the_one_on_the_path(tmp_path: Path, own_python: Path) -> None:
    python(own_python, "keras")
    python(tmp_path / "bin" / "python3", "keras")
    found, _ = find(None, str(tmp_path), {"PATH": str(tmp_path / "bin")})
    assert found.path == str(own_python)


def test_the_python_on_the_path(tmp_path: Path) -> None:
    on_path = python(tmp_path / "bin" / "python3", "tf_keras")
    found, _ = find(None, str(tmp_path), {"PATH": f"{tmp_path / 'bin'}{os.pathsep}/bin"})
    assert found.path == str(on_path)


def test_no_keras_anywhere_names_every_python_that_was_asked(tmp_path: Path, own_python: Path) -> None:
    bare = python(tmp_path / "venv" / "bin" / "python")
    with pytest.raises(NoInterpreter) as caught:
        find(None, str(tmp_path), {"VIRTUAL_ENV": str(tmp_path / "venv"), "PATH": str(tmp_path)})
    assert str(caught.value) == f"{bare} (Python 3.11) has no Keras; {own_python} (Python 3.11) has no Keras"


def test_a_python_that_was_asked_for_is_taken_or_refused(tmp_path: Path) -> None:
    bare = python(tmp_path / "venv" / "bin" / "python")
    with pytest.raises(NoInterpreter, match=r"\(Python 3\.11\) has no Keras$"):
        find(str(bare), str(tmp_path), {"PATH": "/bin"})
    assert find(str(bare), str(tmp_path), {"PATH": "/bin"}, keras=False)[0].path == str(bare)


def test_an_environment_may_be_named_by_its_folder_and_a_python_by_its_command(tmp_path: Path) -> None:
    made = python(tmp_path / "venv" / "bin" / "python", "keras")
    assert find(str(tmp_path / "venv"), str(tmp_path), {"PATH": "/bin"})[0].path == str(made)
    assert find("python", str(tmp_path), {"PATH": f"{made.parent}{os.pathsep}/bin"})[0].path == str(made)


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    old = python(tmp_path / "python", "keras", version="3, 8")
    with pytest.raises(NoInterpreter, match=r"is Python 3\.8; a run needs 3\.9 or newer"):
        find(str(old), str(tmp_path), {"PATH": "/bin"})


def test_what_is_no_python_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    with pytest.raises(NoInterpreter, match=r"is no Python that works \(exit code 7\)"):
        find(str(broken), str(tmp_path), {"PATH": "/bin"})
    broken.write_bytes(b"\x00\x01")
    with pytest.raises(NoInterpreter, match="cannot be started"):
        find(str(broken), str(tmp_path), {"PATH": "/bin"})
    with pytest.raises(NoInterpreter, match="there is no Python interpreter"):
        find(str(tmp_path / "none"), str(tmp_path), {"PATH": "/bin"})
    with pytest.raises(NoInterpreter, match="there is no Python interpreter"):
        find(str(tmp_path), str(tmp_path), {"PATH": "/bin"})


def test_a_true_python_tells_its_packages_without_importing_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    packages = tmp_path / "packages"
    (packages / "tf_keras").mkdir(parents=True)
    (packages / "tf_keras" / "__init__.py").write_text("raise SystemExit('imported')\n")
    here = tmp_path / "here"
    here.mkdir()
    (here / "tensorflow.py").write_text("raise SystemExit('imported')\n")  # the user's file is no package
    (here / "json.py").write_text("raise SystemExit('imported')\n")
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    answer = interpreter.ask(sys.executable, str(here), environment)
    assert isinstance(answer, Interpreter)
    assert answer.version == sys.version_info[:2]
    assert "tf_keras" in answer.packages
    elsewhere = interpreter.ask(sys.executable, str(tmp_path), environment)
    assert elsewhere == answer
