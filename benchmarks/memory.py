"""The most memory that this process ever had: Linux's own figure, since `ru_maxrss` would count what forked it."""

from pathlib import Path


def peak_bytes() -> int:
    """Bytes that were resident at once."""
    status = Path("/proc/self/status").read_text()
    return 1024 * next(
        int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")
    )
