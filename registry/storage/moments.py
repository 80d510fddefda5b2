"""Moments of the store: read transactions on kept connections, for the time of a `with` block.

Guarantee: all that is read within one is of one moment (SQLite: a read transaction; PostgreSQL: `REPEATABLE READ`), and
a connection on which anything failed is never used again. A refusal of ours that passes through (`RegistryError`) is no
failure of the store, so refused questions cost no new connection.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine

from registry.errors import RegistryError
from registry.storage.engine import away
from registry.storage.kept import KeptConnections, close_quietly
from registry.storage.prepared_cursor import PreparedCursor
from registry.storage.watched_cursor import WatchedCursor

T = TypeVar("T")


class Moments:
    """Of one store."""

    def __init__(self, engine: Engine) -> None:
        self.postgresql = engine.dialect.name == "postgresql"
        self.kept = KeptConnections(engine, PreparedCursor if self.postgresql else WatchedCursor)

    def moment(self, look: Callable[[Any], T]) -> "Moment[T]":
        """A block in which `look`, made of a cursor (`WatchedCursor`, `PreparedCursor`), sees one moment.

        Raises: Unavailable.
        """
        return Moment(self, look)

    def close(self) -> None:
        """Closes every connection."""
        self.kept.close()


class Moment(Generic[T]):
    """One block."""

    __slots__ = ("_cursor", "_look", "_moments")

    def __init__(self, moments: Moments, look: Callable[[Any], T]) -> None:
        self._moments = moments
        self._look = look

    def __enter__(self) -> T:
        kept, cursor = self._moments.kept, None
        try:
            cursor = self._cursor = kept.take()
            cursor.begin()
        except kept.errors as error:
            close_quietly(cursor)
            raise away(error) from error
        return self._look(cursor)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        kept = self._moments.kept
        if error is None or isinstance(error, RegistryError):
            try:
                self._cursor.end()
            except kept.errors as broken:
                close_quietly(self._cursor)
                raise away(broken) from broken
            kept.give_back(self._cursor)
            return
        close_quietly(self._cursor)
        if isinstance(error, kept.errors):
            raise away(error) from error
