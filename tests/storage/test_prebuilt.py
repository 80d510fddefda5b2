"""Prebuilt statements: constant text, the transaction of the unit of work, and errors that become ours."""

import pytest
from sqlalchemy import bindparam, insert, select, update

from registry.errors import Unavailable
from registry.storage.prebuilt import Prebuilt
from registry.storage.tables import idempotency, log_tiles, record_status
from tests.registries import Desk

ADD = Prebuilt(insert(log_tiles))
FIND = Prebuilt(select(log_tiles.c.hashes).where(log_tiles.c.number == bindparam("place")))
CHANGE = Prebuilt(
    update(log_tiles)
    .where(log_tiles.c.level == 9, log_tiles.c.number == bindparam("place"))
    .values(hashes=bindparam("new"))
)


def test_rows_are_written_found_and_counted_with_the_statements_own_constants(desk: Desk) -> None:
    rows = [{"level": 9, "number": n, "hashes": bytes([n, 0, 255])} for n in (70, 71)]
    with desk.registry.bookkeeping() as uow:
        assert ADD.run(uow.connection, rows) == 2
        assert CHANGE.run(uow.connection, [{"place": 70, "new": b"\0new"}]) == 1
        assert CHANGE.run(uow.connection, [{"place": 72, "new": b""}]) == 0
    with desk.registry.reading() as uow:
        assert FIND.rows(uow.connection, {"place": 70}) == [(b"\0new",)]
        assert FIND.rows(uow.connection, {"place": 71}) == [(bytes([71, 0, 255]),)]
        assert FIND.rows(uow.connection, {"place": 72}) == []


def test_many_rows_are_written_as_single_ones_are(desk: Desk) -> None:
    rows = [
        {"owner": f"o'{n}", "key": "%s\\", "request_digest": bytes([n, 0, 92, 39]), "status": n}
        | {"body": b"", "created_at": 2**40 + n}
        for n in range(100)
    ]
    add = Prebuilt(insert(idempotency))
    with desk.registry.bookkeeping() as uow:
        assert add.run(uow.connection, rows) == 100
    with desk.registry.reading() as uow:
        found = uow.connection.execute(select(idempotency).order_by(idempotency.c.status))
        assert [dict(row._mapping) for row in found] == rows


def test_many_rows_with_and_without_a_value_keep_to_what_is_there(desk: Desk) -> None:
    rows = [
        {"record": f"r{n}", "list": 7, "position": n, "ends_at": n if n % 2 else None}
        for n in range(50)
    ]
    with desk.registry.bookkeeping() as uow:
        for row in rows:
            uow.statuses.add(row["record"], row["list"], row["position"])
        uow.statuses.set_ends((row["record"], row["ends_at"]) for row in rows)
    with desk.registry.reading() as uow:
        found = uow.connection.execute(
            select(record_status).where(record_status.c.list == 7).order_by("position")
        )
        assert [dict(row._mapping) for row in found] == rows


def test_what_a_failed_transaction_wrote_is_gone_and_the_drivers_error_is_unavailable(
    desk: Desk,
) -> None:
    row = {"level": 9, "number": 70, "hashes": b"x"}

    def twice() -> None:
        with desk.registry.bookkeeping() as uow:
            ADD.run(uow.connection, [row])
            ADD.run(uow.connection, [row])

    with pytest.raises(Unavailable, match="nothing was acknowledged"):
        twice()
    with desk.registry.reading() as uow:
        assert FIND.rows(uow.connection, {"place": 70}) == []
