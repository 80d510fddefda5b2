"""Every rightsholder, a page at a time, for the operator who has lost an id."""

from sqlalchemy import select

from registry.domain.dossiers import Rightsholder
from registry.services.find import the_rightsholder
from registry.storage.tables import dossiers
from registry.storage.unit_of_work import UnitOfWork


def list_rightsholders(
    uow: UnitOfWork, *, after: str = "", limit: int = 1000
) -> list[Rightsholder]:
    """Those with an id after `after`, in order of id, which is the order in which they were registered."""
    statement = (
        select(dossiers.c.id)
        .where(dossiers.c.kind == "rightsholder", dossiers.c.id > after)
        .order_by(dossiers.c.id)
        .limit(limit)
    )
    ids = [row.id for row in uow.connection.execute(statement)]
    uow.projection.load(ids)
    return [the_rightsholder(uow, id) for id in ids]
