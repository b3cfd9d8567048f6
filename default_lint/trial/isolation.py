"""What the system offers to keep a run to itself: namespaces and limits. Standard library only.

Linux: own namespaces for processes, network, mounts and shared memory, by `unshare`; without the right to that, inside
a user namespace in which everybody keeps their own number, so that files keep their owners. This contains accidents
(a script that forks, writes, hangs); it is no boundary against a hostile program.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from typing import NamedTuple

# From <linux/sched.h>, <linux/prctl.h>, <linux/mount.h>, <linux/sockios.h> and <linux/if.h>.
NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


class Separation(NamedTuple):
    """What could be separated: processes, network; `user` when a user namespace was needed for it."""

    processes: bool = False
    network: bool = False
    user: bool = False

    @property
    def flags(self) -> int:
        """Flags for `unshare`; mounts follow in the first process of the new namespace."""
        flags = NEWUSER if self.user else 0
        flags |= NEWPID | NEWIPC if self.processes else 0
        return flags | (NEWNET if self.network else 0)


def _libc(name: str, *arguments: object) -> None:
    """Call a function of the C library that returns 0, or raise its OSError."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def prctl(option: int, value: int) -> bool:
    """Set an attribute of this process (Linux); False where that is not possible."""
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        _libc("prctl", ctypes.c_int(option), *(ctypes.c_ulong(number) for number in (value, 0, 0, 0)))
    except (OSError, AttributeError):
        return False
    return True


def separate(network: bool, *, allowed: bool = True) -> tuple[Separation, list[str]]:
    """Move this process (and, for processes, its children from now on) into namespaces of its own.

    Tries what gives most first, each time in a child, so that a half-made separation harms nobody. `network`: take the
    network away too. Returns what was done, and notes about what was not.
    """
    done, reason = Separation(), "this system has no namespaces" if allowed else "namespaces are not wanted"
    for wanted in _choices(network) if sys.platform == "linux" and allowed else ():
        trouble = _tried(wanted)
        if not trouble:
            _enter(wanted)
            done = wanted
            break
        reason = trouble
    notes = []
    if network and not done.network:
        notes.append(f"the network could not be turned off for the run ({reason})")
    if not done.processes:
        notes.append(f"the run has no process namespace of its own, it is watched from outside ({reason})")
    return done, notes


def _choices(network: bool) -> list[Separation]:
    """What to try, best first; root needs no user namespace, but may lack the right all the same."""
    kinds = [(True, True), (False, True), (True, False)] if network else [(True, False)]
    users = (False, True) if os.geteuid() == 0 else (True,)
    return [Separation(*kind, user) for kind in kinds for user in users]


def _tried(wanted: Separation) -> str:
    """Why this separation is not possible; "" when it is. A child tries."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        reason = ""
        try:
            _enter(wanted)
            if wanted.processes:
                inner = os.fork()
                if inner == 0:
                    os._exit(0)
                os.waitpid(inner, 0)
        except OSError as error:
            reason = error.strerror or str(error)
        finally:
            os.write(writer, reason.encode() or b"\0")
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        told = stream.read()
    os.waitpid(pid, 0)
    return told.strip(b"\0").decode() if told else "the attempt was killed"


def _enter(wanted: Separation) -> None:
    user, group = os.geteuid(), os.getegid()
    _libc("unshare", wanted.flags)
    if wanted.user:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
                stream.write(text)
    if wanted.network:
        _raise_loopback()


def _raise_loopback() -> None:
    """Turn on `lo`, over which the processes of one machine talk to each other."""
    if sys.platform == "win32":
        return
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(plug, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(plug, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def own_mounts(memory: int) -> None:
    """In the first process of a namespace: a /proc that shows it alone, and shared memory that ends with it.

    Does without either where the system refuses (a container that hides parts of /proc). `memory`: bytes at most.
    """
    import ctypes

    def mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int, data: bytes | None = None) -> None:
        _libc("mount", source, target, kind, ctypes.c_ulong(flags), data)

    try:
        _libc("unshare", NEWNS)
        mount(None, b"/", None, MS_REC | MS_PRIVATE)  # else a mount made by root would show outside
    except OSError:
        return
    harmless = MS_NOSUID | MS_NODEV
    for attempt in (
        (b"proc", b"/proc", b"proc", harmless | MS_NOEXEC, None),
        (b"tmpfs", b"/dev/shm", b"tmpfs", harmless, b"mode=1777,size=%d" % memory),
    ):
        try:
            mount(*attempt)
        except OSError:
            continue


def limit(file: int, tasks: int | None) -> None:
    """In the process that becomes the script: no core dumps, files of at most `file` bytes, `tasks` threads.

    Memory is watched, not limited: address space is reserved in bulk by libraries that never use it (CUDA, JAX).
    """
    if sys.platform == "win32":
        return
    import resource

    def lower(kind: int, value: int) -> None:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))

    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, file)
    if tasks is not None:
        lower(resource.RLIMIT_NPROC, tasks)


def first_victim() -> None:
    """When the machine runs out of memory the system takes this process (the script) before any other."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as stream:
            stream.write("1000")
    except OSError:
        pass


def usual_signals() -> None:
    """Give back to signals the meaning that a program expects at its start; Python and the keeper change some."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGXFSZ"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_DFL)
