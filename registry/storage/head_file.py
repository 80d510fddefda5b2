"""The log's head in a second place, outside the database: a small file that only grows.

Guarantee: once `release` has returned, a later `read` gives at least that head, whatever happens to the
database. So a restored backup, or a fork, is noticed before the log signs anything below it.
"""

import base64
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

_COMPACT_BYTES = 1 << 20
_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """Size and root of the log, and the sequencer's time (ms) when it was signed."""

    size: int
    root: bytes
    at: int

    def line(self) -> bytes:
        return f"{self.size} {base64.b64encode(self.root).decode()} {self.at}\n".encode()


class HeadFile:
    """The last released head, one line each; the last whole line counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._released = -1

    def read(self) -> Head | None:
        """The newest head that was ever released, or None before the first."""
        try:
            with self.path.open("rb") as file:
                return _last_head(file.fileno())
        except FileNotFoundError:
            return None

    def release(self, head: Head) -> None:
        """Makes the head durable here before anybody is shown it; an older one changes nothing."""
        if head.size <= self._released:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            last = _last_head(descriptor)
            if last is None or last.size < head.size:
                if os.fstat(descriptor).st_size > _COMPACT_BYTES:
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, last.line() if last else b"")
                # a torn line of a crash must not swallow this one
                os.write(descriptor, b"\n" + head.line() if _is_torn(descriptor) else head.line())
                os.fdatasync(descriptor)
                if is_new:
                    _sync_directory(self.path.parent)
            self._released = max(head.size, last.size if last else 0)
        finally:
            os.close(descriptor)

    def overwrite(self, head: Head) -> None:
        """An operator's decision: from now on this head counts, even if it is older."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(head.line())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        _sync_directory(self.path.parent)
        self._released = -1


def _is_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _last_head(descriptor: int) -> Head | None:
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL_BYTES)
    lines = os.pread(descriptor, size - start, start).split(b"\n")
    for line in reversed(lines[:-1]):  # what follows the last newline is torn
        head = _parse(line)
        if head is not None:
            return head
    return None


def _parse(line: bytes) -> Head | None:
    try:
        size, root, at = line.decode("ascii").split(" ")
        digest = base64.b64decode(root, validate=True)
        return Head(int(size), digest, int(at)) if len(digest) == 32 else None
    except ValueError:
        return None


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
