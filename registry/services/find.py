"""Finding what an id in a request means, or saying that it means nothing."""

from typing import cast

from registry.domain.dossiers import (
    Dossier,
    DossierKind,
    HeldClaim,
    Location,
    Platform,
    Rightsholder,
    Work,
)
from registry.domain.events import Subject
from registry.domain.ids import is_id
from registry.errors import Forbidden, NotFound
from registry.storage.unit_of_work import UnitOfWork


def the(uow: UnitOfWork, kind: DossierKind, id: str, *, field: str | None = None) -> Dossier:
    """Raises: NotFound naming the field."""
    try:
        if is_id(id):
            return uow.projection.dossier(kind, id)
    except LookupError:
        pass
    raise NotFound(f"there is no {kind} {id!r}", field=field)


def the_work(uow: UnitOfWork, id: str, *, field: str | None = None) -> Work:
    """Raises: NotFound."""
    return cast(Work, the(uow, "work", id, field=field))


def the_location(uow: UnitOfWork, id: str, *, field: str | None = None) -> Location:
    """Raises: NotFound."""
    return cast(Location, the(uow, "location", id, field=field))


def the_rightsholder(uow: UnitOfWork, id: str, *, field: str | None = None) -> Rightsholder:
    """Raises: NotFound."""
    return cast(Rightsholder, the(uow, "rightsholder", id, field=field))


def the_platform(uow: UnitOfWork, id: str, *, field: str | None = None) -> Platform:
    """Raises: NotFound."""
    return cast(Platform, the(uow, "platform", id, field=field))


def claimed(uow: UnitOfWork, subject: Subject, *, field: str | None = None) -> Work | Location:
    """The work or location that a subject names. Raises: NotFound."""
    if subject.kind == "location":
        return the_location(uow, subject.id, field=field)
    return the_work(uow, subject.id, field=field)


def declared(
    uow: UnitOfWork, subject: Subject, *, field: str | None = None
) -> Work | Location | Rightsholder:
    """The dossier on which declarations about a subject are kept. Raises: NotFound."""
    if subject.kind == "catalogue":
        return the_rightsholder(uow, subject.id, field=field)
    return claimed(uow, subject, field=field)


def the_claim(uow: UnitOfWork, id: str) -> tuple[Subject, Work | Location, HeldClaim]:
    """A claim with what it is on. Raises: NotFound."""
    subject = uow.projection.find(id) if is_id(id) else None
    if subject is not None and subject.kind != "catalogue":
        on = claimed(uow, subject)
        for claim in on.claims:
            if claim.id == id:
                return subject, on, claim
    raise NotFound(f"there is no claim {id!r}", field="claim")


def standing(on: Work | Location) -> list[HeldClaim]:
    """The claims that have not ended."""
    return [claim for claim in on.claims if not claim.ended]


def own(
    uow: UnitOfWork, rightsholder: str, subject: Subject, *, field: str | None = None
) -> Work | Location:
    """What the rightsholder claims. Raises: NotFound naming the field, Forbidden."""
    on = claimed(uow, subject, field=field)
    for claim in on.claims:
        if claim.rightsholder == rightsholder and not claim.ended:
            return on
    raise Forbidden(f"only somebody who claims this {subject.kind} may do that")
