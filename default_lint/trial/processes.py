"""The processes of a run as the system lists them: who descends from whom, and what they use.

Standard library only: the keeper (`default_lint.trial.keeper`) starts in milliseconds and runs beside the training.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

GIB = 1 << 30
MEMORY = 8 * GIB
SHARE = 0.8  # of the machine's memory, where that is less
SHARED = ("tmpfs", "ramfs")  # file systems whose writes the kernel does not count


class Process(NamedTuple):
    """One process: bytes resident (shared pages included); `started` tells apart two processes with one number."""

    pid: int
    parent: int
    started: str
    zombie: bool
    threads: int
    resident: int


def table() -> dict[int, Process]:
    """All processes that can be seen, by number; from /proc, else from `ps`."""
    return _from_proc() if sys.platform == "linux" else _from_ps()


def _from_proc() -> dict[int, Process]:
    page = os.sysconf("SC_PAGE_SIZE")
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdecimal():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as stream:
                # The name of the program may hold blanks and parentheses; the fields begin after its last one.
                row = stream.read().rpartition(b")")[2].split()
        except OSError:
            continue  # it has just ended
        pid = int(name)
        found[pid] = Process(
            pid, int(row[1]), row[19].decode(), row[0] in b"ZX", max(int(row[17]), 1), max(int(row[21]), 0) * page
        )
    return found


def _from_ps() -> dict[int, Process]:
    import subprocess

    found = {}
    columns = "pid=,ppid=,state=,rss=,lstart="
    try:
        lister = subprocess.Popen(["ps", "-A", "-o", columns], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        text = lister.communicate()[0].decode("utf-8", "replace")
    except OSError:
        return {}
    for line in text.splitlines():
        row = line.split(None, 4)
        if len(row) == 5 and row[0] != str(lister.pid):
            pid = int(row[0])
            found[pid] = Process(pid, int(row[1]), row[4], row[2].startswith("Z"), 1, int(row[3]) * 1024)
    return found


class Tree:
    """The descendants of a process, those included that were adopted by another one after they had been seen."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.known: dict[int, str] = {}

    def look(self) -> list[Process]:
        """Everything below the root that exists now, zombies included; the root itself is left out."""
        everything = table()
        children: defaultdict[int, list[int]] = defaultdict(list)
        for process in everything.values():
            children[process.parent].append(process.pid)
        adopted = [
            pid for pid, started in self.known.items() if pid in everything and everything[pid].started == started
        ]
        pending, seen = [self.root, *adopted], set()
        while pending:
            pid = pending.pop()
            if pid not in seen:
                seen.add(pid)
                pending += children[pid]
        found = [everything[pid] for pid in sorted(seen - {self.root}) if pid in everything]
        self.known = {process.pid: process.started for process in found}
        return found


def own_memory(pids: Iterable[int]) -> int:
    """Bytes that these processes take from the machine: shared pages once, mapped files not at all (Linux)."""
    return sum(map(_own_memory, pids))


def _own_memory(pid: int) -> int:
    try:
        return _sum(f"/proc/{pid}/smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:"))
    except OSError:
        pass
    try:
        return _sum(f"/proc/{pid}/status", (b"RssAnon:", b"RssShmem:"))
    except OSError:
        return 0


def _sum(path: str, names: tuple[bytes, ...]) -> int:
    """The sum in bytes of the named rows, which are in KiB; of `VmRSS` or `Pss` where an old kernel lacks them."""
    rows = {}
    with open(path, "rb") as stream:
        for words in map(bytes.split, stream):
            if len(words) == 3 and words[2] == b"kB":
                rows[words[0]] = int(words[1])
    found = [rows[name] for name in names if name in rows]
    return 1024 * (sum(found) if found else max(rows.get(b"VmRSS:", 0), rows.get(b"Pss:", 0)))


def written(pids: Iterable[int]) -> int:
    """Bytes that these processes, and those that they have waited for, wrote to storage (Linux; else 0)."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/io", "rb") as stream:
                rows = dict(line.split(b": ") for line in stream.read().splitlines())
            total += max(int(rows[b"write_bytes"]) - int(rows[b"cancelled_write_bytes"]), 0)
        except (OSError, KeyError, ValueError):
            continue
    return total


class Shared:
    """What grows on file systems that live in memory, which the kernel does not count as written."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.mounts = {point for point in map(_mount_in_memory, paths) if point is not None}
        self.before = {point: _used(point) for point in self.mounts}

    def grown(self) -> int:
        """Bytes more than at the start, by whomever."""
        return sum(max(_used(point) - self.before[point], 0) for point in self.mounts)


def _mount_in_memory(path: str) -> str | None:
    """The mount point of a path if that file system lives in memory."""
    path = os.path.realpath(path)
    best, kind = "", ""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as stream:
            for line in stream:
                left, _, right = line.partition(" - ")
                point = left.split()[4]
                inside = path == point or path.startswith(point.rstrip("/") + "/")
                if inside and len(point) >= len(best):  # of two mounts at one place the later one is on top
                    best, kind = point, right.split()[0]
    except (OSError, IndexError):
        return None
    return best if kind in SHARED else None


def _used(point: str) -> int:
    try:
        state = os.statvfs(point)
    except OSError:
        return 0
    return (state.f_blocks - state.f_bfree) * state.f_frsize


def machine_memory() -> int | None:
    """Bytes of memory that this process may count on: the machine's, or its control group's if that is less."""
    try:
        sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (AttributeError, ValueError, OSError):
        return None
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path, encoding="ascii") as stream:
                sizes.append(int(stream.read()))
        except (OSError, ValueError):
            continue  # not there, or "max"
    return min(sizes)


def usual_memory() -> int:
    """The limit on memory when nobody sets one: 8 GiB, or four fifths of a smaller machine's."""
    size = machine_memory()
    return MEMORY if size is None else min(MEMORY, int(SHARE * size))
