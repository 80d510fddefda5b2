"""Who acts for a platform, in which role; who was invited to; and which affiliations one side has offered.

Accounts are named by their ids. An invitation's secret is in its link and kept as a digest; its e-mail address is
forgotten with it.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.journal import Note
from registry.storage.platform_tables import (
    affiliation_offers,
    platform_invitations,
    platform_members,
)
from registry.storage.secret_digest import secret_digest

_INSERT: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_M, _I, _O = platform_members.c, platform_invitations.c, affiliation_offers.c


class Role(StrEnum):
    """What a member may do: look; and handle keys; and everything else."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    ADMIN = "admin"

    def may(self, needed: "Role") -> bool:
        """Is this role at least that one?"""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Member:
    platform: str
    account: str
    role: Role
    since: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """Times in ms; it counts up to, not including, `until`. `invited_by` is an account."""

    id: str
    platform: str
    email: str
    role: Role
    invited_by: str
    invited_at: int
    until: int


@dataclass(frozen=True, slots=True)
class Offer:
    """`platform` acts for `parent`: so says the side `offered_by` (one of the two), at `offered_at` (ms)."""

    platform: str
    parent: str
    offered_by: str
    offered_at: int


class PlatformMembers:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    # -- members --

    def of(self, platform: str) -> list[Member]:
        """A platform's members, the longest first."""
        rows = self._connection.execute(
            select(platform_members).where(_M.platform == platform).order_by(_M.since, _M.account)
        )
        return [_member(row) for row in rows]

    def find(self, platform: str, account: str) -> Member | None:
        row = self._connection.execute(
            select(platform_members).where(_M.platform == platform, _M.account == account)
        ).one_or_none()
        return None if row is None else _member(row)

    def memberships(self, account: str) -> list[Member]:
        """The platforms for which an account acts."""
        rows = self._connection.execute(
            select(platform_members).where(_M.account == account).order_by(_M.since, _M.platform)
        )
        return [_member(row) for row in rows]

    def keep(self, member: Member) -> None:
        """A new member, or one whose role is another one now."""
        values = {**asdict(member), "role": member.role.value}
        fresh = _INSERT[self._connection.dialect.name](platform_members).values(values)
        self._connection.execute(
            fresh.on_conflict_do_update(
                index_elements=["platform", "account"], set_={"role": member.role.value}
            )
        )
        role = member.role.value
        self._note(
            "platform-member.role-given", member.account, platform=member.platform, role=role
        )

    def remove(self, platform: str, account: str) -> None:
        self._connection.execute(
            delete(platform_members).where(_M.platform == platform, _M.account == account)
        )
        self._note("platform-member.removed", account, platform=platform)

    # -- invitations --

    def invite(self, invitation: Invitation, secret: str) -> None:
        values = {
            **asdict(invitation),
            "role": invitation.role.value,
            "digest": secret_digest(secret),
        }
        self._connection.execute(insert(platform_invitations), values)
        whom = {"platform": invitation.platform, "invitation": invitation.id}
        self._note("platform-member.invited", **whom, role=invitation.role.value)

    def invitations(self, platform: str, now: int) -> list[Invitation]:
        """Those that still count, oldest first."""
        rows = self._connection.execute(
            select(platform_invitations)
            .where(_I.platform == platform, _I.until > now)
            .order_by(_I.invited_at, _I.id)
        )
        return [_invitation(row) for row in rows]

    def invitation(self, secret: str, now: int) -> Invitation | None:
        """The one with this secret, if it still counts."""
        row = self._connection.execute(
            select(platform_invitations).where(_I.digest == secret_digest(secret), _I.until > now)
        ).one_or_none()
        return None if row is None else _invitation(row)

    def end_invitation(self, platform: str, id: str) -> bool:
        """It is used, or taken back. Returns False where there is none."""
        done = self._connection.execute(
            delete(platform_invitations).where(_I.platform == platform, _I.id == id)
        )
        if done.rowcount != 1:
            return False
        self._note("platform-member.invitation-ended", platform=platform, invitation=id)
        return True

    def end_invitations(self, platform: str, by: str | None = None) -> None:
        """None of this platform's counts any more; or none that this account sent."""
        sent = [_I.platform == platform] + ([] if by is None else [_I.invited_by == by])
        if self._connection.execute(delete(platform_invitations).where(*sent)).rowcount:
            self._note("platform-member.invitations-ended", by, platform=platform)

    def forget_person(self, account: str, address: str) -> None:
        """Deletes the invitations that an account sent, and those that were sent to its e-mail address."""
        theirs = (_I.invited_by == account) | (func.lower(_I.email) == address.lower())
        self._connection.execute(delete(platform_invitations).where(theirs))

    def forget_invitations(self, now: int) -> int:
        """Deletes those that count no longer. Returns how many."""
        done = self._connection.execute(delete(platform_invitations).where(_I.until <= now))
        return done.rowcount

    # -- affiliations that one side has offered --

    def offer(self, offer: Offer) -> None:
        """Notes an offer; the same once more changes nothing."""
        fresh = _INSERT[self._connection.dialect.name](affiliation_offers).values(asdict(offer))
        self._connection.execute(
            fresh.on_conflict_do_nothing(index_elements=["platform", "parent"])
        )
        sides = {"platform": offer.platform, "parent": offer.parent, "side": offer.offered_by}
        self._note("affiliation.offered", **sides)

    def offers(self, platform: str) -> list[Offer]:
        """Those that concern a platform, on either side, oldest first."""
        rows = self._connection.execute(
            select(affiliation_offers)
            .where((_O.platform == platform) | (_O.parent == platform))
            .order_by(_O.offered_at, _O.platform, _O.parent)
        )
        return [Offer(**row._mapping) for row in rows]

    def end_offer(self, platform: str, parent: str) -> None:
        self._connection.execute(
            delete(affiliation_offers).where(_O.platform == platform, _O.parent == parent)
        )
        self._note("affiliation.offer-ended", platform=platform, parent=parent)


def _member(row: Any) -> Member:
    return Member(row.platform, row.account, Role(row.role), row.since)


def _invitation(row: Any) -> Invitation:
    return Invitation(
        row.id, row.platform, row.email, Role(row.role), row.invited_by, row.invited_at, row.until
    )
