"""Where the lab keeps what it knows: a workspace while the corpus is built, and the tables that are made from it.

`export` makes the tables, `read` gives them back: see `default_lint.lab.tables`. A `Workspace` is a folder with one
file for each program and one for each run. Each is written beside its place and then renamed, so that whatever ends
this process, what was written stays whole, and a run is there once or not at all. `restore` begins a workspace with
what tables hold, so that another machine can go on from them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from default_lint.lab.tables import BASE, Corpus, CorpusError, export, outcomes, read, records

if TYPE_CHECKING:
    from default_lint.lab.runs import Outcome

FORMAT = 1
ENDING = ".json.gz"
ABANDONED = 3600.0  # s after which a file that was never renamed belongs to nobody
PLAIN = ("key", "seed", "status", "error", "line", "score", "seconds")  # of an outcome, all but its trace

Record = dict[str, Any]
Tell = Callable[[str], None]


class Damaged(Exception):
    """A file of the workspace that is not whole."""


def tell(message: str) -> None:
    """Say it to people."""
    sys.stderr.write(message + "\n")


class Workspace:
    """The programs and runs so far. Several processes may read and write it at the same time.

    A file that is damaged counts as not there; `on_damage` is told once for each.
    """

    def __init__(self, path: str | os.PathLike[str], on_damage: Tell = tell) -> None:
        self.path = Path(path)
        self.on_damage = on_damage
        self._told: set[Path] = set()
        self._whole: dict[Path, tuple[int, int, bool, bool]] = {}
        self._count = 0
        for folder in ("programs", "runs", "new"):
            (self.path / folder).mkdir(parents=True, exist_ok=True)
        self._sweep()

    def put(self, program: Mapping[str, Any]) -> None:
        """Write a program's record, in place of the one with the same "id"."""
        text = json.dumps(program, separators=(",", ":"))
        self._write(self._program(str(program["id"])), gzip.compress(text.encode(), mtime=0))

    def program(self, program: str) -> Record | None:
        """The record of a program; None when there is none."""
        return self._record(self._program(program))

    def programs(self) -> list[Record]:
        """All records of programs, by their id."""
        records = (self._record(path) for path in self._files("programs"))
        return sorted((record for record in records if record is not None), key=lambda record: str(record["id"]))

    def add(self, outcome: Outcome) -> bool:
        """Write what a run gave; False when the run is there already.

        One that was lost makes room for a later one, and one without a trace for one that has it.
        """
        path, trace = self._run(outcome.key), outcome.trace
        lost = outcome.status == "lost"
        if self._check(path, lost=lost, bare=lost or trace is None):
            return False
        head = {name: getattr(outcome, name) for name in PLAIN}
        head["format"] = FORMAT
        head["trace"] = None if trace is None else [len(trace), zlib.crc32(trace)]
        line = json.dumps(head, separators=(",", ":")).encode() + b"\n"
        self._write(path, gzip.compress(line, mtime=0) + (trace or b""))
        return True

    def has(self, key: str) -> bool:
        """Whether the run is there, whole."""
        return self._check(self._run(key), lost=True, bare=True)

    def outcome(self, key: str) -> Outcome | None:
        """What the run gave; None when it is not there."""
        return self._outcome(self._run(key))

    def outcomes(self, program: str) -> list[Outcome]:
        """What the runs of a program gave, by seed."""
        folder = self.path / "runs" / _shard(program)
        paths = sorted(folder.glob(f"*{ENDING}")) if folder.is_dir() else []
        found = (self._outcome(path) for path in paths if _owner(_key(path)) == program)
        return sorted((outcome for outcome in found if outcome is not None), key=lambda outcome: outcome.seed)

    def keys(self) -> list[str]:
        """The keys of all runs that have a file, sorted; whether it is whole `has` tells."""
        return sorted(_key(path) for path in self._files("runs"))

    def derive(self, key: str, content: bytes) -> None:
        """Keep something that was computed from a run and can be computed again."""
        self._write(self._rest(key), content)

    def derived(self, key: str) -> bytes | None:
        """What was kept with `derive`."""
        return _content(self._rest(key))

    def _program(self, program: str) -> Path:
        return self.path / "programs" / _shard(program) / (quote(program, safe="") + ENDING)

    def _run(self, key: str) -> Path:
        return self.path / "runs" / _shard(_owner(key)) / (quote(key, safe="") + ENDING)

    def _rest(self, key: str) -> Path:
        return self.path / "derived" / _shard(_owner(key)) / quote(key, safe="")

    def _files(self, kind: str) -> Iterator[Path]:
        return (self.path / kind).glob(f"*/*{ENDING}")

    def _write(self, path: Path, content: bytes) -> None:
        self._count += 1
        new = self.path / "new" / f"{path.name}.{os.getpid()}.{self._count}.{os.urandom(4).hex()}"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with new.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise

    def _sweep(self) -> None:
        """Delete what a process that was killed left unfinished."""
        for path in (self.path / "new").iterdir():
            try:
                if time.time() - path.stat().st_mtime > ABANDONED:
                    path.unlink()
            except FileNotFoundError:
                continue

    def _record(self, path: Path) -> Record | None:
        content = _content(path)
        if content is None:
            return None
        try:
            record = json.loads(gzip.decompress(content))
            if not isinstance(record, dict) or record.get("id") != unquote(path.name.removesuffix(ENDING)):
                raise Damaged("it holds another program")
        except (OSError, EOFError, zlib.error, ValueError, Damaged) as error:
            self._damage(path, f"the program {_key(path)}", error)
            return None
        return record

    def _check(self, path: Path, *, lost: bool, bare: bool) -> bool:
        """Whether a run's file is there and whole; also one that tells of a lost run, or one without a trace."""
        try:
            state = path.stat()
        except FileNotFoundError:
            return False
        known = self._whole.get(path)
        if known is None or known[:2] != (state.st_mtime_ns, state.st_size):
            outcome = self._outcome(path)
            if outcome is None:
                return False
            known = (state.st_mtime_ns, state.st_size, outcome.status == "lost", outcome.trace is None)
            self._whole[path] = known
        return (lost or not known[2]) and (bare or not known[3])

    def _outcome(self, path: Path) -> Outcome | None:
        from default_lint.lab.runs import Outcome

        content = _content(path)
        if content is None:
            return None
        try:
            head, trace = _parts(content)
            if head["key"] != _key(path):
                raise Damaged("it holds another run")
            return Outcome(**{name: head[name] for name in PLAIN}, trace=trace)
        except (KeyError, TypeError, ValueError, zlib.error, Damaged) as error:
            self._damage(path, f"the run {_key(path)}", error)
            return None

    def _damage(self, path: Path, name: str, error: Exception) -> None:
        if path not in self._told:
            self._told.add(path)
            reason = str(error) if isinstance(error, Damaged) else f"{type(error).__name__}: {error}"
            self.on_damage(f"{path} is damaged ({reason}); {name} counts as not done")


