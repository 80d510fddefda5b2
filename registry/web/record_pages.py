"""`/records/{id}`: one record to read, print and verify; and its seal as a picture of its own."""

from flask import Response

from registry.domain.seal import seal
from registry.errors import Unavailable
from registry.web.page import A_MOMENT, present
from registry.web.record import read, read_seal_digest
from registry.web.static_files import FOR_EVER
from registry.web.wired import the_registry


def get_record_page(id: str) -> Response:
    """A record for people."""
    registry = the_registry()
    base = registry.place.public_url
    with registry.reading() as uow:
        head = uow.log.head()
        if head is None:
            raise Unavailable("this registry has no log yet; the operator has to start it once")
        members = read(uow, id, head, registry.clock(), base)
    registry.released(head)
    return present("record.html", members, cache=A_MOMENT, script=True)


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
