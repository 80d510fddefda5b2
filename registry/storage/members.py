"""Who acts for a rightsholder, and in which role."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.account_tables import members

_M = members.c
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


class Members:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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

    def find(self, rightsholder: str, account: str) -> Member | None:
        row = self._connection.execute(
            select(members).where(_M.rightsholder == rightsholder, _M.account == account)
        ).one_or_none()
        return None if row is None else _member(row)

    def of(self, rightsholder: str) -> list[Member]:
        """Everybody who acts for it, in the order in which they came."""
        rows = self._connection.execute(
            select(members).where(_M.rightsholder == rightsholder).order_by(_M.since, _M.account)
        )
        return [_member(row) for row in rows]

    def for_account(self, account: str) -> list[Member]:
        """Everybody for whom this account acts."""
        rows = self._connection.execute(
            select(members).where(_M.account == account).order_by(_M.since, _M.rightsholder)
        )
        return [_member(row) for row in rows]

    def owners(self, rightsholder: str) -> int:
        counted = select(func.count()).where(
            _M.rightsholder == rightsholder, _M.role == MemberRole.OWNER.value
        )
        return int(self._connection.execute(counted).scalar_one())

    def remove(self, rightsholder: str, account: str) -> bool:
        """Returns False where there is no such member."""
        found = (_M.rightsholder == rightsholder, _M.account == account)
        return self._connection.execute(delete(members).where(*found)).rowcount == 1


def _member(row: Any) -> Member:
    return Member(row.rightsholder, row.account, MemberRole(row.role), row.since)
