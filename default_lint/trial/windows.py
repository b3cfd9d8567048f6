"""A Windows job object around this process: everything that it starts ends with it. Standard library only.

Written from the documentation of `SetInformationJobObject`; not run on Windows by our tests.
"""

from __future__ import annotations

import ctypes
import sys

KILL_ON_JOB_CLOSE, ACTIVE_PROCESS, JOB_MEMORY = 0x2000, 0x8, 0x200
EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation


class Basic(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("smallest", ctypes.c_size_t),
        ("largest", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class Extended(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", Basic),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("process_peak", ctypes.c_size_t),
        ("job_peak", ctypes.c_size_t),
    )


if sys.platform == "win32":

    def enclose(memory: int, processes: int) -> str:
        """Put this process into a job of its own, with limits for all in it; why that failed, else "".

        The handle stays open on purpose: Windows closes it when this process ends, and then ends the others.
        """
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.SetInformationJobObject.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
        kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        limits = Extended()
        limits.basic.flags = KILL_ON_JOB_CLOSE | ACTIVE_PROCESS | JOB_MEMORY
        limits.basic.processes = processes
        limits.job_memory = memory
        job = kernel.CreateJobObjectW(None, None)
        done = (
            job
            and kernel.SetInformationJobObject(job, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
            and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
        )
        return "" if done else ctypes.FormatError(ctypes.get_last_error())

else:

    def enclose(memory: int, processes: int) -> str:
        """There are no job objects here."""
        return "not Windows"
