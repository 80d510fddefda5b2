"""Nonces of signed requests in a file mapped into memory, for the workers of one machine (`spent_map`).

Guarantee: of any number of parallel `spend` calls with the same key and nonce, in any processes, exactly one returns
True. Nothing is synced: the memory survives every process, and not the machine, so it is born anew each time the
machine starts, or where the file is missing or spoilt; whatever was signed before its birth is refused.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from registry.errors import Unavailable
from registry.storage.engine import away
from registry.storage.spent_map import FEWEST_BUCKETS, FullError, SpentMap, write_table

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
"""Another text each time the machine starts (Linux; elsewhere a crash of the machine goes unnoticed)."""

_MOST_MAPS = 3


class MappedNonces:
    """One store in one process, used by all threads. `born_at` is when it was made (ms)."""

    def __init__(self, path: Path, *, before: Path | None = None, boot_id: Path = BOOT_ID) -> None:
        """`before` is where versions before this one kept nonces on SQLite; they are told that it is over."""
        self._path = path
        self._before = before
        self._boot_id = boot_id
        self._lock = threading.Lock()
        self._map: SpentMap | None = None
        self._pid = os.getpid()

    def prepare(self, now: int) -> None:
        """Makes the file where it is missing, spoilt, a copy, or of another start of the machine; several workers may
        do so at once. Raises: Unavailable."""
        boot = self._boot()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._born_by_one(), self._lock:
                self._forget_map()
                if self._is_good(boot):
                    return
                fresh = self._path.with_name(f"{self._path.name}.new")
                write_table(fresh, now, boot, FEWEST_BUCKETS, os.urandom(16))
                fresh.replace(self._path)
        except OSError as error:
            raise away(error) from error

    def born_at(self) -> int:
        """When this store was made. Raises: Unavailable where it is away."""
        with self._lock:
            return self._opened().born_at

    def spend(self, keyid: str, nonce: str, *, until: int, now: int) -> bool:
        """Takes note of a nonce, to be remembered until then (ms). False: it was spent before.

        Raises: Unavailable where the store is away or full.
        """
        return self.spend_since(keyid, nonce, until=until, now=now) is not None

    def spend_since(self, keyid: str, nonce: str, *, until: int, now: int) -> int | None:
        """The same, with what `born_at` is at that moment; None for a spent nonce.

        Raises: Unavailable where the store is away or full, or was spoilt (it is made anew, and this request fails).
        """
        if self._pid != os.getpid():
            self._after_a_fork()
        try:
            for _ in range(_MOST_MAPS):
                full = 0
                with self._lock:
                    table = self._map or self._opened()
                    try:
                        fresh = table.spend_alone(keyid, nonce, until, now)
                    except FullError:
                        full = table.buckets
                    else:
                        if fresh is not None:
                            return table.born_at if fresh else None
                self._go_on(now, full)
        except OSError as error:
            raise away(error) from error
        raise away(LookupError("the store of nonces does not come to rest"))

    def sweep(self, now: int) -> None:
        """Nothing to do: what is over gives its place to the next."""

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._forget_map()

    def _go_on(self, now: int, full: int) -> None:
        """With the table that counts now; where that one still has the number of buckets that was too few, with a
        larger one. Raises: Unavailable, OSError."""
        with self._born_by_one(), self._lock:
            self._forget_map()
            table = self._opened()
            lost = table.replaced  # whoever was about to replace it was stopped in the middle
            if not lost and table.buckets == full:
                try:
                    with table.held():
                        table.replace(self._path, now=now)
                except FullError:
                    raise Unavailable(
                        "more is asked than nonces can be kept for; ask again in some minutes"
                    ) from None
                finally:
                    self._forget_map()
        if lost:
            self.prepare(now)
            raise away(LookupError("the store of nonces was lost, and is made anew"))

    def _opened(self) -> SpentMap:
        """The table, mapped. Raises: Unavailable where there is none."""
        if self._map is None:
            try:
                found = SpentMap(self._path)
            except (OSError, ValueError) as error:
                raise away(error) from error
            if self._before is not None and self._before.exists():
                _end(self._before)
            self._map = found
        return self._map

    def _forget_map(self) -> None:
        found, self._map = self._map, None
        if found is not None:
            found.close()

    def _after_a_fork(self) -> None:
        """A lock on the parent's open file would be the parent's too, and a thread that is not here may hold ours."""
        self._pid, self._lock = os.getpid(), threading.Lock()
        self._forget_map()

    def _is_good(self, boot: bytes) -> bool:
        """Is the file there the table of this start of the machine? One that is not counts for nobody from now on."""
        try:
            found = SpentMap(self._path)
        except (FileNotFoundError, ValueError):
            return False
        try:
            if found.boot == boot and not (found.replaced or found.is_a_copy):
                return True
            with found.held():
                found.retire()
            return False
        finally:
            found.close()

    def _boot(self) -> bytes:
        text = self._boot_id.read_bytes() if self._boot_id.exists() else b""
        return sha256(text.strip()).digest()

    @contextmanager
    def _born_by_one(self) -> Iterator[None]:
        """One process at a time makes files."""
        path = self._path.with_name(f"{self._path.name}-birth")
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            fcntl.flock(held, fcntl.LOCK_UN)
            os.close(held)


def _end(before: Path) -> None:
    """Ends the store of nonces on SQLite that the version before may still use beside us: from now on they refuse every
    signature. Else what was spent here could be spent there. Raises: Unavailable."""
    try:
        connection = sqlite3.connect(before, timeout=15, isolation_level=None)
        try:
            kind = connection.execute("SELECT type FROM sqlite_master WHERE name = 'nonces'")
            if kind.fetchone() != ("view",):
                connection.executescript(
                    "BEGIN IMMEDIATE; DROP TABLE IF EXISTS nonces; "
                    "CREATE VIEW nonces AS SELECT '' AS keyid, '' AS nonce, 0 AS until WHERE 0; COMMIT"
                )
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise away(error) from error
