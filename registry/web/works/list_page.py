"""`/works`: the works of a rightsholder for whom one acts, found and put in order; and the choice of some of them.

Plain links and forms: what is shown is in the address. A page holds a hundred, and goes on from the last work rather
than by a number, so that the last of forty thousand is as near as the first.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Usage
from registry.errors import InvalidIdentifier, InvalidInput
from registry.instants import rfc3339
from registry.services.act_for import may
from registry.services.find import the_rightsholder
from registry.services.list_works import choose, list_works
from registry.services.seek_works import LONGEST_TEXT, Filter, ListedWork
from registry.storage.members import Member, MemberRole
from registry.storage.repertoire import Order, Sought
from registry.storage.unit_of_work import UnitOfWork
from registry.web.page import present
from registry.web.pasted import readings
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry

LIST: Final = "/works"
MOST_OFFERED: Final = 100
"""Of the rightsholders for whom somebody acts, so many are offered by name; each is found under its own address."""
_SHOWN: Final = ("q", "said", "proof", "kind", "waiting", "sort", "after", "before")
_LETTERS: Final = {"d": "deny", "c": "conditional", "k": "conditional", "a": "allow"}


def get_list() -> Response:
    """A page of the list. Raises: NotFound for a rightsholder of others, InvalidInput for a filter that is none."""
    with the_registry().reading() as uow:
        members = _members(uow, request.args)
    return present("works/list.html", members)


def post_choose() -> AnyResponse:
    """Keeps the works that were ticked, or (`which=all`) all that the filter finds. Leads on to what is said of them,
    or back where none was ticked.

    Raises: NotFound, Forbidden for whoever may only look, InvalidInput.
    """
    who, registry, form = signed_in(), the_registry(), request.form
    works = None if form.get("which") == "all" else form.getlist("work")
    if works == []:
        kept = {name: text for name, text in form.items() if name in (*_SHOWN, "rightsholder")}
        return see(f"{LIST}?{urlencode({**kept, 'missing': '1'})}")
    with registry.bookkeeping() as uow:
        id = choose(
            uow,
            who.account,
            form.get("rightsholder", ""),
            works,
            _filter(form),
            registry.clock(),
        )
    return see(f"/say/{id}")


def _members(uow: UnitOfWork, given: Mapping[str, str]) -> dict[str, Any]:
    who = signed_in()
    acting = uow.members.for_account(who.account.id)
    id = given.get("rightsholder") or _first(uow, acting)
    wanted, order = _filter(given), _order(given)
    shown = {
        "q": given.get("q", "").strip(),
        "said": wanted.stance,
        "proof": wanted.behind,
        "kind": wanted.kind,
        "waiting": wanted.waiting,
        "sort": order.value,
    }
    after, before = given.get("after", "")[:100], given.get("before", "")[:100]
    if not id:
        return {**shown, "rightsholder": None, "rightsholders": [], "works": []}
    member, now = may(uow, who.account, id), the_registry().clock()
    found = list_works(uow, id, wanted, order, now, after=after, before=before)
    offered = dict.fromkeys([id, *(each.rightsholder for each in acting[:MOST_OFFERED])])
    names = {each: the_rightsholder(uow, each).name for each in offered}
    return {
        **shown,
        "rightsholder": {"id": id, "name": names[id], "role": member.role.value},
        "rightsholders": [{"id": each, "name": name} for each, name in names.items()],
        "may_change": member.role is not MemberRole.VIEWER,
        "found": found.found,
        "total": sum(found.kinds.values()),
        "counts": {"said": dict(found.stances), "kind": dict(found.kinds)},
        "narrowed": wanted != Filter(),
        "missing": "missing" in given,
        "after": after,
        "before": before,
        "works": [_line(each) for each in found.works],
        "next": None if found.is_last else _address(id, shown, "after", found.works[-1:]),
        "previous": None if found.is_first else _address(id, shown, "before", found.works[:1]),
    }


def _first(uow: UnitOfWork, acting: Sequence[Member]) -> str:
    """The first rightsholder who has works, else the first; empty for none."""
    offered, now = [each.rightsholder for each in acting[:MOST_OFFERED]], the_registry().clock()
    for id in offered:
        if uow.projection.repertoire.page(Sought(id, now), Order.NEWEST, 1):
            return id
    return offered[0] if offered else ""


def _address(
    rightsholder: str, shown: Mapping[str, Any], way: str, works: Sequence[ListedWork]
) -> str:
    """Where the list goes on from this work; from the start where a page has none."""
    given = {"rightsholder": rightsholder, **shown}
    for last in works:
        given[way] = last.work.id
    chosen = {name: "1" if value is True else value for name, value in given.items() if value}
    return f"{LIST}?{urlencode(chosen)}"


def _line(listed: ListedWork) -> dict[str, Any]:
    return {
        "id": listed.work.id,
        "title": listed.work.title,
        "kind": listed.work.kind.value,
        "said": listed.stance,
        "uses": {
            usage.value: _LETTERS.get(letter, "")
            for usage, letter in zip(Usage, listed.said, strict=False)
        },
        "about_itself": listed.own,
        "by_name": listed.named,
        "said_at": None if listed.said_at is None else rfc3339(listed.said_at),
        "proof": listed.behind.value,
        "identifiers": listed.identifiers,
        "proved": listed.proved,
        "waiting": [
            {"id": each.id, "effect": None if each.effect is None else rfc3339(each.effect)}
            for each in listed.waiting
        ],
    }


def _filter(given: Mapping[str, str]) -> Filter:
    """Raises: InvalidInput."""
    text = given.get("q", "").strip()
    identifiers = _identifiers(text)
    return Filter(
        text="" if identifiers and len(text) > LONGEST_TEXT else text,
        identifiers=identifiers,
        stance=given.get("said", ""),
        kind=given.get("kind", ""),
        behind=given.get("proof", ""),
        waiting=bool(given.get("waiting")),
    ).checked()


def _identifiers(text: str) -> tuple[str, ...]:
    """What the text can mean as an identifier, however it was pasted; none where it is words."""
    found = []
    for each in readings(text) if text else ():
        try:
            found.append(str(parse_identifier(each)))
        except InvalidIdentifier:
            continue
    return tuple(found)


def _order(given: Mapping[str, str]) -> Order:
    try:
        return Order(given.get("sort") or Order.NEWEST)
    except ValueError:
        raise InvalidInput(
            f"sort is one of: {', '.join(Order)}", field="sort", code="bad-parameter"
        ) from None
