"""The Python that a script is run with: the user's own, the one that has Keras."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from default_lint.frozen import dataclass

OLDEST = (3, 9)
PATIENCE = 120.0  # s for an interpreter to say who it is; a cold network disk takes its time
# Asked of the interpreter itself. Looks for packages without importing them, and not in the current folder.
QUESTION = """
import sys
sys.path[:1] = []
found = []
if sys.version_info >= (3, 4):
    from importlib.util import find_spec
    for name in ("keras", "tf_keras", "tensorflow"):
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(name)
import json
print("\\n" + json.dumps([list(sys.version_info[:2]), found]))
"""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter that answered: its file, version, and which of keras, tf_keras and tensorflow it has."""

    path: str
    version: tuple[int, int]
    packages: tuple[str, ...]


class NoInterpreter(Exception):
    """No interpreter can run the script, told in one sentence."""


def find(
    wanted: str | None, directory: str, environment: Mapping[str, str], *, keras: bool = True
) -> tuple[Interpreter, str]:
    """The interpreter to use, and a note about the choice ("" when there is nothing to say).

    `wanted` is a file, a command or an environment's folder. Without it the first that has Keras is taken of: the
    activated environment (`VIRTUAL_ENV`, `CONDA_PREFIX`), a `.venv` in the folder or above, the Python of
    default-lint, and the one on PATH. With `keras=False` the first that answers is taken.

    Raises:
        NoInterpreter: there is none, it does not start, it is too old or has no Keras.
    """
    if wanted is not None:
        path = _named(wanted, environment)
        if path is None:
            raise NoInterpreter(f"there is no Python interpreter {wanted}")
        answer = ask(path, directory, environment)
        if isinstance(answer, str):
            raise NoInterpreter(answer)
        _check(answer, keras)
        return answer, ""
    passed: list[str] = []
    for path in _candidates(directory, environment):
        answer = ask(path, directory, environment)
        try:
            if isinstance(answer, str):
                raise NoInterpreter(answer)
            _check(answer, keras)
        except NoInterpreter as reason:
            passed.append(str(reason))
            continue
        return answer, f"{passed[0]}; {path} is used" if passed else ""
    raise NoInterpreter("; ".join(passed) or "there is no Python interpreter here")


def ask(path: str, directory: str, environment: Mapping[str, str]) -> Interpreter | str:
    """Who an interpreter is, or why it does not say."""
    try:
        done = subprocess.run(
            [path, "-c", QUESTION],
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{path} does not answer"
    except (OSError, ValueError) as error:
        return f"{path} cannot be started ({getattr(error, 'strerror', None) or error})"
    try:
        version, packages = json.loads(done.stdout.splitlines()[-1])
        return Interpreter(path, (int(version[0]), int(version[1])), tuple(map(str, packages)))
    except (IndexError, ValueError, TypeError):
        return f"{path} is no Python that works (exit code {done.returncode})"


def _check(interpreter: Interpreter, keras: bool) -> None:
    major, minor = interpreter.version
    if interpreter.version < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise NoInterpreter(f"{interpreter.path} is Python {major}.{minor}; a run needs {needed} or newer")
    if keras and not interpreter.packages:
        raise NoInterpreter(f"{interpreter.path} (Python {major}.{minor}) has no Keras")


def _named(wanted: str, environment: Mapping[str, str]) -> str | None:
    if os.path.isdir(wanted):
        return _inside(wanted)
    found = shutil.which(wanted, path=environment.get("PATH"))
    return os.path.abspath(found) if found else None


def _inside(folder: str) -> str | None:
    """The interpreter of an environment, by its folder."""
    for name in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        path = os.path.abspath(os.path.join(folder, name))
        if os.path.isfile(path):
            return path
    return None


def _candidates(directory: str, environment: Mapping[str, str]) -> Iterator[str]:
    folders = [environment.get("VIRTUAL_ENV"), environment.get("CONDA_PREFIX")]
    here = Path(directory).absolute()
    folders += [str(folder / ".venv") for folder in (here, *here.parents)]
    paths = [_inside(folder) for folder in folders if folder]
    paths.append(sys.executable or None)
    paths += [shutil.which(name, path=environment.get("PATH")) for name in ("python3", "python")]
    seen: set[str] = set()
    for path in paths:
        if path is not None and path not in seen:
            seen.add(path)
            yield path
