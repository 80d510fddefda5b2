"""What witnesses said: their cosignatures over checkpoints, and how the last try with each went.

Kept are each witness's newest cosignature, and all from the newest checkpoint on that a quorum has cosigned. They are
beside the log and not in it: whoever reads one verifies it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from registry.storage.witness_tables import cosignatures, witnesses

_C, _W = cosignatures.c, witnesses.c


@dataclass(frozen=True, slots=True)
class Cosigned:
    """One cosignature: over the checkpoint of `size` entries with this root, by the witness with this key, at `at`
    (ms)."""

    vkey: str
    size: int
    root: bytes
    line: str
    at: int


@dataclass(frozen=True, slots=True)
class Tried:
    """How the last try with a witness went, at `tried_at` (ms): `failures` in a row, and the words of the last one.
    `known`: how many entries it has seen."""

    vkey: str
    known: int
    failures: int
    tried_at: int
    error: str | None


def _put(table: Any, key: list[str]) -> dict[str, Insert]:
    made = {}
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite)):
        statement: Any = dialect.insert(table)
        rest = {
            each.name: statement.excluded[each.name] for each in table.c if each.name not in key
        }
        made[name] = statement.on_conflict_do_update(index_elements=key, set_=rest)
    return made


_PUT_COSIGNED = _put(cosignatures, ["size", "vkey"])
_PUT_TRIED = _put(witnesses, ["vkey"])


class Cosignatures:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, found: Sequence[Cosigned]) -> None:
        """Keeps verified cosignatures; another one by the same witness over the same size is replaced."""
        for each in found:
            row = {name: getattr(each, name) for name in Cosigned.__slots__}
            self._connection.execute(_PUT_COSIGNED[self._connection.dialect.name], row)

    def note(self, tried: Tried) -> None:
        """Writes down how a try went."""
        row = {name: getattr(tried, name) for name in Tried.__slots__}
        self._connection.execute(_PUT_TRIED[self._connection.dialect.name], row)

    def over(self, size: int, root: bytes) -> list[Cosigned]:
        """The cosignatures over one checkpoint, by key."""
        wanted = select(cosignatures).where(_C.size == size, _C.root == root).order_by(_C.vkey)
        return [Cosigned(**row._mapping) for row in self._connection.execute(wanted)]

    def all(self) -> list[Cosigned]:
        """Every cosignature that is kept, by size."""
        wanted = select(cosignatures).order_by(_C.size, _C.vkey)
        return [Cosigned(**row._mapping) for row in self._connection.execute(wanted)]

    def newest(self) -> dict[str, Cosigned]:
        """Verifier key → the cosignature over the largest size."""
        last = select(_C.vkey, func.max(_C.size).label("size")).group_by(_C.vkey).subquery()
        wanted = select(cosignatures).join(
            last, (last.c.vkey == _C.vkey) & (last.c.size == _C.size)
        )
        return {row.vkey: Cosigned(**row._mapping) for row in self._connection.execute(wanted)}

    def tried(self) -> dict[str, Tried]:
        """Verifier key → how the last try went."""
        return {
            row.vkey: Tried(**row._mapping) for row in self._connection.execute(select(witnesses))
        }

    def witnessed(self, vkeys: Iterable[str], quorum: int, most: int) -> tuple[int, bytes] | None:
        """Size and root of the newest checkpoint, of at most `most` entries, which so many of these have cosigned."""
        row = self._connection.execute(
            select(_C.size, _C.root)
            .where(_C.vkey.in_(list(vkeys)), _C.size <= most)
            .group_by(_C.size, _C.root)
            .having(func.count() >= quorum)
            .order_by(_C.size.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else (row.size, row.root)

    def forget(self, before: int) -> None:
        """Deletes cosignatures over fewer entries, but each witness's newest."""
        newest = {each.vkey: each.size for each in self.newest().values()}
        for vkey, size in newest.items():
            self._connection.execute(
                delete(cosignatures).where(_C.vkey == vkey, _C.size < min(before, size))
            )
