"""What people are told of, and have read; and what they want no mail of.

Guarantee: a notice of one slot is one row for a person, however often it is added.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.account_tables import accounts, delegations, members
from registry.storage.notice_tables import effects_to_tell, notices, unwanted_mails

_N, _U, _E = notices.c, unwanted_mails.c, effects_to_tell.c
_DIALECTS: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing, or `count` of a kind within an hour, that `account` is told of. `rightsholder` is empty for what
    concerns the account alone. Times in ms; `mail`: the id of the mail that went with it."""

    id: str
    account: str
    rightsholder: str
    kind: str
    slot: str
    about: str | None
    words: Mapping[str, str]
    count: int
    made_at: int
    read_at: int | None = None
    mail: str | None = None


class Recipient(NamedTuple):
    """Somebody who acts for a rightsholder: as a member of it (`directly`), or by delegation alone."""

    account: str
    address: str
    language: str
    directly: bool


class Effect(NamedTuple):
    """A confirmed loosening of this rightsholder takes effect at `due` (ms). `what`: what it is on."""

    loosening: str
    rightsholder: str
    what: str
    due: int


class Notices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def recipients(self, rightsholder: str) -> list[Recipient]:
        """Everybody who acts for it, each once."""
        direct = select(members.c.account).where(members.c.rightsholder == rightsholder)
        delegated = (
            select(members.c.account)
            .join(delegations, delegations.c.agent == members.c.rightsholder)
            .where(delegations.c.rightsholder == rightsholder)
        )
        acting = union(direct, delegated).subquery()
        found = self._connection.execute(
            select(
                accounts.c.id,
                accounts.c.address,
                accounts.c.language,
                accounts.c.id.in_(direct).label("directly"),
            )
            .join(acting, acting.c.account == accounts.c.id)
            .order_by(accounts.c.id)
        )
        return [Recipient(id, address, lang, bool(direct)) for id, address, lang, direct in found]

    def rightsholders(self, after: str, limit: int) -> list[str]:
        """Those for whom somebody acts, in order of id, after the id `after`."""
        holder = members.c.rightsholder
        wanted = select(holder).where(holder > after).distinct().order_by(holder).limit(limit)
        return list(self._connection.execute(wanted).scalars())

    # -- what was told --

    def add(self, notice: Notice) -> bool:
        """False: there is one of this slot already, and nothing is changed."""
        row = {name: getattr(notice, name) for name in Notice.__slots__}
        fresh = _DIALECTS[self._connection.dialect.name].insert(notices)
        added = fresh.on_conflict_do_nothing().returning(_N.id)
        given = {**row, "words": json.dumps(dict(notice.words))}
        return self._connection.execute(added, given).one_or_none() is not None

    def newest(self, account: str, rightsholder: str, kind: str, since: int) -> Notice | None:
        """The newest of a kind, made after `since` (ms)."""
        same = (_N.account == account, _N.rightsholder == rightsholder, _N.kind == kind)
        found = self._listed(*same, _N.made_at > since, limit=1)
        return found[0] if found else None

    def count_up(self, id: str, more: int) -> None:
        """So many more of the kind happened; it is unread again."""
        changed = update(notices).where(_N.id == id)
        self._connection.execute(changed.values(count=_N.count + more, read_at=None))

    def of(self, account: str, before: str | None, limit: int) -> list[Notice]:
        """What a person was told, newest first, older than the notice `before`."""
        older = () if before is None else (_N.id < before,)
        return self._listed(_N.account == account, *older, limit=limit)

    def unread(self, account: str) -> int:
        counted = select(func.count()).where(_N.account == account, _N.read_at.is_(None))
        return int(self._connection.execute(counted).scalar_one())

    def read(self, account: str, now: int, *, id: str | None = None, upto: str = "") -> int:
        """Marks one as read, or all up to the notice `upto` (those that the person saw listed). Returns how many."""
        which = _N.id == id if id is not None else _N.id <= upto
        mine = (_N.account == account, _N.read_at.is_(None), which)
        return self._connection.execute(update(notices).where(*mine).values(read_at=now)).rowcount

    def is_told(self, rightsholder: str, kinds: Iterable[str], slot: str) -> bool:
        """Was anybody who acts for the rightsholder told of one of these kinds and this slot?"""
        told = (_N.rightsholder == rightsholder, _N.kind.in_(list(kinds)), _N.slot == slot)
        wanted = select(_N.id).where(*told).limit(1)
        return self._connection.execute(wanted).one_or_none() is not None

    def forget(self, before: int) -> int:
        """Deletes what was told before this moment (ms). Returns how many."""
        return self._connection.execute(delete(notices).where(_N.made_at < before)).rowcount

    def _listed(self, *conditions: Any, limit: int) -> list[Notice]:
        wanted = select(notices).where(*conditions).order_by(_N.id.desc()).limit(limit)
        rows = self._connection.execute(wanted)
        return [Notice(**{**row._mapping, "words": json.loads(row.words)}) for row in rows]

    # -- mails that somebody does not want --

    def unwanted(self, account: str) -> set[str]:
        """The kinds of which this person wants no mails."""
        wanted = select(_U.kind).where(_U.account == account)
        return set(self._connection.execute(wanted).scalars())

    def want(self, account: str, kind: str, *, mail: bool) -> None:
        """From now on this person gets mails of this kind, or none."""
        self._connection.execute(
            delete(unwanted_mails).where(_U.account == account, _U.kind == kind)
        )
        if not mail:
            self._connection.execute(insert(unwanted_mails), {"account": account, "kind": kind})

    # -- what is still to be told: loosenings that take effect --

    def expect(self, effects: Iterable[Effect]) -> None:
        """These take effect, each at its time. The same twice is once."""
        rows = [each._asdict() for each in effects]
        if rows:
            fresh = _DIALECTS[self._connection.dialect.name].insert(effects_to_tell)
            self._connection.execute(fresh.on_conflict_do_nothing(), rows)

    def expect_no_more(self, loosening: str) -> None:
        """It was stopped."""
        self._connection.execute(delete(effects_to_tell).where(_E.loosening == loosening))

    def take_effects(self, now: int, limit: int) -> list[Effect]:
        """Those that have taken effect by now, taken out."""
        wanted = select(effects_to_tell).where(_E.due <= now).order_by(_E.due, _E.loosening)
        found = [Effect(**row._mapping) for row in self._connection.execute(wanted.limit(limit))]
        taken = [each.loosening for each in found]
        self._connection.execute(delete(effects_to_tell).where(_E.loosening.in_(taken)))
        return found
