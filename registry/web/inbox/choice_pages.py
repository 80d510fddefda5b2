"""Which notices come by mail too: `/account/notices` for whoever is signed in, and one click in a mail (RFC 8058).

The link in a mail is a secret of its own and can do one thing. To open it changes nothing; mail programs post it,
without a session and from no page of ours.
"""

from collections.abc import Mapping
from typing import Final

from flask import Response, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from registry.services.monthly_notice import NO_MORE
from registry.services.notify import CHOSEN, NoticeKind
from registry.web.account.said import form_page
from registry.web.page import present
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry

CHOICES: Final = "/account/notices"
KINDS: Final[Mapping[NoticeKind, LazyString]] = {
    NoticeKind.CLAIM_PROVED: _l("It was proved that something is yours"),
    NoticeKind.CLAIM_LAPSING: _l("A proof is not found any more"),
    NoticeKind.CLAIM_LAPSED: _l("A proof does not count any more"),
    NoticeKind.LINK_MADE: _l("Somebody linked a work to yours"),
    NoticeKind.IMPORT_DONE: _l("A catalogue is imported"),
    NoticeKind.IMPORT_FAILED: _l("The import of a catalogue stopped"),
    NoticeKind.WHO_ASKED: _l("Once a month: who asked about your works"),
}


def get_choices() -> Response:
    """Which kinds of notices come by mail."""
    with the_registry().reading() as uow:
        unwanted = uow.notices.unwanted(signed_in().account.id)
    kinds = [
        {"kind": each.value, "says": str(KINDS[each]), "mail": each not in unwanted}
        for each in CHOSEN
    ]
    return present("inbox/choices.html", {"kinds": kinds, "kept": "kept" in request.args})


def post_choices() -> AnyResponse:
    """Keeps them: those that are ticked come by mail (`mail`)."""
    ticked = set(request.form.getlist("mail"))
    with the_registry().bookkeeping() as uow:
        for kind in CHOSEN:
            uow.notices.want(signed_in().account.id, kind, mail=kind in ticked)
    return see(f"{CHOICES}?kept=1")


def get_no_more() -> Response:
    """What the link in a mail would end; it ends nothing yet."""
    return _no_more(end=False)


def post_no_more() -> Response:
    """Ends the mails of this kind. The same twice is once, and no reply leads elsewhere (RFC 8058, section 3.1)."""
    return _no_more(end=True)


def _no_more(*, end: bool) -> Response:
    registry, secret, kind = the_registry(), request.args.get("secret", ""), NoticeKind.WHO_ASKED
    with registry.reading() as uow:
        link = uow.single_use.look_at_link(secret, f"{NO_MORE}{kind}", registry.clock())
    if link is None or link.account is None:
        return form_page("no-link.html", {"again": CHOICES}, status=404)
    if end:
        with registry.bookkeeping() as uow:
            uow.notices.want(link.account, kind, mail=False)
    says = str(KINDS[kind])
    return present("inbox/no-more.html", {"says": says, "ended": end, "secret": secret})
