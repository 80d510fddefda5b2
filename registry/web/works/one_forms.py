"""What is done from one work's page: add a name, take one away, have a place or file looked at, change what is said."""

from contextlib import suppress
from typing import Final
from urllib.parse import quote

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.vocabulary import Role
from registry.errors import (
    InvalidIdentifier,
    InvalidInput,
    NotFound,
    TooLarge,
)
from registry.instants import HOUR_MS, rfc3339
from registry.services.act_for import may
from registry.services.begin import own_place
from registry.services.find import the_claim
from registry.services.list_works import choose_one
from registry.services.prove_claim import AskedTooSoon, ask_for_proof
from registry.services.register_work import (
    LONGEST_TITLE,
    add_identifiers,
    propose_identifier_removal,
)
from registry.services.settle_loosening import confirm_loosening
from registry.services.weigh_identifiers import weigh
from registry.storage.members import MemberRole
from registry.storage.unit_of_work import UnitOfWork
from registry.web.begin.lines import read_works
from registry.web.page import present
from registry.web.pasted import MOST_LINES
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry
from registry.web.works.one_page import the_own, work_page
from registry.web.works.one_shown import name_token

WAYS: Final = {"say": "", "withdraw": "/withdraw"}
"""What one wants to do → where a choice of works leads on to."""


def post_identifiers(id: str) -> AnyResponse:
    """Adds names, pasted in any form. Raises: NotFound, Forbidden."""
    who, typed = signed_in(), request.form.get("identifiers", "")
    try:
        texts = _read(typed)
        with the_registry().writing() as ledger:
            work, holder = _to_change(ledger.uow, id)
            add_identifiers(ledger, holder.id, work.id, texts, who.actor)
    except (InvalidInput, TooLarge) as error:
        return work_page(id, error, typed)
    return _back(id, holder)


def get_remove(id: str, token: str) -> Response:
    """What it means to take a name away, before it is done. Raises: NotFound."""
    registry = the_registry()
    now = registry.clock()
    with registry.reading() as uow:
        work, holder = _to_change(uow, id)
        text = _named(work, holder, token, now)
    members = {
        "id": id,
        "title": work.title,
        "rightsholder": {"id": holder.id, "name": holder.name},
        "text": text,
        "token": token,
        "last": len(work.identifiers) == 1,
        "others": len({claim.rightsholder for claim in work.claims if not claim.ended}) > 1,
        "delay_hours": registry.place.loosening_delay // HOUR_MS,
        "takes_effect_at": rfc3339(now + registry.place.loosening_delay),
        "fresh": signed_in().is_fresh,
    }
    return present("works/remove.html", members)


def post_remove(id: str, token: str) -> AnyResponse:
    """Takes a name away: it waits, and is confirmed by whoever proved just now who they are.

    Raises: NotFound, Forbidden.
    """
    who = signed_in()
    with the_registry().writing() as ledger:
        work, holder = _to_change(ledger.uow, id)
        text = _named(work, holder, token, ledger.now)
        if all(
            each.removal is None for each in weigh(work, holder, ledger.now) if each.text == text
        ):
            proposal = propose_identifier_removal(ledger, holder.id, work.id, text, who.actor)
            confirm_loosening(ledger, proposal.loosening, who.actor)
    return _back(id, holder, "#waits")


def post_look(id: str) -> AnyResponse:
    """Has a place, or files of the work, looked at. Raises: NotFound, Forbidden."""
    claim = request.form.get("claim", "")
    with the_registry().writing() as ledger:
        _, holder = _to_change(ledger.uow, id)
        _, on, held = the_claim(ledger.uow, claim)
        if held.rightsholder != holder.id:
            raise NotFound("there is no claim of yours with this id", field="claim")
        with suppress(AskedTooSoon):  # then the look of a moment ago is shown
            ask_for_proof(ledger, claim, holder.id)
    return _back(id, holder, f"#place-{claim}" if isinstance(on, Location) else "#names")


def post_place(id: str) -> AnyResponse:
    """Registers the site or profile that an address of the work lies under; the same one once.

    Raises: NotFound, Forbidden, InvalidInput.
    """
    who, url = signed_in(), request.form.get("url", "")
    with the_registry().writing() as ledger:
        _, holder = _to_change(ledger.uow, id)
        own_place(ledger, holder.id, url, Role.OTHER, who.actor)
    return _back(id, holder, "#places")


def post_say(id: str) -> AnyResponse:
    """On to the page on which what is said about this work is changed (`then`: say, withdraw). Raises: NotFound."""
    who, registry = signed_in(), the_registry()
    with registry.bookkeeping() as uow:
        _, holder = _to_change(uow, id)
        choice = choose_one(uow, who.account, holder.id, id, registry.clock())
    return see(f"/say/{choice}{WAYS.get(request.form.get('then', ''), '')}")


def _to_change(uow: UnitOfWork, id: str) -> tuple[Work, Rightsholder]:
    """Raises: NotFound; Forbidden for who may only look."""
    work, _, holder, _ = the_own(uow, id)
    may(uow, signed_in().account, holder.id, MemberRole.EDITOR)
    return work, holder


def _read(typed: str) -> list[str]:
    """The identifiers in what was pasted. Raises: InvalidInput, InvalidIdentifier for a line that is none."""
    lines = read_works(typed)
    if not lines:
        raise InvalidInput("name at least one identifier", field="identifiers", code="none-named")
    if len(lines) > MOST_LINES:
        raise InvalidInput(
            f"at most {MOST_LINES} lines at once", field="identifiers", code="too-many-lines"
        )
    for line in lines:
        if line.fault is not None or line.title != line.identifiers[0][:LONGEST_TITLE]:
            raise InvalidIdentifier(
                f"{line.text[:200]!r} is no identifier",
                field="identifiers",
                code=line.fault or "no-scheme",
            )
    return [text for line in lines for text in line.identifiers]


def _named(work: Work, holder: Rightsholder, token: str, now: int) -> str:
    for each in weigh(work, holder, now):
        if name_token(each.text) == token:
            return each.text
    raise NotFound("this work has no such identifier", field="identifier")


def _back(id: str, holder: Rightsholder, where: str = "#names") -> AnyResponse:
    return see(f"/works/{id}?rightsholder={quote(holder.id)}{where}")
