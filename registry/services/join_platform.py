"""People who act for platforms: one who registers it becomes its first admin; admins invite others, and one of them
always stays. Which role an act needs is asked here, within the transaction that writes.

Anybody with an account may register a platform, since a platform can only ask and be named (docs/adr/0013).
"""

import secrets
from dataclasses import replace
from typing import Final

from registry.domain.ids import new_id
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.instants import DAY_MS
from registry.mail.address import read_address
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.services.register_platform import register_platform
from registry.storage.platform_members import Invitation, Member, Role
from registry.storage.unit_of_work import UnitOfWork

MOST_PLATFORMS: Final = 10
"""For which one account acts."""
MOST_MEMBERS: Final = 100
"""Of one platform, invited ones included."""
INVITATION_MS: Final = 7 * DAY_MS


def join_platform(
    ledger: Ledger, account: str, name: str, legal_entity: str, contact: str, by: Actor
) -> str:
    """Registers a platform for which the account acts as its admin. Returns its id.

    Raises: InvalidInput (field), Conflict for one platform too many.
    """
    address = parse_contact(contact)
    if len(ledger.uow.platform_members.memberships(account)) >= MOST_PLATFORMS:
        raise Conflict(f"one account acts for at most {MOST_PLATFORMS} platforms")
    platform = register_platform(ledger, name, legal_entity, by)
    ledger.uow.platform_members.keep(Member(platform, account, Role.ADMIN, ledger.now))
    profile = ledger.uow.platform_profiles.of(platform)
    ledger.uow.platform_profiles.keep(replace(profile, contact=address))
    return platform


def the_member(uow: UnitOfWork, platform: str, account: str, needed: Role) -> Member:
    """The account as a member of the platform, in a role that may do what is wanted.

    Raises: NotFound for somebody who does not act for it (or where there is none), Forbidden for a lesser role.
    """
    member = uow.platform_members.find(platform, account)
    if member is None:
        raise NotFound("there is no such platform for which you act", field="platform")
    if not member.role.may(needed):
        raise Forbidden(f"this needs the role {needed.value}; yours is {member.role.value}")
    return member


def set_contact(uow: UnitOfWork, platform: str, contact: str) -> None:
    """Where the registry and rightsholders reach the platform; an empty text: nowhere. Raises: InvalidInput."""
    profile = uow.platform_profiles.of(platform)
    uow.platform_profiles.keep(replace(profile, contact=parse_contact(contact)))


def parse_contact(text: str) -> str | None:
    """An e-mail address, or None for an empty text. Raises: InvalidInput (field contact)."""
    text = text.strip()
    if not text:
        return None
    return read_address(text, "contact")


def invite(
    uow: UnitOfWork, platform: str, address: str, role: Role, by_account: str, now: int
) -> tuple[Invitation, str]:
    """An invitation, and the secret for its link, which counts once within a week.

    Raises: InvalidInput (field contact), Conflict for one too many.
    """
    email = parse_contact(address)
    if email is None:
        raise InvalidInput("write the e-mail address of whom you invite", field="contact")
    waiting = uow.platform_members.invitations(platform, now)
    if len(waiting) + len(uow.platform_members.of(platform)) >= MOST_MEMBERS:
        raise Conflict(f"a platform has at most {MOST_MEMBERS} members, invited ones included")
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        new_id(now), platform, email, role, by_account, now, now + INVITATION_MS
    )
    uow.platform_members.invite(invitation, secret)
    return invitation, secret


def accept_invitation(uow: UnitOfWork, secret: str, account: str, now: int) -> Member:
    """The account acts for the platform from now on; nobody's role gets less by it.

    Raises: NotFound for a link that counts no longer, Conflict for one platform too many.
    """
    invitation = uow.platform_members.invitation(secret, now)
    if invitation is None:
        raise NotFound("this invitation was used, taken back, or is over; ask for another")
    known = uow.platform_members.find(invitation.platform, account)
    if known is None:
        if len(uow.platform_members.memberships(account)) >= MOST_PLATFORMS:
            raise Conflict(f"one account acts for at most {MOST_PLATFORMS} platforms")
        known = Member(invitation.platform, account, invitation.role, now)
    elif invitation.role.may(known.role):
        known = replace(known, role=invitation.role)
    uow.platform_members.keep(known)
    uow.platform_members.end_invitation(invitation.platform, invitation.id)
    return known


def set_role(uow: UnitOfWork, platform: str, account: str, role: Role) -> None:
    """Gives a member another role. What somebody sent who is no admin any more invites nobody.

    Raises: NotFound, Conflict for the last admin.
    """
    member = _other(uow, platform, account)
    if role is not Role.ADMIN:
        _check_one_admin_stays(uow, member)
        uow.platform_members.end_invitations(platform, account)
    uow.platform_members.keep(replace(member, role=role))


def remove_member(uow: UnitOfWork, platform: str, account: str) -> None:
    """They act for the platform no more, and no invitation that waits counts: it may lie with them.

    Raises: NotFound, Conflict for the last admin.
    """
    _check_one_admin_stays(uow, _other(uow, platform, account))
    uow.platform_members.remove(platform, account)
    uow.platform_members.end_invitations(platform)


def _other(uow: UnitOfWork, platform: str, account: str) -> Member:
    member = uow.platform_members.find(platform, account)
    if member is None:
        raise NotFound("there is no such member", field="member")
    return member


def _check_one_admin_stays(uow: UnitOfWork, member: Member) -> None:
    admins = [each for each in uow.platform_members.of(member.platform) if each.role is Role.ADMIN]
    if [each.account for each in admins] == [member.account]:
        raise Conflict("one admin has to stay; make somebody else an admin first", field="member")
