"""A table of what was spent, in a file that all processes of one machine map into memory (mmap(2), flock(2)).

Each entry is a digest of 128 bits and the time until which it is remembered. A digest belongs into one bucket; an entry
whose time is over gives its place to the next. A bucket in which nothing is over makes the table double; at its most it
refuses. Guarantee: of any calls of `spend` with one digest, in any processes, exactly one returns True while the entry
is remembered; killing a process at any moment changes nothing of that, and whatever was forgotten is refused for good,
also if a clock is set back. The file's blocks are written before they are mapped, so a full disk refuses the table's
growth and nothing else (on file systems that write in place).
"""

import mmap
import os
import sys
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from hashlib import sha256
from pathlib import Path

from registry.errors import Unavailable

FEWEST_BUCKETS = 64
MOST_BUCKETS = 1 << 17
"""128 MiB: 5.5 million entries, of which 2.2 million are remembered before the first bucket is likely to be full."""
ENTRIES = 42
"""In a bucket."""
GRACE_MS = 1_000
"""So much longer is an entry remembered than was asked for: others may have looked at the clock a moment earlier."""
PATIENCE_SECONDS = 5.0
"""How long to wait for other processes; each holds the table for microseconds, or a second while it doubles."""

# all in words of 8 bytes: the head is a page; a bucket is the next place, 42 times, 42 digests, one word of nothing
_HEAD_WORDS, _BUCKET_WORDS = 512, 128
_HEAD_BYTES, _BUCKET_BYTES = 8 * _HEAD_WORDS, 8 * _BUCKET_WORDS
_DIGESTS_AT, _DIGESTS_BYTES = 8 * (1 + ENTRIES), 16 * ENTRIES
_MARK, _BORN_AT, _BUCKETS, _FORGOTTEN, _REPLACED, _INODE = 0, 1, 2, 3, 4, 5
_MAGIC, _BOOT, _SALT = b"spent 1\n", slice(64, 96), slice(96, 112)
_MAGIC_WORD = int.from_bytes(_MAGIC, sys.byteorder)
_LOOK_SECONDS = 0.0002
_ALONE = LOCK_EX | LOCK_NB


class FullError(Exception):
    """No entry of a bucket is over."""


