"""The log's head in a second place, outside the database: a small file that only grows.

Guarantee: once `release` has returned, a later `read` gives at least that head, whatever happens to the
database, and also after a loss of power. So a restored backup, or a fork, is noticed before the log signs anything
below it. After a step that failed, nothing of it is left that could be taken for released.
"""

import base64
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from registry.errors import LogRefuses, Unavailable

_COMPACT_BYTES = 1 << 20
_TAIL_BYTES = 4096
_LONGEST_LINE_BYTES = 128


class Head(msgspec.Struct, frozen=True, gc=False):
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
        self._name = os.fspath(path)
        # the newest head known to be in the file, and in which file: `overwrite` puts another in its place
        self._released: tuple[tuple[int, int] | None, Head] | None = None

    def read(self) -> Head | None:
        """The newest head that was ever released, or None before the first. Raises: Unavailable."""
        try:
            with self.path.open("rb") as file:
                return _last_head(file.fileno())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _away(self.path, error) from error

    def release(self, head: Head) -> Head:
        """Makes the head durable here before anybody is shown it; an older one changes nothing.

        Returns the newest head that was released: this one, or one that is ahead of it.

        Raises: Unavailable where it cannot be written, LogRefuses where another head of the same size was
        released: two logs share this file, or this one forked.
        """
        try:
            known = self._newest_if_released(head)
            if known is not None:
                return known
            with self._locked() as descriptor:
                last = _last_head(descriptor)
                if last is not None and last.size == head.size and last.root != head.root:
                    raise LogRefuses(
                        f"another log of {head.size} entries was released before: this store was changed "
                        "or forked. Run: registry fsck"
                    )
                if last is None or last.size < head.size:
                    self._append(descriptor, head)
                    last = head
                elif _is_young(descriptor):
                    # whoever put it in its place may have failed to make that durable
                    _sync_directory(self.path.parent)
                self._released = (_identity(self._name), last)
                return last
        except OSError as error:
            raise _away(self.path, error) from error

    def overwrite(self, head: Head) -> None:
        """An operator's decision: from now on this head counts, even if it is older. Raises: Unavailable."""
        try:
            with self._locked():
                self._replace(head)
        except OSError as error:
            raise _away(self.path, error) from error

    def _newest_if_released(self, head: Head) -> Head | None:
        """What this process knows to be the newest, if the file has not changed since and covers `head`."""
        if self._released is None:
            return None
        identity, last = self._released
        covers = head.size < last.size or head == last
        return last if covers and _identity(self._name) == identity else None

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file as it is now, held against other writers."""
        while True:
            descriptor = self._opened()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # while we waited, another file may have been put in its place
                held = os.fstat(descriptor)
                at_its_place = _identity(self._name)
                if at_its_place is not None and at_its_place[0] == held.st_ino:
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, flags, 0o600)

    def _append(self, descriptor: int, head: Head) -> None:
        size = os.fstat(descriptor).st_size
        if size > _COMPACT_BYTES:
            self._replace(head)
            return
        young = _is_young(descriptor)
        try:
            # a torn line of a crash must not swallow this one
            _write(descriptor, b"\n" + head.line() if _is_torn(descriptor) else head.line())
            os.fdatasync(descriptor)
            if young:
                _sync_directory(self.path.parent)
        except OSError:
            # a later fdatasync says nothing of what this one did not write: whoever comes next has to write it again
            os.ftruncate(descriptor, size)
            raise

    def _replace(self, head: Head) -> None:
        """One whole file in the place of another: at no moment is there none."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write(descriptor, head.line())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fresh.replace(self.path)
        _sync_directory(self.path.parent)


def _identity(path: str) -> tuple[int, int] | None:
    """Which file it is, and how far it has grown; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked with every answer, and twice as fast
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size


def _write(descriptor: int, line: bytes) -> None:
    written = os.write(descriptor, line)
    if written != len(line):  # a full disk takes a part; what is torn does not count
        raise OSError(f"only {written} of {len(line)} bytes were written")


def _away(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"the log's head at {path} cannot be kept or read ({error.strerror or error}); nothing was "
        "acknowledged, ask again"
    )


def _is_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _is_young(descriptor: int) -> bool:
    """Has it one line at most, so that nobody can know yet whether its name is durable?"""
    start = os.pread(descriptor, _LONGEST_LINE_BYTES, 0)
    return len(start) < _LONGEST_LINE_BYTES and start.count(b"\n") < 2


def _last_head(descriptor: int) -> Head | None:
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL_BYTES)
    lines = os.pread(descriptor, size - start, start).split(b"\n")
    # what follows the last newline is torn; what comes before the first may be cut by the window
    for line in reversed(lines[1 if start else 0 : -1]):
        head = _parse(line)
        if head is not None:
            return head
    if size:
        raise LogRefuses(
            "the file of the log's head holds nothing that can be read: what was released is unknown. Bring "
            "it back, or decide with: registry log accept"
        )
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
