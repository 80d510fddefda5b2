"""Driver connections that are kept open between requests and lent to one request at a time.

Guarantee: a connection that failed is closed and never lent again; `close` closes every idle one, and whatever is
given back after it.
"""

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry.storage.engine import away


class KeptConnections:
    """As many connections as requests ever ran at once. `prepare` makes of each new one what is kept."""

    def __init__(self, engine: Engine, prepare: Callable[[Any], Any]) -> None:
        self._engine = engine
        self._prepare = prepare
        self._idle: deque[Any] = deque()
        self._closed = False
        loaded: Any = engine.dialect.loaded_dbapi
        self.errors: tuple[type[Exception], ...] = (loaded.Error, DBAPIError, PoolTimeoutError)

    def lent(self) -> "Loan":
        """A driver connection for the time of a block (`with`).

        Raises: Unavailable for any error of the driver, after which the connection is gone.
        """
        return Loan(self)

    def take(self) -> Any:
        """A connection of one's own; give it back, or close it if anything failed. Raises: the driver's errors."""
        try:
            return self._idle.pop()
        except IndexError:
            fresh = self._engine.raw_connection()
            fresh.detach()
            return self._prepare(fresh.dbapi_connection)

    def give_back(self, connection: Any) -> None:
        """It is as it was when it was taken."""
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Closes what is idle; what is lent closes when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


class Loan:
    """One connection, lent for the time of a block. (A class, because each question takes one; contextlib's
    generators cost ten times as much.)"""

    __slots__ = ("_connection", "_kept")

    def __init__(self, kept: KeptConnections) -> None:
        self._kept = kept

    def __enter__(self) -> Any:
        try:
            self._connection = self._kept.take()
        except self._kept.errors as error:
            raise away(error) from error
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._kept.give_back(self._connection)
            return
        close_quietly(self._connection)
        if isinstance(error, self._kept.errors):
            raise away(error) from error


def close_quietly(connection: Any) -> None:
    """Closes a connection of which nothing is known any more."""
    try:
        if connection is not None:
            connection.close()
    except Exception:  # noqa: S110 - it is broken already, and the first error is the one to tell
        pass
