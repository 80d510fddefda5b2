"""Prebuilt statements on PostgreSQL, straight to libpq: prepared once a connection, values and rows in binary; those of
which nobody awaits the outcome go one after the other without waiting (PostgreSQL manual, 34.5, 55.2 and 55.7).

Psycopg's own cursor costs several times as much a statement. What it and SQLAlchemy do on the same connection comes in
its turn, after `settle`. Guarantee: whatever fails on the way is raised by `settle` at the latest, and a connection
that was left in the middle of it is closed.
"""

import select
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count, pairwise
from typing import Any, Final

from psycopg import Error, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, PipelineStatus, TransactionStatus
from sqlalchemy import Connection

from registry.storage.wired import BINARY, Row, Wired, int8, rows_of

_IN_A_TRANSACTION: Final = (
    TransactionStatus.ACTIVE,
    TransactionStatus.INTRANS,
    TransactionStatus.INERROR,
)
_DONE: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

_BEGIN: Final = Wired("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE", ())
# the lock names the patience, and so is asked for after it is set
_TAKE_LOCK: Final = Wired(
    "SELECT pg_advisory_xact_lock(CASE WHEN patience.ms IS NOT NULL THEN $1::BIGINT END) "
    "FROM (SELECT set_config('lock_timeout', $2::TEXT, true) AS ms OFFSET 0) AS patience",
    (("number", int8.pack), ("patience", str.encode)),
)


