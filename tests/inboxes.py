"""People for tests of services: whom an account acts for, what is in its inbox, and which mails wait for it."""

from registry.services.sign_up import new_account
from registry.storage.accounts import Account
from registry.storage.mails import Mail
from registry.storage.members import Member, MemberRole
from registry.storage.notices import Notice
from tests.registries import Desk


def person(
    desk: Desk, name: str, *holders: str, role: MemberRole = MemberRole.OWNER, language: str = "en"
) -> Account:
    """An account that acts for these rightsholders."""
    ids = [desk.rightsholder(holder) for holder in holders]
    with desk.registry.bookkeeping() as uow:
        address = f"{name.lower()}@people.example"
        account = new_account(uow, address, name, None, language, desk.clock())
        for id in ids:
            uow.members.put(Member(id, account.id, role, desk.clock()))
    return account


def told(desk: Desk, account: Account) -> list[tuple[str, int]]:
    """(kind, count) of everything in the inbox, newest first."""
    return [(each.kind, each.count) for each in inbox(desk, account)]


def inbox(desk: Desk, account: Account) -> list[Notice]:
    with desk.registry.reading() as uow:
        return uow.notices.of(account.id, None, 1000)


def mails(desk: Desk, account: Account) -> list[Mail]:
    """What waits to be sent to them, oldest first."""
    with desk.registry.reading() as uow:
        found = [uow.mails.find(job.key) for job in uow.jobs.listed(kind="mail", limit=1000)]
    mine = [mail for mail in found if mail is not None and mail.recipient == account.address]
    return sorted(mine, key=lambda mail: mail.id)
