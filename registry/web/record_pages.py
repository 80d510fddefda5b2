"""`/records/{id}`: one record to read, print and verify; its seal and its badge as pictures of their own."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import segno
from flask import Response

from registry.domain.seal import seal
from registry.errors import Unavailable
from registry.web.badge import badge
from registry.web.page import A_MOMENT, A_WHILE, VARY, present
from registry.web.record import read, read_seal_digest
from registry.web.static_files import FOR_EVER
from registry.web.wired import the_registry

UNLISTED: Final = {"X-Robots-Tag": "noindex"}
"""For search engines: what is not to be found there; pictures have no other way to say it."""


def get_record_page(id: str) -> Response:
    """A record for people."""
    members = _members(id)
    return present("record.html", members, cache=A_MOMENT, script=True, headers=_listing(members))


def get_badge(id: str) -> Response:
    """What a record says today, as a picture for somebody's own site."""
    host, members = urlsplit(the_registry().place.public_url).netloc, _members(id)
    headers = {"Cache-Control": A_WHILE, "Cross-Origin-Resource-Policy": "cross-origin"}
    reply = Response(
        badge(members, host),
        content_type="image/svg+xml; charset=utf-8",
        headers={**headers, **_listing(members)},
    )
    reply.vary.update(VARY)
    return reply


def qr_of(address: str) -> str:
    """An address as a QR code (ISO/IEC 18004, level M) for whoever holds the printed page: an SVG, black on
    white."""
    return str(
        segno.make(address, error="m", micro=False).svg_inline(
            omitsize=True, border=0, dark="black", svgclass="qr", lineclass=None
        )
    )


def _listing(members: Mapping[str, Any]) -> dict[str, str]:
    """What search engines are told of a record, by its rightsholder's choice."""
    return {} if members["public_page"] else UNLISTED


def _members(id: str) -> dict[str, Any]:
    registry = the_registry()
    with registry.reading() as uow:
        head = uow.log.head()
        if head is None:
            raise Unavailable("this registry has no log yet; the operator has to start it once")
        members = read(uow, id, head, registry.clock(), registry.place.public_url)
    registry.released(head)
    return members


def get_seal(id: str) -> Response:
    """The seal of a record: what nobody can copy to another one. No search engine is to list it, whatever the
    rightsholder chose: it is kept for ever by whoever fetched it, so a choice could not be taken back."""
    with the_registry().reading() as uow:
        digest = read_seal_digest(uow, id)
    picture = seal(digest, title=f"Seal of the record {id}")
    return Response(
        picture,
        content_type="image/svg+xml; charset=utf-8",
        headers={"Cache-Control": FOR_EVER, **UNLISTED},
    )
