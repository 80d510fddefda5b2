"""Opening an account, and a new password for one: by a link to the e-mail address, which proves that it is theirs.

Whoever asks is told the same, and the same is written, whether the address has an account or not; only the mail
differs, which nobody but its owner reads.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from registry.domain.ids import new_id
from registry.errors import InvalidInput, NotFound
from registry.instants import HOUR_MS, SECOND_MS
from registry.mail.address import address_key
from registry.services.send_mail import queue_mail
from registry.storage.accounts import Account
from registry.storage.single_use import Link
from registry.storage.unit_of_work import UnitOfWork

LINK_MS: Final = 30 * 60 * SECOND_MS
SIGN_UP: Final = "sign-up"
NEW_PASSWORD: Final = "new-password"  # noqa: S105
NEW_ADDRESS: Final = "new-address"

MAILS_AN_HOUR: Final = 5
"""So many mails that anybody can ask for go to one address in an hour."""
ASKED_AN_HOUR: Final = 30
"""So many of them can be asked for from one network address in an hour."""

MOST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: their network address, the language that they read; where the registry is, and where in it they want to
    go on to: a path of its own, which the link carries along, or empty."""

    network: str
    language: str
    public_url: str
    onward: str = ""


def ask_to_sign_up(uow: UnitOfWork, address: str, visitor: Visitor, now: int) -> None:
    """Sends a link that opens an account; or, to an address that has one, a link to a new password."""
    known = uow.accounts.by_address(address_key(address))
    if known is None:
        _send(uow, "sign-up", SIGN_UP, address, None, visitor, now)
    else:
        _send(uow, "address-known", NEW_PASSWORD, known.address, known, visitor, now)


def ask_for_new_password(uow: UnitOfWork, address: str, visitor: Visitor, now: int) -> None:
    """Sends a link to a new password; or, to an address without an account, a link that opens one."""
    known = uow.accounts.by_address(address_key(address))
    if known is None:
        _send(uow, "no-account", SIGN_UP, address, None, visitor, now)
    else:
        _send(uow, "new-password", NEW_PASSWORD, known.address, known, visitor, now)


def ask_for_new_address(
    uow: UnitOfWork, account: Account, address: str, visitor: Visitor, now: int
) -> None:
    """Sends a link to the new address, by which it takes the place of the old one."""
    _send(uow, "new-address", NEW_ADDRESS, address, account, visitor, now, name=account.name)


def open_account(
    uow: UnitOfWork, secret: str, name: str, password: str | None, language: str, now: int
) -> Account:
    """Opens the account of whoever holds the link. `password`: as `hash_password` made it.

    Raises: NotFound for a link that does not count (any more), InvalidInput (field name), Conflict.
    """
    link = _used(uow, secret, SIGN_UP, now)
    account = new_account(uow, link.address, read_name(name), password, language, now)
    uow.single_use.forget_links_to(link.address, SIGN_UP)
    return account


def new_account(
    uow: UnitOfWork, address: str, name: str, password: str | None, language: str, now: int
) -> Account:
    """An account for an address that proved to be theirs. Raises: Conflict where it has one."""
    account = Account(
        id=new_id(now),
        address=address,
        address_key=address_key(address),
        name=name,
        language=language,
        made_at=now,
        password=password,
    )
    uow.accounts.add(account)
    return account


def set_new_password(uow: UnitOfWork, secret: str, password: str, now: int) -> Account:
    """Sets the password (as `hash_password` made it) of whoever holds the link, and ends every session of theirs.

    Raises: NotFound for a link that does not count (any more).
    """
    link = _used(uow, secret, NEW_PASSWORD, now)
    account = None if link.account is None else uow.accounts.find(link.account)
    if account is None:
        raise NotFound("the account is deleted", field="link")
    uow.accounts.change(account.id, password=password)
    uow.sessions.end_all(account.id)
    forget_ways_in(uow, account.id)
    return account


def take_new_address(uow: UnitOfWork, secret: str, now: int) -> Account:
    """The address to which the link was sent is the account's from now on.

    Raises: NotFound for a link that does not count (any more), or whose address another account has by now.
    """
    link = _used(uow, secret, NEW_ADDRESS, now)
    account = None if link.account is None else uow.accounts.find(link.account)
    if account is None or uow.accounts.by_address(address_key(link.address)) is not None:
        raise NotFound("the account is deleted, or the address is another account's", field="link")
    uow.accounts.change(account.id, address=link.address, address_key=address_key(link.address))
    forget_ways_in(uow, account.id)
    return account


def forget_ways_in(uow: UnitOfWork, account: str) -> None:
    """No link counts any more that would give this account another password or address: whoever had a session may
    have had one sent to themselves."""
    uow.single_use.forget_links_of(account, NEW_PASSWORD, NEW_ADDRESS)


def read_name(name: str) -> str:
    """What somebody wants to be called. Raises: InvalidInput (field name)."""
    name = " ".join(name.split())
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise InvalidInput(f"a name is one line of 1 to {MOST_NAME} characters", field="name")
    return name


def _used(uow: UnitOfWork, secret: str, purpose: str, now: int) -> Link:
    link = uow.single_use.use_link(secret, purpose, now)
    if link is None:
        raise NotFound("this link was used, or its time is over; ask for another", field="link")
    return link


def _send(
    uow: UnitOfWork,
    letter: str,
    purpose: str,
    address: str,
    account: Account | None,
    visitor: Visitor,
    now: int,
    **words: str,
) -> None:
    """One link and one mail, at most so many an hour; beyond that nothing, and nobody is told."""
    to_address = uow.attempts.count("mail", address_key(address), now, HOUR_MS)
    from_network = uow.attempts.count("mail-from", visitor.network, now, HOUR_MS)
    if to_address > MAILS_AN_HOUR or from_network > ASKED_AN_HOUR:
        return
    id = None if account is None else account.id
    secret = uow.single_use.add_link(Link(purpose, address, id, None, now + LINK_MS))
    link = f"{visitor.public_url}/account/{purpose}/link?secret={secret}"
    if visitor.onward:
        link += f"&next={quote(visitor.onward, safe='/')}"
    language = visitor.language if account is None else account.language
    queue_mail(uow, address, letter, language, now=now, link=link, **words)
