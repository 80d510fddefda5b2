"""Leaving with everything that names oneself: asked for, told by mail, waited for, and then done.

It cannot be undone, so it waits as long as what loosens, and can be called off until then: who got into somebody's
account does not erase them behind their back. Whose rightsholders go is looked at when it is due: those for whom nobody
else acts.
"""

from registry.errors import Conflict
from registry.services.leave import delete_account
from registry.services.send_mail import queue_mail
from registry.services.tell_of_events import when
from registry.storage.accounts import Account
from registry.storage.erasures import AskedErasure
from registry.storage.members import MemberRole
from registry.storage.unit_of_work import UnitOfWork


def acts_alone_for(uow: UnitOfWork, account: Account) -> list[str]:
    """The ids of the rightsholders for whom nobody but this account acts, in whatever role or by delegation."""
    return [
        each.rightsholder
        for each in uow.members.for_account(account.id)
        if acts_alone(uow, account.id, each.rightsholder)
    ]


def acts_alone(uow: UnitOfWork, account: str, rightsholder: str) -> bool:
    """Does this account, as its owner, act for this rightsholder, and nobody else in whatever role or by delegation?"""
    acting = [(each.account, each.role) for each in uow.members.of(rightsholder)]
    return acting == [(account, MemberRole.OWNER)] and not uow.members.agents_of(rightsholder)


def ask_to_be_erased(
    uow: UnitOfWork, account: Account, *, titles: bool, now: int, delay: int, public_url: str
) -> AskedErasure:
    """From `now` + `delay` (ms) on the account is deleted, and they are erased. A mail says so at once.

    Raises: Conflict where there is nobody to erase.
    """
    if not acts_alone_for(uow, account):
        raise Conflict("you act alone for no rightsholder; to leave, delete the account")
    asked = AskedErasure(account.id, titles, now, now + delay)
    uow.erasures.ask(asked)
    uow.journal.note("erasure.asked", account.id)
    queue_mail(
        uow,
        account.address,
        "erasure-asked",
        account.language,
        now=now,
        moment=when(asked.due),
        link=f"{public_url}/account/delete",
    )
    return asked


def call_off(uow: UnitOfWork, account: Account) -> None:
    """It does not happen. Raises: Conflict where nothing waits."""
    if not uow.erasures.call_off(account.id):
        raise Conflict("nothing waits to be erased")
    uow.journal.note("erasure.called-off", account.id)


def go_erased(uow: UnitOfWork, account: Account, now: int) -> None:
    """The last step, when what names their rightsholders is gone: the account, with a last mail."""
    delete_account(uow, account, now, letter="account-erased")
