"""What the machine did for the script: shown to people, and no feature."""

from __future__ import annotations

import sys
import time

MIB = 2**20


def used(started: float, processor: float) -> dict[str, float]:
    """Processor time in percent of one processor since a start, peak memory in MiB.

    started: `time.monotonic()` then; processor: `time.process_time()` then.

    Peak memory of the first accelerator joins them where TensorFlow or PyTorch uses one. Empty on Windows.
    """
    try:
        import resource
    except ImportError:
        return {}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = max(time.monotonic() - started, 1e-3)
    unit = 1 if sys.platform == "darwin" else 1024
    values = {"cpu": 100 * (time.process_time() - processor) / seconds, "memory": usage.ru_maxrss * unit / MIB}
    accelerator = _accelerator()
    return values if accelerator is None else {**values, "gpu_memory": accelerator / MIB}


def _accelerator() -> float | None:
    """Peak bytes on the first accelerator; frameworks that are not loaded are left alone."""
    try:
        if "tensorflow" in sys.modules and sys.modules["tensorflow"].config.list_physical_devices("GPU"):
            return float(sys.modules["tensorflow"].config.experimental.get_memory_info("GPU:0")["peak"])
        if "torch" in sys.modules and sys.modules["torch"].cuda.is_initialized():
            return float(sys.modules["torch"].cuda.max_memory_allocated())
    except Exception:
        pass
    return None
