"""Who acts for a rightsholder, and in which role: its members, and by delegation the members of another (a label)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.account_tables import delegations, members
from registry.storage.journal import Note

_M, _D = members.c, delegations.c
_DIALECTS: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}


class MemberRole(StrEnum):
    OWNER = "owner"
    """Everything, and who else acts for the rightsholder."""
    EDITOR = "editor"
    """Registers, declares, withdraws."""
    VIEWER = "viewer"
    """Reads."""


@dataclass(frozen=True, slots=True)
class Member:
    """This account acts for this rightsholder, since then (ms)."""

    rightsholder: str
    account: str
    role: MemberRole
    since: int


@dataclass(frozen=True, slots=True)
class Delegation:
    """All who act for `agent` act for this rightsholder, since then (ms), as editors at most."""

    rightsholder: str
    agent: str
    since: int


class Members:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def put(self, member: Member) -> None:
        """Adds a member, or changes the role of one."""
        fresh = _DIALECTS[self._connection.dialect.name].insert(members)
        put = fresh.on_conflict_do_update(
            index_elements=["rightsholder", "account"], set_={"role": fresh.excluded.role}
        )
        self._connection.execute(
            put,
            {name: getattr(member, name) for name in Member.__slots__}
            | {"role": member.role.value},
        )
        role = member.role.value
        self._note("member.role-given", member.account, rightsholder=member.rightsholder, role=role)

    def find(self, rightsholder: str, account: str) -> Member | None:
        row = self._connection.execute(
            select(members).where(_M.rightsholder == rightsholder, _M.account == account)
        ).one_or_none()
        return None if row is None else _member(row)

    def acting(self, rightsholder: str, account: str) -> Member | None:
        """As whom this account acts for it: as a member, else by delegation, in the highest role that it has there, as
        an editor at most."""
        own = self.find(rightsholder, account)
        if own is not None:
            return own
        return next(iter(self._by_delegation(account, _D.rightsholder == rightsholder)), None)

    def of(self, rightsholder: str) -> list[Member]:
        """Everybody who acts for it, in the order in which they came."""
        rows = self._connection.execute(
            select(members).where(_M.rightsholder == rightsholder).order_by(_M.since, _M.account)
        )
        return [_member(row) for row in rows]

    def for_account(self, account: str) -> list[Member]:
        """Everybody for whom this account acts: first those of whom it is a member, then those by delegation."""
        rows = self._connection.execute(
            select(members).where(_M.account == account).order_by(_M.since, _M.rightsholder)
        )
        own = [_member(row) for row in rows]
        there = {each.rightsholder for each in own}
        return own + [
            each for each in self._by_delegation(account) if each.rightsholder not in there
        ]

    def owners(self, rightsholder: str) -> int:
        counted = select(func.count()).where(
            _M.rightsholder == rightsholder, _M.role == MemberRole.OWNER.value
        )
        return int(self._connection.execute(counted).scalar_one())

    def remove(self, rightsholder: str, account: str) -> bool:
        """Returns False where there is no such member."""
        found = (_M.rightsholder == rightsholder, _M.account == account)
        if self._connection.execute(delete(members).where(*found)).rowcount != 1:
            return False
        self._note("member.removed", account, rightsholder=rightsholder)
        return True

    # -- delegation --

    def delegate(self, delegation: Delegation) -> bool:
        """Returns False where it is so already."""
        if any(each.agent == delegation.agent for each in self.agents_of(delegation.rightsholder)):
            return False
        row = {name: getattr(delegation, name) for name in Delegation.__slots__}
        self._connection.execute(insert(delegations), row)
        whom = {"rightsholder": delegation.rightsholder, "agent": delegation.agent}
        self._note("delegation.made", **whom)
        return True

    def end_delegation(self, rightsholder: str, agent: str) -> bool:
        """Returns False where there is none."""
        found = (_D.rightsholder == rightsholder, _D.agent == agent)
        if self._connection.execute(delete(delegations).where(*found)).rowcount != 1:
            return False
        self._note("delegation.ended", rightsholder=rightsholder, agent=agent)
        return True

    def agents_of(self, rightsholder: str) -> list[Delegation]:
        """Who acts for it by delegation, in the order in which they came."""
        return self._delegations(_D.rightsholder == rightsholder)

    def clients_of(self, agent: str) -> list[Delegation]:
        """For whom it acts by delegation."""
        return self._delegations(_D.agent == agent)

    def _delegations(self, condition: Any) -> list[Delegation]:
        rows = self._connection.execute(
            select(delegations).where(condition).order_by(_D.since, _D.rightsholder, _D.agent)
        )
        return [Delegation(**row._mapping) for row in rows]

    def _by_delegation(self, account: str, *conditions: Any) -> list[Member]:
        rows = self._connection.execute(
            select(_D.rightsholder, _D.since, _M.role)
            .join(members, _M.rightsholder == _D.agent)
            .where(_M.account == account, *conditions)
            .order_by(_D.since, _D.rightsholder)
        )
        found: dict[str, Member] = {}
        for row in rows:
            viewer = row.role == MemberRole.VIEWER
            role = MemberRole.VIEWER if viewer else MemberRole.EDITOR
            if row.rightsholder not in found or not viewer:
                found[row.rightsholder] = Member(row.rightsholder, account, role, row.since)
        return list(found.values())


def _member(row: Any) -> Member:
    return Member(row.rightsholder, row.account, MemberRole(row.role), row.since)