class PreparedWriter:
    """One connection of psycopg, within transactions that are begun and ended by others."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._pgconn = driver.pgconn
        self._answers = select.poll()
        self._answers.register(self._pgconn.socket, select.POLLIN)
        self._numbers = count()
        self._names: dict[Wired, bytes] = {}
        self._sent: list[Wired | None] = []
        """What is on its way; None for the preparation of what follows."""
        self._ahead: dict[Wired, list[Row]] = {}
        self._is_together = False
        self._is_doubtful = False

    def is_fit(self) -> bool:
        """Is a transaction under way, so that what is sent is a part of it?"""
        return self._pgconn.transaction_status in _IN_A_TRANSACTION

    def begin(self, lock: Mapping[str, Any], ahead: Sequence[Wired]) -> None:
        """Begins a transaction that writes, takes the sequencer's lock in it, and then reads what will be asked first,
        all with one message. Raises: the driver's errors."""
        self._ahead.clear()
        try:
            self._send(_BEGIN, [])
            self._send(_TAKE_LOCK, _TAKE_LOCK.values(lock))
            for statement in ahead:
                self._send(statement, [])
        except BaseException:
            self._driver.close()  # nobody knows how far it came
            raise
        _begun, _locked, *found = self._settled()
        self._ahead = dict(zip(ahead, map(rows_of, found), strict=True))

    def rows(self, statement: Wired, row: Mapping[str, Any]) -> list[Row]:
        """What it gives. Raises: the driver's errors."""
        if self._ahead and (found := self._ahead.pop(statement, None)) is not None:
            return found
        if not statement.only_reads:
            self._ahead.clear()
        name, values = self._names.get(statement), statement.values(row)
        if name is None or self._is_on_its_way() or self._is_doubtful:
            self._send(statement, values)
            return rows_of(self._settled()[-1])
        result = self._pgconn.exec_prepared(name, values, statement.formats, BINARY)
        if result.status not in _DONE:
            self._names.pop(statement, None)  # perhaps its plan is of a table that was changed
            raise error_from_result(result)
        return rows_of(result)

    def rows_of_each(self, statement: Wired, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
        """What it gives for one after the other, asked with one message. Raises: the driver's errors."""
        if not statement.only_reads:
            self._ahead.clear()
        ready = [statement.values(row) for row in rows]
        if self._is_on_its_way():
            self._settled()
        for values in ready:
            self._send(statement, values)
        results = self._settled() if self._is_on_its_way() else []
        return [found for result in results for found in rows_of(result)]

    def run(self, statement: Wired, rows: Iterable[Mapping[str, Any]]) -> int:
        """Carries it out for each row. Returns how many rows of the store it touched; within `together`, 0.

        Raises: the driver's errors.
        """
        self._ahead.clear()
        try:
            for row in rows:
                self._send(statement, statement.values(row))
        except BaseException:
            if not self._is_together:
                with suppress(Error):  # the first error is the one to tell
                    self.settle()
            raise
        if self._is_together or not self._is_on_its_way():
            return 0
        return sum(result.command_tuples or 0 for result in self._settled())

    @contextmanager
    def together(self) -> Iterator[None]:
        """What `run` carries out within is not waited for. Raises: the driver's errors, at its end at the latest."""
        if self._is_together:
            yield
            return
        self._is_together = True
        try:
            yield
        except BaseException:
            with suppress(Error):  # the first error is the one to tell
                self.settle()
            raise
        finally:
            self._is_together = False
        self.settle()

    def settle(self) -> None:
        """Waits for all that was sent, and forgets what was read ahead. Raises: the driver's errors."""
        self._ahead.clear()
        if self._is_on_its_way():
            self._settled()

    def doubt(self) -> None:
        """Psycopg lets the server forget prepared statements, these too, when it rolls back, or drops anything."""
        self._is_doubtful = True

    def _is_on_its_way(self) -> bool:
        return bool(self._pgconn.pipeline_status != PipelineStatus.OFF)

    def _send(self, statement: Wired, values: list[bytes | None]) -> None:
        if self._is_doubtful:
            self._look_what_is_known()
        pgconn = self._pgconn
        if not self._is_on_its_way():
            pgconn.enter_pipeline_mode()
        name = self._names.get(statement)
        if name is None:
            name = self._names[statement] = b"write %d" % next(self._numbers)
            pgconn.send_prepare(name, statement.text)
            self._sent.append(None)
        pgconn.send_query_prepared(name, values, statement.formats, BINARY)
        self._sent.append(statement)

    def _settled(self) -> list[Any]:
        """The result of each statement that was on its way."""
        sent, self._sent = self._sent, []
        results: list[Any] = []
        try:
            self._pgconn.pipeline_sync()
            while (result := self._next()) is None or result.status != ExecStatus.PIPELINE_SYNC:
                if result is not None:
                    results.append(result)
            self._pgconn.exit_pipeline_mode()
        except BaseException:
            self._driver.close()  # nobody knows what it would say next
            raise
        for place, result in enumerate(results):
            if result.status not in _DONE:
                self._forget_names(sent, place)
                raise error_from_result(result)
        return [result for each, result in zip(sent, results, strict=True) if each is not None]

    def _forget_names(self, sent: Sequence[Wired | None], failed: int) -> None:
        """Of what was prepared with these, since perhaps it was not reached; and of the one that failed, since perhaps
        its plan is of a table that was changed."""
        names = [after for before, after in pairwise(sent) if before is None]
        for statement in (*names, sent[failed]):
            if statement is not None:
                self._names.pop(statement, None)

    def _next(self) -> Any:
        """The next result, or None between those of two statements. Other threads go on meanwhile."""
        pgconn = self._pgconn
        while pgconn.flush():  # more than the socket takes at once
            self._wait(select.POLLIN | select.POLLOUT)
            pgconn.consume_input()
        while pgconn.is_busy():
            self._wait(select.POLLIN)
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None and pgconn.status != ConnStatus.OK:
            raise OperationalError("the connection was lost")
        return result

    def _wait(self, events: int) -> None:
        self._answers.modify(self._pgconn.socket, events)
        self._answers.poll()

    def _look_what_is_known(self) -> None:
        self.settle()
        result = self._pgconn.exec_params(
            b"SELECT name FROM pg_prepared_statements", None, result_format=BINARY
        )
        if result.status not in _DONE:
            raise error_from_result(result)
        known = {name.encode() for (name,) in rows_of(result)}
        self._names = {each: name for each, name in self._names.items() if name in known}
        self._is_doubtful = False


def writer_on(connection: Connection) -> PreparedWriter:
    """The one of this connection to PostgreSQL."""
    kept = connection.info
    found: PreparedWriter | None = kept.get("prepared_writer")
    if found is None:
        found = kept["prepared_writer"] = PreparedWriter(connection.connection.dbapi_connection)
    return found


def settle_first(connection: Connection, _cursor: Any = None, statement: str = "", *_: Any) -> None:
    """For SQLAlchemy's events: what it is about to do on this connection comes after what was sent before."""
    found = connection.info.get("prepared_writer")
    if found is not None:
        found.settle()
        if statement.lstrip().startswith(("DROP", "ALTER")):
            found.doubt()


def doubt_after(connection: Connection, *_: Any) -> None:
    """For SQLAlchemy's events: it rolls back."""
    if connection.invalidated:
        return
    found = connection.info.get("prepared_writer")
    if found is not None:
        found.doubt()
