"""A disk under the head file whose steps fail, and what is left of it after a power cut.

It stands in the place of the module `os` in registry.storage.head_file, and does what that does to real files. It
remembers what was synchronised, by the guarantees of fsync(2) and no more: bytes of a file after a successful fsync or
fdatasync of it, names after a successful fsync of their folder. What a failed fsync did not write stays unwritten, also
when a later one succeeds, until it is written again (Linux: the pages count as clean).
"""

import errno
import os
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Fails(StrEnum):
    """How a step fails."""

    AT_ALL = "nothing was done"
    AFTER_DOING_IT = "it was done, and reported as failed"
    HALFWAY = "half of the bytes were written"
    QUIETLY_HALFWAY = "half of the bytes were written, and reported as written"


@dataclass
class FailingDisk:
    """`fail(number, how)`: the so-many-th step from now on fails. `seen`: the names of the steps since then."""

    folder: Path
    seen: list[str] = field(default_factory=list)
    _number: int = 0
    _how: Fails = Fails.AT_ALL
    _bytes: dict[int, bytes] = field(default_factory=dict)
    _unwritten: dict[int, tuple[int, int]] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fail(self, number: int, how: Fails) -> None:
        self.seen.clear()
        self._number, self._how = number, how

    def well(self) -> None:
        self.fail(0, Fails.AT_ALL)

    @property
    def was_reached(self) -> bool:
        return 0 < self._number <= len(self.seen)

    def after_a_power_cut(self, path: Path) -> bytes | None:
        """What the file of this name holds then; None where there is none."""
        inode = self._names.get(path.name)
        return None if inode is None else self._bytes.get(inode, b"")

    # -- the steps --

    def open(self, path: Any, flags: int, mode: int = 0o777) -> int:
        if self._fails_now("open"):
            if self._how is Fails.AFTER_DOING_IT:
                os.close(self._opened(path, flags, mode))
            raise _error()
        return self._opened(path, flags, mode)

    def _opened(self, path: Any, flags: int, mode: int) -> int:
        is_new = not Path(path).exists()
        descriptor = os.open(path, flags, mode)
        inode = os.fstat(descriptor).st_ino
        if is_new:  # its number may be that of a file that is gone
            self._bytes.pop(inode, None)
        if is_new or flags & os.O_TRUNC:
            self._unwritten.pop(inode, None)
        return descriptor

    def write(self, descriptor: int, data: bytes) -> int:
        if not self._fails_now("write"):
            return os.write(descriptor, data)
        if self._how is Fails.AFTER_DOING_IT:
            os.write(descriptor, data)
        elif self._how in (Fails.HALFWAY, Fails.QUIETLY_HALFWAY):
            done = os.write(descriptor, data[: len(data) // 2])
            if self._how is Fails.QUIETLY_HALFWAY:
                return done
        raise _error()

    def ftruncate(self, descriptor: int, size: int) -> None:
        fails = self._fails_now("ftruncate")
        if not fails or self._how is Fails.AFTER_DOING_IT:
            os.ftruncate(descriptor, size)
            inode = os.fstat(descriptor).st_ino
            if size <= self._unwritten.get(inode, (size + 1, 0))[0]:
                self._unwritten.pop(inode, None)
        if fails:
            raise _error()

    def fdatasync(self, descriptor: int) -> None:
        self._synchronise("fdatasync", descriptor)

    def fsync(self, descriptor: int) -> None:
        self._synchronise("fsync", descriptor)

    def _synchronise(self, name: str, descriptor: int) -> None:
        fails = self._fails_now(name)
        held = os.fstat(descriptor)
        if stat.S_ISDIR(held.st_mode):
            if not fails or self._how is Fails.AFTER_DOING_IT:
                self._names = {each.name: each.stat().st_ino for each in self.folder.iterdir()}
        else:
            now = Path(f"/proc/self/fd/{descriptor}").read_bytes()
            before = self._bytes.get(held.st_ino, b"")
            if fails and self._how is not Fails.AFTER_DOING_IT:
                differ = (
                    n for n, pair in enumerate(zip(before, now, strict=False)) if pair[0] != pair[1]
                )
                kept = next(differ, min(len(before), len(now)))
                self._unwritten.setdefault(held.st_ino, (kept, len(now)))
            else:
                start, end = self._unwritten.get(held.st_ino, (0, 0))
                self._bytes[held.st_ino] = now[:start] + bytes(end - start) + now[end:]
        if fails:
            raise _error()

    def _fails_now(self, name: str) -> bool:
        self.seen.append(name)
        return len(self.seen) == self._number


def _error() -> OSError:
    return OSError(errno.EIO, os.strerror(errno.EIO))
