"""Driver connections that are kept open between requests and lent to one request at a time.

Guarantee: a connection that failed is closed and never lent again; `close` closes every idle one, and whatever is
given back after it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry.storage.engine import away


class KeptConnections:
    """As many connections as requests ever ran at once. `prepare` is called with each new one."""

    def __init__(
        self, engine: Engine, prepare: Callable[[Any], None] = lambda connection: None
    ) -> None:
        self._engine = engine
        self._prepare = prepare
        self._idle: deque[Any] = deque()
        self._closed = False
        loaded: Any = engine.dialect.loaded_dbapi
        self._errors: tuple[type[Exception], ...] = (loaded.Error, DBAPIError, PoolTimeoutError)

    @contextmanager
    def lent(self) -> Iterator[Any]:
        """A driver connection for the time of the block.

        Raises: Unavailable for any error of the driver, after which the connection is gone.
        """
        connection = None
        try:
            connection = self._take()
            yield connection
        except self._errors as error:
            _close_quietly(connection)
            raise away(error) from error
        except BaseException:
            _close_quietly(connection)
            raise
        else:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def close(self) -> None:
        """Closes what is idle; what is lent closes when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            fresh = self._engine.raw_connection()
            fresh.detach()
            connection = fresh.dbapi_connection
            self._prepare(connection)
            return connection


def _close_quietly(connection: Any) -> None:
    """Closes a connection of which nothing is known any more."""
    try:
        if connection is not None:
            connection.close()
    except Exception:  # noqa: S110 - it is broken already, and the first error is the one to tell
        pass
