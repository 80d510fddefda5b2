"""People act for rightsholders: who opens one owns it, and asks others in, each in a role.

Who acts for whom is in tables, not in the log: it names people. What they do for the rightsholder is logged under the
rightsholder's id alone, and in the registry's own books under the account's.
"""

from typing import Final

from registry.errors import Conflict, Forbidden, NotFound
from registry.instants import DAY_MS
from registry.languages import catalogue
from registry.services.actor import Actor
from registry.services.find import standing, the_rightsholder, the_work
from registry.services.ledger import Ledger
from registry.services.notify import NoticeKind, notify
from registry.services.open_account import register_rightsholder
from registry.services.send_mail import queue_mail
from registry.storage.accounts import Account
from registry.storage.members import Delegation, Member, MemberRole
from registry.storage.single_use import Link
from registry.storage.unit_of_work import UnitOfWork

DELEGATE: Final = "delegate"
INVITATION: Final = "invitation"
INVITATION_MS: Final = 7 * DAY_MS
INVITATIONS_A_DAY: Final = 30
MOST_RIGHTSHOLDERS: Final = 100
MOST_MEMBERS: Final = 100
_RANK: Final = {MemberRole.VIEWER: 0, MemberRole.EDITOR: 1, MemberRole.OWNER: 2}


def open_rightsholder(ledger: Ledger, account: Account, name: str, by: Actor) -> str:
    """A new rightsholder, whose owner the account is. Returns its id.

    Raises: InvalidInput (field name), Conflict for more than a person needs.
    """
    mine = ledger.uow.members.for_account(account.id)
    if sum(each.role is MemberRole.OWNER for each in mine) >= MOST_RIGHTSHOLDERS:
        raise Conflict(f"one account owns at most {MOST_RIGHTSHOLDERS} rightsholders", field="name")
    id = register_rightsholder(ledger, name, by)
    ledger.uow.members.put(Member(id, account.id, MemberRole.OWNER, ledger.now))
    return id


def may(
    uow: UnitOfWork, account: Account, rightsholder: str, least: MemberRole = MemberRole.VIEWER
) -> Member:
    """As whom this account acts for the rightsholder.

    Raises: NotFound where it does not act for it at all (nobody learns whether it exists), Forbidden where its role is
    less than `least`.
    """
    member = uow.members.acting(rightsholder, account.id)
    if member is None:
        raise NotFound("you act for no rightsholder of this id", field="rightsholder")
    if _RANK[member.role] < _RANK[least]:
        raise Forbidden(
            f"for this you have to be {least} of the rightsholder", field="rightsholder"
        )
    return member


def acting_on(uow: UnitOfWork, account: Account, work_id: str) -> list[Member]:
    """As whom this account acts for rightsholders that claim the work, the one first for whom it acted first.

    Raises: NotFound where there are none (nobody learns whether the work exists).
    """
    mine = {each.rightsholder: each for each in uow.members.for_account(account.id)}
    try:
        holders = (
            {claim.rightsholder for claim in standing(the_work(uow, work_id))} if mine else set()
        )
    except NotFound:
        holders = set()
    found = [member for holder, member in mine.items() if holder in holders]
    if not found:
        raise NotFound("there is no work of yours with this id", field="id")
    return found


def invite(
    uow: UnitOfWork,
    account: Account,
    rightsholder: str,
    address: str,
    role: MemberRole | None,
    *,
    public_url: str,
    language: str,
    now: int,
) -> None:
    """Asks somebody, by a mail, to act for a rightsholder; without a role: to let a rightsholder of theirs, such as a
    label, act for it. Whoever holds the link can accept.

    Raises: NotFound, Forbidden, Conflict.
    """
    may(uow, account, rightsholder, MemberRole.OWNER)
    count_invitation(uow, account.id, now)
    if len(uow.members.of(rightsholder)) >= MOST_MEMBERS:
        raise Conflict(f"at most {MOST_MEMBERS} people act for one rightsholder", field="email")
    holder = the_rightsholder(uow, rightsholder, field="rightsholder")
    as_what = DELEGATE if role is None else role.value
    about = _about(rightsholder, as_what)
    link = Link(INVITATION, address, account.id, about, now + INVITATION_MS)
    secret = uow.single_use.add_link(link)
    queue_mail(
        uow,
        address,
        "invitation",
        language,
        now=now,
        link=f"{public_url}/account/invitation?secret={secret}",
        inviter=account.name,
        rightsholder=holder.name,
        role=catalogue(language).gettext(as_what.capitalize()),
    )


