"""A cursor for the read path on SQLite, which knows whether anybody has written since it looked last.

Guarantee: what is in `unchanged` was read in this very moment of the store, or in an earlier one since which nobody has
committed anything. Each moment asks anew, in its own transaction: SQLite's `PRAGMA data_version` is another number
after each commit by any other connection, in this process or elsewhere (https://sqlite.org/pragma.html), and nobody
writes through this one.
"""

from typing import Any, Final

MOST_UNCHANGED: Final = 1_000

_PRAGMAS = ("PRAGMA cache_size=-4096", "PRAGMA mmap_size=0")
"""The system keeps the file's pages for all processes. A connection that kept more of its own (64 MB), or mapped the
file, would make a server process grow with the store; docs/scale.md says what either would save."""


class WatchedCursor:
    """One connection, on which nobody begins a transaction but its user. Raises: the driver's errors."""

    __slots__ = ("_connection", "_version", "execute", "fetchall", "fetchone", "unchanged")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        self.execute = cursor.execute
        self.fetchall = cursor.fetchall
        self.fetchone = cursor.fetchone
        self.unchanged: dict[str, Any] = {}
        """What its user has read and will need again, by names of its own."""
        self._version = -1

    def begin(self) -> None:
        """From now on one moment is seen, and `unchanged` holds in it."""
        self.execute("BEGIN")
        (version,) = self.execute("PRAGMA data_version").fetchone()
        if version != self._version or len(self.unchanged) > MOST_UNCHANGED:
            self._version = version
            self.unchanged = {}

    def end(self) -> None:
        """The moment is over."""
        self.execute("ROLLBACK")

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
