"""Counts that survive their process: each server process adds to files of its own, a scrape adds them all up.

The files are those of prometheus-client's multiprocess mode (one memory-mapped double a series), without its
environment variable. A process holds a lock on its files while it lives. Files that nobody holds are folded
into one, so that counters never fall when a worker is replaced, and no files pile up.
"""

import fcntl
import os
import secrets
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

KINDS = ("counter", "histogram")
_GONE = "gone"


class Tallies:
    """This process's counts in a folder that processes share. One instance an application."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._lock = threading.Lock()
        name = secrets.token_hex(8)
        with _alone(folder):
            self._files = {kind: _Tally(folder / f"{kind}_{name}.db") for kind in KINDS}
            _fold_the_gone(folder)
        weakref.finalize(self, _close, list(self._files.values()))

    def add(self, *series: tuple[str, str, float]) -> None:
        """Adds to series at once: (kind, key as prometheus-client writes it, amount)."""
        with self._lock:
            for kind, key, amount in series:
                self._files[kind].add(key, amount)

    def collect_into(self, registry: CollectorRegistry) -> None:
        """Registers what all processes counted, as it is now."""
        with _alone(self._folder):
            found = list(MultiProcessCollector(None, str(self._folder)).collect())  # type: ignore[no-untyped-call]
        registry.register(_Found(found))  # type: ignore[arg-type]


class _Found:
    """Metrics that were read already."""

    def __init__(self, found: list[object]) -> None:
        self._found = found

    def collect(self) -> Iterator[object]:
        return iter(self._found)


class _Tally:
    """One file of doubles, and the lock that says that its process lives."""

    def __init__(self, path: Path) -> None:
        self._values: dict[str, float] = {}
        self._file = MmapedDict(str(path))  # type: ignore[no-untyped-call]
        self._held = os.open(path, os.O_RDONLY)
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def add(self, key: str, amount: float) -> None:
        self._values[key] = value = self._values.get(key, 0.0) + amount
        self._file.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        self._file.close()  # type: ignore[no-untyped-call]
        os.close(self._held)


def _close(files: list[_Tally]) -> None:
    for file in files:
        file.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Alone among the processes that make, fold or read the files of this folder."""
    held = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
        # said, not only closed: a process that was forked meanwhile has the same file open
        fcntl.flock(held, fcntl.LOCK_UN)
    finally:
        os.close(held)


def _fold_the_gone(folder: Path) -> None:
    """Adds the files whose process has ended to the one that holds all of these, and removes them."""
    for kind in KINDS:
        into = folder / f"{kind}_{_GONE}.db"
        for path in sorted(folder.glob(f"{kind}_*.db")):
            if path == into or _is_held(path):
                continue
            kept = MmapedDict(str(into))  # type: ignore[no-untyped-call]
            try:
                for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
                    kept.write_value(key, kept.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
            finally:
                kept.close()  # type: ignore[no-untyped-call]
            path.unlink()


def _is_held(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
