"""`/records/{id}`: one record to read, print and verify; its seal and its badge as pictures of their own."""

from typing import Any
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


def get_record_page(id: str) -> Response:
    """A record for people."""
    return present("record.html", _members(id), cache=A_MOMENT, script=True)


def get_badge(id: str) -> Response:
    """What a record says today, as a picture for somebody's own site."""
    host = urlsplit(the_registry().place.public_url).netloc
    reply = Response(
        badge(_members(id), host),
        content_type="image/svg+xml; charset=utf-8",
        headers={"Cache-Control": A_WHILE, "Cross-Origin-Resource-Policy": "cross-origin"},
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
    """The seal of a record: what nobody can copy to another one."""
    with the_registry().reading() as uow:
        digest = read_seal_digest(uow, id)
    picture = seal(digest, title=f"Seal of the record {id}")
    return Response(
        picture,
        content_type="image/svg+xml; charset=utf-8",
        headers={"Cache-Control": FOR_EVER},
    )
