"""`/rightsholders/{id}`: what somebody says about AI, for whoever looks for them; if they chose to be found."""

from typing import Any

from flask import Response, request

from registry.domain.dossiers import Location, Work
from registry.domain.vocabulary import Usage
from registry.instants import rfc3339
from registry.services.list_publicly import Word, read_public
from registry.web.page import A_MOMENT, present
from registry.web.wired import take_place, the_registry


def get_rightsholder_page(id: str) -> Response:
    """Their catalogue, their places, and the works about which they spoke last. Counts like a lookup, since it reads a
    list. Raises: NotFound."""
    registry = the_registry()
    now, after = registry.clock(), request.args.get("after", "")[:100]
    take_place(request.remote_addr or "", now)
    with registry.reading() as uow:
        found = read_public(uow, id, now, after=after)
    catalogue = found.catalogue
    members = {
        "id": found.id,
        "name": found.name,
        "after": after,
        "catalogue": None if catalogue is None else _said_of_all(catalogue),
        "places": [_line(place, word) for place, word in found.places],
        "more_places": found.more_places,
        "works": [_line(work, word) for work, word in found.works],
        "next": found.next,
    }
    return present("rightsholder.html", members, cache=A_MOMENT)


def _said_of_all(word: Word) -> dict[str, Any]:
    """All nine uses: what is said of the whole catalogue."""
    said = {usage: preference.value for usage, preference in word.said}
    uses = [{"usage": each.value, "preference": said.get(each)} for each in Usage]
    return {"record": word.record, "signed_at": rfc3339(word.at), "uses": uses}


def _line(on: Work | Location, word: Word) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    for usage, preference in word.said:
        said.setdefault(preference.value, []).append(usage.value)
    about = (
        {"url": on.url} if isinstance(on, Location) else {"title": on.title, "kind": on.kind.value}
    )
    return {**about, "record": word.record, "signed_at": rfc3339(word.at), "said": said}
