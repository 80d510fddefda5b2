"""The draft of this request: found by the browser's cookie, else by who is signed in; kept in the store.

A visitor's draft lasts seven days and belongs to whoever holds the cookie; whoever goes on with it signed in makes it
theirs, and then it opens for them alone, for thirty days, in any browser.
"""

from dataclasses import replace
from typing import Final

from werkzeug.wrappers import Response as AnyResponse

from registry.domain.ids import new_id
from registry.instants import DAY_MS
from registry.storage.drafts import Draft
from registry.storage.unit_of_work import UnitOfWork
from registry.web.account.said import network
from registry.web.begin.answers import Answers
from registry.web.cookies import cookie, give_cookie, take_cookie
from registry.web.signed_in import person
from registry.web.wired import the_registry

COOKIE: Final = "draft"
VISITORS_MS: Final = 7 * DAY_MS
OWN_MS: Final = 30 * DAY_MS
DRAFTS_A_DAY: Final = 50
"""Begun by visitors from one network."""


class TooManyDraftsError(Exception):
    """From this network too much was begun today."""


def begun() -> bool:
    """Whether this browser has begun something, as far as its cookie says: it may be over. Asks no store."""
    return bool(cookie(COOKIE))


def draft_in(uow: UnitOfWork) -> Draft | None:
    """The draft of whoever asks, if there is one that is not sent."""
    who, now = person(), the_registry().clock()
    account = None if who is None else who.account.id
    found = uow.drafts.held(cookie(COOKIE), account, now)
    if found is None and account is not None:
        found = uow.drafts.open_of(account, now)
    return found


def the_draft() -> Draft | None:
    """The same, in a transaction of its own."""
    with the_registry().reading() as uow:
        return draft_in(uow)


def answers_of(draft: Draft | None) -> Answers:
    """What was answered so far."""
    return Answers() if draft is None else Answers.of(draft.answers)


def keep(answers: Answers) -> str | None:
    """Keeps the answers, in a draft begun now where there is none. Returns the secret for the cookie of one begun now.

    Raises: TooManyDraftsError for a visitor.
    """
    registry, who = the_registry(), person()
    now = registry.clock()
    account = None if who is None else who.account.id
    until = now + (VISITORS_MS if account is None else OWN_MS)
    with registry.bookkeeping() as uow:
        found = draft_in(uow)
        if found is not None:
            uow.drafts.change(replace(found, account=account, answers=answers.kept(), until=until))
            return None
        if account is None and uow.attempts.count("draft", network(), now, DAY_MS) > DRAFTS_A_DAY:
            raise TooManyDraftsError
        return uow.drafts.begin(Draft(new_id(now), account, answers.kept(), None, until))


def give(response: AnyResponse, secret: str | None) -> AnyResponse:
    """The browser holds a draft that was begun just now."""
    if secret is not None:
        give_cookie(response, COOKIE, secret, OWN_MS // 1000)
    return response


def take(response: AnyResponse) -> AnyResponse:
    """The browser forgets its draft."""
    take_cookie(response, COOKIE)
    return response
