"""What a steward does for a person who cannot help themselves: ends sessions, does without a code that is lost, lets
somebody act for a rightsholder that has no owner. Each is in the registry's books.
"""

from registry.errors import NotFound
from registry.mail.address import address_key
from registry.services.actor import Actor
from registry.services.find import the_rightsholder
from registry.services.note_act import note_act
from registry.services.second_factor import end_codes
from registry.services.send_mail import queue_mail
from registry.services.sign_up import forget_ways_in
from registry.storage.accounts import Account
from registry.storage.members import Member, MemberRole
from registry.storage.unit_of_work import UnitOfWork


def the_account(uow: UnitOfWork, address: str) -> Account:
    """The account with this e-mail address. Raises: NotFound."""
    found = uow.accounts.by_address(address_key(address.strip()))
    if found is None:
        raise NotFound(f"no account has the address {address.strip()[:100]!r}", field="ADDRESS")
    return found


def end_sessions(uow: UnitOfWork, address: str, by: Actor, now: int) -> int:
    """Ends every session of an account. Returns how many. Raises: NotFound."""
    account = the_account(uow, address)
    ended = uow.sessions.end_all(account.id)
    forget_ways_in(uow, account.id)
    note_act(uow, "account.sessions-ended", by, now, account=account.id)
    return ended


def stop_codes(uow: UnitOfWork, address: str, by: Actor, now: int, public_url: str) -> None:
    """No code is asked for any more; recovery codes count no more. Ends every session, so that whoever asked for
    this has to sign in with what is left. Raises: NotFound."""
    account = the_account(uow, address)
    end_codes(uow, account, now)
    uow.sessions.end_all(account.id)
    forget_ways_in(uow, account.id)
    link = f"{public_url}/account"
    queue_mail(uow, account.address, "changed-codes", account.language, now=now, link=link)
    note_act(uow, "account.codes-stopped", by, now, account=account.id)


def let_act_for(
    uow: UnitOfWork, address: str, rightsholder: str, role: MemberRole, by: Actor, now: int
) -> None:
    """The account acts for the rightsholder from now on, in this role. Raises: NotFound."""
    account = the_account(uow, address)
    the_rightsholder(uow, rightsholder, field="rightsholder")
    uow.members.put(Member(rightsholder, account.id, role, now))
    note_act(
        uow,
        "account.acts-for",
        by,
        now,
        account=account.id,
        rightsholder=rightsholder,
        role=role.value,
    )