class SpentMap:
    """One open file. Not for several threads at once."""

    __slots__ = ("_descriptor", "_find", "_last_bucket", "_map", "_salt", "_words", "born_at")

    def __init__(self, path: Path) -> None:
        """Maps the file. Raises: OSError, ValueError for a file that is no such table, or not a whole one."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            size = os.fstat(self._descriptor).st_size
            if size < _HEAD_BYTES or size % _BUCKET_BYTES:
                raise _no_table(path)
            self._map = mmap.mmap(self._descriptor, size)
        except BaseException:
            os.close(self._descriptor)
            raise
        self._words = memoryview(self._map).cast("q")
        whole = _HEAD_BYTES + self._words[_BUCKETS] * _BUCKET_BYTES
        if self._map[:8] != _MAGIC or size != whole:
            self.close()
            raise _no_table(path)
        self._last_bucket = self._words[_BUCKETS] - 1
        self._salt = self._map[_SALT]
        self._find = self._map.find
        self.born_at: int = self._words[_BORN_AT]
        """When the memory began (ms)."""

    @property
    def boot(self) -> bytes:
        """Which start of the machine it was made in: 32 bytes."""
        return self._map[_BOOT]

    @property
    def buckets(self) -> int:
        """How many buckets it has."""
        return self._last_bucket + 1

    @property
    def replaced(self) -> bool:
        """Does another file count instead, or none: this one was removed, or written over? Only to be believed while
        `held`."""
        words = self._words
        return (
            words[_REPLACED] != 0
            or words[_MARK] != _MAGIC_WORD
            or os.fstat(self._descriptor).st_nlink == 0
        )

    @property
    def is_a_copy(self) -> bool:
        """Is it a copy of the file that was made? What was spent since it was copied is not in it."""
        return self._words[_INODE] != os.fstat(self._descriptor).st_ino

    @contextmanager
    def held(self) -> Iterator[None]:
        """For the time of a block no other process changes the table. Raises: Unavailable, OSError."""
        self.take()
        try:
            yield
        finally:
            self.give_back()

    def take(self) -> None:
        """Holds the table until `give_back`. Raises: Unavailable, OSError."""
        try:
            flock(self._descriptor, _ALONE)
        except BlockingIOError:
            _wait_for(self._descriptor)

    def give_back(self) -> None:
        """Lets others at it."""
        # said, not only closed: a process that was forked meanwhile has the same file open
        flock(self._descriptor, LOCK_UN)

    def spend_alone(self, owner: str, nonce: str, until: int, now: int) -> bool | None:
        """Spends what stands for a nonce of this owner, and holds the table meanwhile. None: it is `replaced`, and
        nothing was spent.

        Raises: FullError, Unavailable, OSError.
        """
        digest = self.digest(owner, nonce)
        self.take()
        try:
            return None if self.replaced else self.spend(digest, until, now)
        finally:
            flock(self._descriptor, LOCK_UN)

    def digest(self, owner: str, nonce: str) -> bytes:
        """What stands for a nonce of this owner in this table: SHA-256, cut, with the table's own salt, so that nobody
        can choose which entries share a bucket."""
        return sha256(self._salt + f"{len(owner)}:{owner}{nonce}".encode()).digest()[:16]

    def spend(self, digest: bytes, until: int, now: int) -> bool:
        """Takes note of a digest, to be remembered until then (ms). False: it was spent, or its time is over. Only
        while `held`, and not where `replaced`.

        Raises: FullError, Unavailable where it may have been forgotten already.
        """
        words = self._words
        bucket = int.from_bytes(digest[:4], "big") & self._last_bucket
        start = _HEAD_BYTES + bucket * _BUCKET_BYTES
        first = start // 8 + 1
        digests = start + _DIGESTS_AT
        over = now - GRACE_MS
        at = self._find(digest, digests, digests + _DIGESTS_BYTES)
        place = None if at < 0 else self._place_of(digest, digests, at)
        if until < now or (place is not None and words[first + place] >= over):
            return False
        if until <= words[_FORGOTTEN]:
            raise Unavailable(
                "the clock was set back, and what was spent before is not remembered; ask again later"
            )
        if place is None:
            place = words[first - 1]  # the one that was written longest ago
            if words[first + place] >= over:
                place = self._free_place(first, over)
        forgotten = words[first + place]
        words[_FORGOTTEN] = max(words[_FORGOTTEN], forgotten)
        # the time last: whoever is killed before it has spent nothing
        at = digests + 16 * place
        self._map[at : at + 16] = digest
        words[first + place] = until
        words[first - 1] = place + 1 if place + 1 < ENTRIES else 0
        return True

    def replace(self, path: Path, *, now: int) -> None:
        """Puts a table of twice the size in its place, with all that is remembered. Only while `held`.

        Raises: FullError where it has its full size, OSError where there is no room.
        """
        if self.buckets >= MOST_BUCKETS:
            raise FullError
        fresh = path.with_name(f"{path.name}.new")
        write_table(fresh, self.born_at, self.boot, 2 * self.buckets, self._salt)
        other = SpentMap(fresh)
        try:
            other.take_over(self, now)
            self.retire()  # before the other is there: at no moment do two count
            fresh.replace(path)
        finally:
            other.close()

    def retire(self) -> None:
        """It counts no more. Only while `held`."""
        self._words[_REPLACED] = 1

    def take_over(self, other: "SpentMap", now: int) -> None:
        """Remembers what another table with the same salt and half the buckets remembers: what was in one bucket of it
        belongs into two of this one."""
        over, forgotten = now - GRACE_MS, other._words[_FORGOTTEN]
        for bucket in range(other.buckets):
            untils, digests = other._bucket(bucket)
            halves: tuple[list[int], list[int]] = ([], [])
            for place, until in enumerate(untils):
                if until >= over:
                    number = int.from_bytes(digests[16 * place : 16 * place + 4], "big")
                    halves[bool(number & other.buckets)].append(place)
                elif until > forgotten:
                    forgotten = until
            for half, places in enumerate(halves):
                places.sort(
                    key=untils.__getitem__
                )  # so that the next place is the first to be over
                self._fill(
                    bucket + half * other.buckets,
                    [untils[place] for place in places],
                    b"".join([digests[16 * place : 16 * place + 16] for place in places]),
                )
        self._words[_FORGOTTEN] = forgotten

    def close(self) -> None:
        """Lets go of the file."""
        self._words.release()
        self._map.close()
        os.close(self._descriptor)

    def _bucket(self, bucket: int) -> tuple[list[int], bytes]:
        """The times and the digests of a bucket."""
        start = _HEAD_BYTES + bucket * _BUCKET_BYTES
        untils = self._words[start // 8 + 1 : start // 8 + 1 + ENTRIES].tolist()
        return untils, self._map[start + _DIGESTS_AT : start + _DIGESTS_AT + _DIGESTS_BYTES]

    def _fill(self, bucket: int, untils: list[int], digests: bytes) -> None:
        """Fills an empty bucket from its first place on."""
        start = _HEAD_BYTES + bucket * _BUCKET_BYTES
        first = start // 8 + 1
        self._words[first : first + len(untils)] = memoryview(array("q", untils))
        self._map[start + _DIGESTS_AT : start + _DIGESTS_AT + len(digests)] = digests
        self._words[first - 1] = len(untils) % ENTRIES

    def _place_of(self, digest: bytes, first: int, at: int) -> int | None:
        """Where a digest stands among those of the bucket whose first is there, if its bytes were found at `at`."""
        while at >= 0 and (at - first) % 16:  # across two entries
            at = self._find(digest, at + 1, first + _DIGESTS_BYTES)
        return None if at < 0 else (at - first) // 16

    def _free_place(self, first: int, over: int) -> int:
        """The place whose entry ended first, before then. Raises: FullError."""
        untils = self._words[first : first + ENTRIES].tolist()
        oldest = min(untils)
        if oldest >= over:
            raise FullError
        return untils.index(oldest)


def _no_table(path: Path) -> ValueError:
    return ValueError(f"{path} is no table of what was spent")


def write_table(path: Path, born_at: int, boot: bytes, buckets: int, salt: bytes) -> None:
    """Writes an empty table, every byte of it. `buckets` is a power of two, `boot` 32 bytes, `salt` 16.

    Raises: OSError where there is no room; then nothing is left of it.
    """
    head = bytearray(_HEAD_BYTES)
    head[:8], head[_BOOT], head[_SALT] = _MAGIC, boot, salt
    words = memoryview(head).cast("q")
    words[_BORN_AT], words[_BUCKETS] = born_at, buckets
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            words[_INODE] = os.fstat(descriptor).st_ino
            file.write(head)
            nothing = bytes(FEWEST_BUCKETS * _BUCKET_BYTES)
            for _ in range(buckets // FEWEST_BUCKETS):
                file.write(nothing)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _wait_for(descriptor: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        time.sleep(_LOOK_SECONDS)
        try:
            flock(descriptor, _ALONE)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Unavailable(
                    "another process holds the table of what was spent; nothing was acknowledged, ask again"
                ) from None
        else:
            return
