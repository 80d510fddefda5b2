"""Telling people: a row in the inbox of everybody who acts for a rightsholder, and a mail to each who wants one.

Called in the transaction of the act itself, so that nothing is told that did not happen, and nothing is lost. What
events tell is in `tell_of_events`; what else is told is told where it is done. A flood is one notice: what happens
within an hour of the first of its kind is counted there, and its mail waits a minute, to bear that number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.domain.ids import is_id, new_id
from registry.errors import InvalidInput
from registry.instants import HOUR_MS, SECOND_MS
from registry.languages import SOURCE
from registry.mail.letter import Written
from registry.mail.letters import write
from registry.mail.notice_letters import SPOKEN
from registry.services.actor import Actor
from registry.services.find import the_rightsholder
from registry.services.send_mail import queue_later
from registry.storage.accounts import Account
from registry.storage.mails import Mail
from registry.storage.notices import Notice, Recipient
from registry.storage.unit_of_work import UnitOfWork

GATHER_MS: Final = HOUR_MS
"""What happens within so long of the first of its kind is one notice."""
MAIL_WAITS_MS: Final = 60 * SECOND_MS
"""So long a notice's mail waits for more of the same."""


class NoticeKind(StrEnum):
    """Each has a letter of its name."""

    CLAIM_PROVED = "claim-proved"
    CLAIM_LAPSING = "claim-lapsing"
    CLAIM_LAPSED = "claim-lapsed"
    LOOSENING_PENDING = "loosening-pending"
    LOOSENING_EFFECTIVE = "loosening-effective"
    LOOSENING_STOPPED = "loosening-stopped"
    COMPETING_CLAIM = "competing-claim"
    CLAIM_DISPUTED = "claim-disputed"
    CLAIM_OBJECTED = "claim-objected"
    CLAIM_ENDED = "claim-ended"
    CLAIM_UPHELD = "claim-upheld"
    LINK_MADE = "link-made"
    MEMBERS_CHANGED = "members-changed"
    IMPORT_DONE = "import-done"
    IMPORT_FAILED = "import-failed"
    WHO_ASKED = "who-asked"
    NOBODY_ASKED = "nobody-asked"
    NEW_SIGN_IN = "new-sign-in"


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a notice leads: what it is `about`, or, for several or none, a page of all."""

    one: str
    all: str


_WORK: Final = _Way("/works/{about}", "/works?rightsholder={rightsholder}")
_WAITING: Final = _Way("/waiting", "/waiting")
_MEMBERS: Final = _Way(
    "/account/rightsholders/{rightsholder}", "/account/rightsholders/{rightsholder}"
)
_IMPORT: Final = _Way("/catalogue/{about}", "/catalogue")
_ASKED: Final = _Way(
    "/asked?rightsholder={rightsholder}&month={about}", "/asked?rightsholder={rightsholder}"
)
_WAYS: Final[Mapping[NoticeKind, _Way]] = {
    NoticeKind.LOOSENING_PENDING: _WAITING,
    NoticeKind.MEMBERS_CHANGED: _MEMBERS,
    NoticeKind.IMPORT_DONE: _IMPORT,
    NoticeKind.IMPORT_FAILED: _IMPORT,
    NoticeKind.WHO_ASKED: _ASKED,
    NoticeKind.NOBODY_ASKED: _ASKED,
    NoticeKind.NEW_SIGN_IN: _Way("/account/sessions", "/account/sessions"),
}  # fmt: skip

CHOSEN: Final = (
    NoticeKind.CLAIM_PROVED,
    NoticeKind.CLAIM_LAPSING,
    NoticeKind.CLAIM_LAPSED,
    NoticeKind.LINK_MADE,
    NoticeKind.IMPORT_DONE,
    NoticeKind.IMPORT_FAILED,
    NoticeKind.WHO_ASKED,
)
"""Mails of these kinds somebody may do without. Of all others a mail goes out whatever they chose: whoever took their
session over could have chosen it."""


def notify(
    uow: UnitOfWork,
    rightsholder: str,
    kind: NoticeKind,
    now: int,
    *,
    about: str | None = None,
    count: int = 1,
    **words: str,
) -> None:
    """Tells everybody who acts for the rightsholder that `count` things of a kind happened (the words: of the first).
    `about`: the id that the notice leads to. Where an account did it, `who` is its id.

    Raises: InvalidInput where its letter needs another word.
    """
    people = uow.notices.recipients(rightsholder)
    if not people:
        return
    words = {"rightsholder": the_rightsholder(uow, rightsholder).name, **words}
    write(kind, SOURCE, {"link": "/", **words}, "")  # better refused now than in everybody's inbox
    for person in people:
        first = Notice(
            new_id(now), person.account, rightsholder, kind, "", about, words, count, now
        )
        _tell(uow, first, person)


def notify_account(
    uow: UnitOfWork, account: Account, kind: NoticeKind, now: int, **words: str
) -> None:
    """Lays what concerns an account alone into its inbox; its mail is sent by whoever calls."""
    id = new_id(now)
    uow.notices.add(Notice(id, account.id, "", kind, id, None, words, 1, now))


def wants_mail(uow: UnitOfWork, account: str, kind: NoticeKind) -> bool:
    """Does this person get mails of this kind?"""
    return kind not in CHOSEN or kind not in uow.notices.unwanted(account)


def mail_of(
    uow: UnitOfWork, notice: Notice, person: Recipient, *, wait: int = MAIL_WAITS_MS, **more: str
) -> str:
    """Asks for the mail of a notice, to be sent after `wait` (ms). Returns its id."""
    words = {**named(uow, notice.words), **_counted(notice, notice.count), **more}
    at = notice.made_at
    mail = Mail(new_id(at), person.address, notice.kind, person.language, words, at)
    queue_later(uow, mail, at + wait)
    return mail.id


def written(uow: UnitOfWork, notice: Notice, language: str) -> Written:
    """A notice as it stands in the inbox, in a language; its link is a path of this registry."""
    words = {**named(uow, notice.words), **_counted(notice, notice.count)}
    return write(notice.kind, language, words, "")


def named(uow: UnitOfWork, words: Mapping[str, str]) -> dict[str, str]:
    """The words with the name of who did it, as it is now."""
    who = words.get("who", "")
    if not is_id(who):
        return dict(words)
    account = uow.accounts.find(who)
    name = "gone" if account is None else account.name
    if account is not None and name in SPOKEN:
        name = f"“{name}”"  # somebody who calls themselves a steward is none
    return {**words, "who": name}


def who(by: Actor) -> str:
    """Who did it, as notices keep it: an account's id, or what else they are."""
    if by.authority in ("account", "fresh-account"):
        return by.id
    return "gone" if by.authority not in SPOKEN else by.authority


