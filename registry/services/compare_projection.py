"""The projection against one that is folded anew from the events, row by row, in the order of the keys."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, select

from registry.errors import VerificationFailed
from registry.services.rebuild import fold_into
from registry.storage.engine import open_engine
from registry.storage.tables import PROJECTION, above_locations, cards, metadata
from registry.storage.unit_of_work import UnitOfWork, unit_of_work

Row = tuple[Any, ...]


def compare_projection(uow: UnitOfWork, progress: Callable[[int, int], None]) -> int:
    """How many rows there are. Cards that an older program left out are no fault: nothing is told from them
    (`LogStore.cards_size`), so they are not looked at.

    Raises: VerificationFailed naming the first row that differs, is missing, or should not be there;
    LookupError for a log that refers to what it never made.
    """
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'projection.sqlite'}", durable=False)
        try:
            metadata.create_all(engine, tables=list(PROJECTION))
            with unit_of_work(engine) as fresh:
                fold_into(uow, fresh, progress)
                tables = [
                    each
                    for each in PROJECTION
                    if uow.log.cards_are_whole() or each not in (cards, above_locations)
                ]
                return sum(_compare(each, uow.connection, fresh.connection) for each in tables)
        finally:
            engine.dispose()


def _compare(table: Table, stored: Connection, fresh: Connection) -> int:
    rows = 0
    width = len(table.primary_key.columns)
    for have, want in _in_step(_rows(table, stored), _rows(table, fresh), width):
        if have != want:
            what = (
                "is missing"
                if have is None
                else "should not be there"
                if want is None
                else "differs"
            )
            raise VerificationFailed(
                f"{table.name} [{_key(table, have or want or ())}] {what}; the events say otherwise. "
                "Run: registry rebuild"
            )
        rows += 1
    return rows


def _key(table: Table, row: Row) -> str:
    return ", ".join(
        f"{column.name}={value.hex() if isinstance(value, bytes) else value}"
        for column, value in zip(table.primary_key, row, strict=False)
    )


def _rows(table: Table, connection: Connection) -> Iterator[Row]:
    """The rows, key first, in an order that both databases share: by the bytes of the key, whatever the
    collation."""
    key = list(table.primary_key)
    order = [
        column.collate("C")
        if connection.dialect.name == "postgresql" and column.type.python_type is str
        else column
        for column in key
    ]
    rest = [column for column in table.columns if not column.primary_key]
    statement = select(*key, *rest).order_by(*order).execution_options(yield_per=2000)
    with connection.execute(statement) as result:
        for row in result:
            yield tuple(row)


def _in_step(
    have: Iterator[Row], want: Iterator[Row], width: int
) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows with the same key side by side; None where one side lacks it. Both come in order of key."""
    left, right = next(have, None), next(want, None)
    while left is not None or right is not None:
        ours = right is None or (left is not None and left[:width] <= right[:width])
        theirs = left is None or (right is not None and right[:width] <= left[:width])
        yield left if ours else None, right if theirs else None
        left = next(have, None) if ours else left
        right = next(want, None) if theirs else right
