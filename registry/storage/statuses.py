"""The place of each record in a status list, when it ends, and the lists as last signed."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from registry.storage.prebuilt import Prebuilt, in_order
from registry.storage.tables import record_status, status_lists

_DRAWN = (1, 8, 256)
"""How many places a transaction draws the first time, the second, and then: so an act on many works asks only now and
then."""
_NAMES = [f"place_{number}" for number in range(_DRAWN[-1])]
_ADD = Prebuilt(insert(record_status))
_TAKEN = Prebuilt(
    select(record_status.c.record).where(
        record_status.c.list == bindparam("number"), record_status.c.position == bindparam("place")
    )
)


def _at_random(count: int, length: int) -> list[int]:
    """So many numbers below `length` (at most 2³²), each as likely as any other; the system is asked once for all."""
    spare = 32 - (length - 1).bit_length()
    found: list[int] = []
    while len(found) < count:
        words = memoryview(secrets.token_bytes(4 * count)).cast("I")
        found += [each for word in words if (each := word >> spare) < length]
    return found[:count]


def _taken_of(count: int) -> Prebuilt:
    places: list[Any] = [bindparam(name) for name in _NAMES[:count]]
    statement = select(record_status.c.position).where(
        record_status.c.list == bindparam("number"), record_status.c.position.in_(places)
    )
    return Prebuilt(statement)


_TAKEN_OF = {count: _taken_of(count) for count in _DRAWN[1:]}
_SET_ENDS = Prebuilt(
    update(record_status)
    .where(record_status.c.record == bindparam("of"))
    .values(ends_at=bindparam("ends"))
)


@dataclass(frozen=True, slots=True)
class SignedList:
    made_at: int
    credential: bytes


class Statuses:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._added: dict[tuple[int, int], str] = {}
        self._ends: dict[str, int | None] = {}
        self._free: dict[int, list[int]] = {}
        self._draws = 0

    def is_taken(self, number: int, position: int) -> bool:
        if (number, position) in self._added:
            return True
        return bool(_TAKEN.rows(self._connection, {"number": number, "place": position}))

    def exists(self, number: int) -> bool:
        """Does any record have a place in this list?"""
        row = self._connection.execute(
            select(record_status.c.record).where(record_status.c.list == number).limit(1)
        ).one_or_none()
        return row is not None

    def add(self, record: str, number: int, position: int) -> None:
        """Gives a record its place; written by `flush`."""
        self._added[number, position] = record

    def take(self, record: str, number: int, length: int) -> int:
        """Gives a record a free place of this list's `length`, at random. Returns it; written by `flush`."""
        free = self._free.setdefault(number, [])
        while not free:
            free += self._draw(number, length)
        position = free.pop()
        self.add(record, number, position)
        return position

    def _draw(self, number: int, length: int) -> list[int]:
        """Some free places; more than the last time."""
        count = _DRAWN[min(self._draws, len(_DRAWN) - 1)]
        self._draws += 1
        drawn = _at_random(count, length)
        if count == 1:
            return [place for place in drawn if not self.is_taken(number, place)]
        given = {"number": number, **dict(zip(_NAMES, drawn, strict=False))}
        taken = {place for (place,) in _TAKEN_OF[count].rows(self._connection, given)}
        # each once, and in the order in which they came: a set would sort them
        return [
            place
            for place in dict.fromkeys(drawn)
            if place not in taken and (number, place) not in self._added
        ]

    def set_ends(self, ends: Iterable[tuple[str, int | None]]) -> None:
        """When the last of what each record states ends, or None while open; written by `flush`."""
        self._ends.update(ends)

    def flush(self) -> None:
        """Writes what was added and set since the last flush, in two statements."""
        fresh = [
            {
                "record": record,
                "list": number,
                "position": position,
                "ends_at": self._ends.pop(record, None),
            }
            for (number, position), record in self._added.items()
        ]
        if fresh:
            _ADD.run(self._connection, in_order(fresh, "record"))
        if self._ends:
            _SET_ENDS.run(
                self._connection,
                [{"of": record, "ends": at} for record, at in self._ends.items()],
            )
        self._added, self._ends = {}, {}

    def ended(self, number: int, at: int) -> list[int]:
        """The positions in a list whose records have ended by then."""
        rows = self._connection.execute(
            select(record_status.c.position).where(
                record_status.c.list == number, record_status.c.ends_at <= at
            )
        )
        return [row.position for row in rows]

    def of_list(self, number: int) -> list[tuple[str, int]]:
        """The records that have a place in a list, with it, in the list's order."""
        rows = self._connection.execute(
            select(record_status.c.record, record_status.c.position)
            .where(record_status.c.list == number)
            .order_by(record_status.c.position)
        )
        return [(row.record, row.position) for row in rows]

    def outdated(self, at: int, signed_before: int) -> list[int]:
        """The lists that were signed once, and since then got another bit, or were signed too long ago."""
        ended_since = (
            select(record_status.c.record)
            .where(
                record_status.c.list == status_lists.c.list,
                record_status.c.ends_at > status_lists.c.made_at,
                record_status.c.ends_at <= at,
            )
            .exists()
        )
        rows = self._connection.execute(
            select(status_lists.c.list)
            .where(or_(status_lists.c.made_at < signed_before, ended_since))
            .order_by(status_lists.c.list)
        )
        return [row.list for row in rows]

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
