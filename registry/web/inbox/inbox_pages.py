"""`/inbox`: what happened to one's works and account, newest first, in the language of the page.

Each line says the same as its mail, and what to do; nothing here is permitted or refused.
"""

from typing import Any, Final

from flask import Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.ids import is_id
from registry.errors import NotFound, Unavailable
from registry.instants import rfc3339
from registry.services.notify import written
from registry.storage.notices import Notice
from registry.storage.unit_of_work import UnitOfWork
from registry.web.account.said import sent
from registry.web.languages import language
from registry.web.page import present
from registry.web.signed_in import person, see, signed_in
from registry.web.wired import the_registry

INBOX: Final = "/inbox"
PAGE: Final = 30


def get_inbox() -> Response:
    """A page of notices, older than the one that `before` names."""
    who, before = signed_in(), request.args.get("before")
    if before is not None and not is_id(before):
        raise NotFound("there is no notice of this id", field="before")
    with the_registry().reading() as uow:
        found = uow.notices.of(who.account.id, before, PAGE + 1)
        shown = [_shown(uow, each) for each in found[:PAGE]]
        waiting = uow.notices.unread(who.account.id)
    members = {
        "unread": waiting,
        "notices": shown,
        "older": f"{INBOX}?before={shown[-1]['id']}" if len(found) > PAGE else None,
        "newest": before is None,
        "before": before,
    }
    return present("inbox/inbox.html", members)


def post_read() -> AnyResponse:
    """Marks one notice as read (`notice`), or all up to the newest that was shown (`upto`). Raises: NotFound."""
    who, id, upto = signed_in(), sent("notice"), sent("upto")
    if not is_id(id or upto):
        raise NotFound("there is no notice of this id", field="notice")
    registry = the_registry()
    with registry.bookkeeping() as uow:
        uow.notices.read(who.account.id, registry.clock(), id=id or None, upto=upto)
    back = sent("before")
    return see(f"{INBOX}?before={back}" if is_id(back) else INBOX)


def unread() -> int:
    """How many notices the person who is signed in has not read; asked once a page, of an index alone. Where the store
    is away, none: a page that says so stands on its own."""
    if "unread" not in g:
        try:
            who = person()
            if who is None:
                return 0
            with the_registry().reading() as uow:
                g.unread = uow.notices.unread(who.account.id)
        except Unavailable:
            return 0
    return int(g.unread)


def _shown(uow: UnitOfWork, notice: Notice) -> dict[str, Any]:
    letter = written(uow, notice, language())
    return {
        "id": notice.id,
        "kind": notice.kind,
        "rightsholder": notice.rightsholder or None,
        "count": notice.count,
        "at": rfc3339(notice.made_at),
        "read": notice.read_at is not None,
        "subject": letter.subject,
        "paragraphs": letter.paragraphs,
        "lists": [{"heading": heading, "lines": lines} for heading, lines in letter.lists],
        "button": letter.button,
        "link": letter.link,
    }
