"""The place of each record in a status list, when it ends, and the lists as last signed."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from registry.storage.tables import record_status, status_lists


@dataclass(frozen=True, slots=True)
class SignedList:
    made_at: int
    credential: bytes


class Statuses:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_taken(self, number: int, position: int) -> bool:
        row = self._connection.execute(
            select(record_status.c.record).where(
                record_status.c.list == number, record_status.c.position == position
            )
        ).one_or_none()
        return row is not None

    def exists(self, number: int) -> bool:
        """Does any record have a place in this list?"""
        row = self._connection.execute(
            select(record_status.c.record).where(record_status.c.list == number).limit(1)
        ).one_or_none()
        return row is not None

    def add(self, record: str, number: int, position: int) -> None:
        self._connection.execute(
            insert(record_status),
            {"record": record, "list": number, "position": position, "ends_at": None},
        )

    def set_ends(self, ends: Iterable[tuple[str, int | None]]) -> None:
        """When the last of what each record states ends, or None while it is open."""
        for record, ends_at in ends:
            self._connection.execute(
                update(record_status).where(record_status.c.record == record).values(ends_at=ends_at)
            )

    def ended(self, number: int, at: int) -> list[int]:
        """The positions in a list whose records have ended by then."""
        rows = self._connection.execute(
            select(record_status.c.position).where(
                record_status.c.list == number, record_status.c.ends_at <= at
            )
        )
        return [row.position for row in rows]

    def signed(self, number: int) -> SignedList | None:
        row = self._connection.execute(
            select(status_lists).where(status_lists.c.list == number)
        ).one_or_none()
        return None if row is None else SignedList(row.made_at, row.credential)

    def keep_signed(self, number: int, signed: SignedList) -> None:
        self._connection.execute(delete(status_lists).where(status_lists.c.list == number))
        self._connection.execute(
            insert(status_lists),
            {"list": number, "made_at": signed.made_at, "credential": signed.credential},
        )