def kind_named(name: str) -> NoticeKind:
    """A kind whose mails somebody may do without. Raises: InvalidInput."""
    if name not in CHOSEN:
        raise InvalidInput("of this kind of notice a mail is always sent", field="kind")
    return NoticeKind(name)


def _tell(uow: UnitOfWork, first: Notice, person: Recipient) -> None:
    """One row, one mail; or one more of what was told within the hour."""
    kind, books = NoticeKind(first.kind), uow.notices
    before = books.newest(first.account, first.rightsholder, first.kind, first.made_at - GATHER_MS)
    if before is not None:
        books.count_up(before.id, first.count)
        if before.mail is not None:
            uow.mails.fill_in(before.mail, _counted(before, before.count + first.count))
        return
    mail = mail_of(uow, first, person) if wants_mail(uow, first.account, kind) else None
    books.add(
        Notice(
            **{name: getattr(first, name) for name in Notice.__slots__}
            | {"slot": first.id, "mail": mail}
        )
    )


def _counted(notice: Notice, count: int) -> dict[str, str]:
    """What hangs on how many there are: the number, and where the notice leads."""
    way = _WAYS.get(NoticeKind(notice.kind), _WORK)
    path = way.one if count == 1 and notice.about is not None else way.all
    link = path.format(about=notice.about, rightsholder=notice.rightsholder)
    return {"count": str(count), "link": link}