def restore(corpus: Corpus, workspace: Workspace) -> int:
    """Take over the programs and runs of tables that the workspace does not have; gives the number of the programs.

    Traces are not in tables: a restored run has none. Its rows are kept, and `export` writes them as they are. A
    workspace that was begun with tables is left alone. Raises CorpusError when the tables cannot be read.
    """
    base = workspace.path / BASE
    if base.is_dir():
        return 0
    there = {str(program["id"]) for program in workspace.programs()}
    new = [record for record in records(corpus) if record["id"] not in there]
    names = {str(record["id"]) for record in new}
    for outcome in outcomes(corpus):
        if _owner(outcome.key) in names:
            workspace.add(outcome)
    for record in new:
        workspace.put(record)
    half = workspace.path / f"{BASE}.{os.getpid()}"
    shutil.copytree(corpus.folder, half, dirs_exist_ok=True)
    half.replace(base)
    return len(new)


def _parts(content: bytes) -> tuple[Record, bytes | None]:
    """The head of a run's file, and its trace, which follows as it is."""
    reader = zlib.decompressobj(wbits=31)
    line = reader.decompress(content)
    if not reader.eof:
        raise Damaged("it ends too early")
    head = json.loads(line)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Damaged("it is no run of this version")
    rest = reader.unused_data
    if head["trace"] is None:
        return head, None
    size, check = head["trace"]
    if len(rest) != size:
        raise Damaged(f"its trace has {len(rest)} bytes of {size}")
    if zlib.crc32(rest) != check:
        raise Damaged("its trace has changed")
    return head, rest


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _shard(program: str) -> str:
    return hashlib.sha256(program.encode()).hexdigest()[:2]


def _owner(key: str) -> str:
    """The program that a run's key begins with."""
    return key.rpartition("-")[0]


def _key(path: Path) -> str:
    return unquote(path.name.removesuffix(ENDING))


__all__ = ["Corpus", "CorpusError", "Damaged", "Workspace", "export", "read", "restore"]
