"""Peak memory of this process, for one computation at a time where the kernel allows it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["Peak", "peak"]

_PROCESS = Path("/proc/self")


class Peak:
    """GiB that the process held at most; filled in when the block of `peak` ends."""

    gigabytes: float = float("nan")


@contextmanager
def peak() -> Iterator[Peak]:
    """Measure the most memory that the process holds while the block runs; on other systems than Linux, until then."""
    found = Peak()
    with suppress(OSError):
        (_PROCESS / "clear_refs").write_text("5")  # starts VmHWM, the high-water mark, anew
    yield found
    try:
        lines = (_PROCESS / "status").read_text().splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except OSError:
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found.gigabytes = kilobytes / 2**20