def count_invitation(uow: UnitOfWork, account: str, now: int) -> None:
    """A mail that somebody has sent to an address of their choice: so many a day. Raises: Conflict."""
    if uow.attempts.count("invite", account, now, DAY_MS) > INVITATIONS_A_DAY:
        raise Conflict("you have invited many today; go on tomorrow", code="invited-many")


def look_at_invitation(uow: UnitOfWork, secret: str, now: int) -> tuple[str, MemberRole | None]:
    """(rightsholder, role) of an invitation that counts; without a role: to a delegation. Raises: NotFound."""
    return _read(uow, uow.single_use.look_at_link(secret, INVITATION, now))


def accept(uow: UnitOfWork, account: Account, secret: str, now: int) -> str:
    """The account acts for the rightsholder from now on; who acts for it already in a higher role keeps that.

    Returns the rightsholder's id. Raises: NotFound for an invitation that does not count (any more).
    """
    rightsholder, role = _read(uow, uow.single_use.use_link(secret, INVITATION, now))
    if role is None:
        raise NotFound("this invitation is for a rightsholder of yours", field="link")
    there = uow.members.find(rightsholder, account.id)
    if there is None or _RANK[there.role] < _RANK[role]:
        uow.members.put(Member(rightsholder, account.id, role, now))
        notify(uow, rightsholder, NoticeKind.MEMBERS_CHANGED, now)
    return rightsholder


def accept_delegation(uow: UnitOfWork, account: Account, secret: str, agent: str, now: int) -> str:
    """All who act for `agent`, which the account owns, act for the rightsholder from now on, as editors at most.

    Returns the rightsholder's id. Raises: NotFound, Forbidden, Conflict for a rightsholder that would act for itself.
    """
    may(uow, account, agent, MemberRole.OWNER)
    rightsholder, role = _read(uow, uow.single_use.use_link(secret, INVITATION, now))
    if role is not None:
        raise NotFound("this invitation is for a person", field="link")
    if rightsholder == agent:
        raise Conflict("a rightsholder acts for itself already", field="agent")
    if uow.members.delegate(Delegation(rightsholder, agent, now)):
        notify(uow, rightsholder, NoticeKind.MEMBERS_CHANGED, now)
    return rightsholder


def end_delegation(
    uow: UnitOfWork, account: Account, rightsholder: str, agent: str, now: int
) -> None:
    """Ends a delegation at once; an owner of either side may. Raises: NotFound."""
    owners = (uow.members.find(each, account.id) for each in (rightsholder, agent))
    owns = any(each is not None and each.role is MemberRole.OWNER for each in owners)
    if not owns or not uow.members.end_delegation(rightsholder, agent):
        raise NotFound("there is no such delegation of yours", field="agent")
    notify(uow, rightsholder, NoticeKind.MEMBERS_CHANGED, now)


def change_role(
    uow: UnitOfWork,
    account: Account,
    rightsholder: str,
    whose: str,
    role: MemberRole | None,
    now: int,
) -> None:
    """Another role for a member, or none any more. Everybody may leave; the last owner stays. Where somebody is
    removed, no invitation that waits counts any more: it may lie with them, under whatever address.

    Raises: NotFound, Forbidden, Conflict.
    """
    leaves = role is None and whose == account.id
    may(uow, account, rightsholder, MemberRole.VIEWER if leaves else MemberRole.OWNER)
    member = uow.members.find(rightsholder, whose)
    if member is None:
        raise NotFound("nobody of this id acts for the rightsholder", field="member")
    if (
        member.role is MemberRole.OWNER
        and role is not MemberRole.OWNER
        and uow.members.owners(rightsholder) == 1
    ):
        raise Conflict(
            "a rightsholder keeps one owner; make somebody else owner first", field="role"
        )
    if role is None:
        uow.members.remove(rightsholder, whose)
        waiting = [_about(rightsholder, each) for each in (DELEGATE, *MemberRole)]
        uow.single_use.forget_links_about(INVITATION, waiting)
    else:
        uow.members.put(Member(rightsholder, whose, role, member.since))
    notify(uow, rightsholder, NoticeKind.MEMBERS_CHANGED, now)


def _about(rightsholder: str, as_what: str) -> str:
    return f"{rightsholder} {as_what}"


def _read(uow: UnitOfWork, link: Link | None) -> tuple[str, MemberRole | None]:
    """An invitation counts for as long as whoever sent it is an owner."""
    if link is None or link.subject is None or link.account is None:
        raise NotFound("this invitation was accepted, or its time is over", field="link")
    rightsholder, _, role = link.subject.partition(" ")
    inviter = uow.members.find(rightsholder, link.account)
    if inviter is None or inviter.role is not MemberRole.OWNER:
        raise NotFound("whoever sent this invitation is no owner any more", field="link")
    return rightsholder, None if role == DELEGATE else MemberRole(role)
