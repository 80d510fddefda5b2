"""Pages by cursor: what a rightsholder holds, in order of id; the cursor in the body and as a Link."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from registry.api.json_bodies import encode_json
from registry.api.wired import the_registry
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.events import Subject
from registry.services import find
from registry.services.open_account import acts_for, authenticate_token
from registry.storage.unit_of_work import UnitOfWork

_CHUNK = 200

Held = tuple[Subject, Work | Location | Rightsholder]
Present = Callable[[Subject, Work | Location | Rightsholder, Rightsholder], list[dict[str, Any]]]


def held_after(uow: UnitOfWork, rightsholder: str, after: str) -> Iterator[Held]:
    """Everything that a rightsholder claims, in order of id, after the id `after`."""
    while True:
        subjects = uow.projection.held_by(rightsholder, after, _CHUNK)
        uow.projection.load(subject.id for subject in subjects)
        for subject in subjects:
            on = find.claimed(uow, subject)
            if any(claim.rightsholder == rightsholder for claim in find.standing(on)):
                yield subject, on
        if len(subjects) < _CHUNK:
            return
        after = subjects[-1].id


def page_of_held(
    page: dict[str, Any], name: str, present: Present, *, catalogue: bool = False
) -> Response:
    """A page of what the token's rightsholder holds; `present` gives what each thing adds to it.

    With `catalogue` the first page begins with the rightsholder's own dossier. A page ends with the
    first thing that fills it, so it may hold a few more than `limit`.
    """
    with the_registry().reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        rightsholder = acts_for(token, page["rightsholder"])
        holder = find.the_rightsholder(uow, rightsholder)
        found: list[dict[str, Any]] = []
        if catalogue and not page["after"]:
            found += present(Subject("catalogue", holder.id), holder, holder)
        cursor = None
        last = page["after"] or "0"  # before every id, but after the catalogue
        for subject, on in held_after(uow, rightsholder, page["after"]):
            if len(found) >= page["limit"]:
                cursor = last
                break
            found += present(subject, on, holder)
            last = subject.id
    return page_response(name, found, cursor)


def page_response(name: str, found: list[dict[str, Any]], cursor: str | None) -> Response:
    """A page with its cursor."""
    response = Response(encode_json({name: found, "next": cursor}), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if cursor is not None:
        query = urlencode({**request.args.to_dict(), "after": cursor})
        base = the_registry().place.public_url
        response.headers["Link"] = f'<{base}{request.path}?{query}>; rel="next"'
    return response
