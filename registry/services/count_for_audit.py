"""The figures of what an auditor may see: of everything, the day's census; of one rightsholder, its works, places and
catalogue counted now, with what platforms were told about them; of one platform, what it was told.
"""

from typing import Final

from registry.domain.census import Census, count
from registry.domain.dossiers import Work
from registry.errors import TooLarge
from registry.instants import month_of
from registry.services.find import claimed, the_rightsholder
from registry.storage.audit_grants import AuditGrant
from registry.storage.unit_of_work import UnitOfWork

MOST_COUNTED: Final = 20_000
"""Works and places that are counted while somebody waits: some seconds."""
_PAGE: Final = 500
_EVER: Final = 1 << 48


def figures_for(uow: UnitOfWork, grant: AuditGrant, now: int) -> Census | None:
    """None: of everything, nothing was counted yet. Raises: TooLarge for a rightsholder with too many works."""
    if grant.subject is None:
        return uow.censuses.newest()
    head = uow.log.head()
    census = Census(at=now, size=0)
    if head is not None:
        census = Census(at=max(now, head.head.at), size=head.head.size)
    if grant.scope == "platform":
        for told, number in uow.platform_counts.of(grant.subject, 0, _EVER):
            _add_told(census, told.platform, told.day, told.decision, number)
    else:
        _count_holdings(uow, census, grant.subject)
    return census


def _count_holdings(uow: UnitOfWork, census: Census, rightsholder: str) -> None:
    census.count(the_rightsholder(uow, rightsholder, field="rightsholder"))
    after, done = "", 0
    while held := uow.projection.held_by(rightsholder, after=after, limit=_PAGE):
        done += len(held)
        if done > MOST_COUNTED:
            raise TooLarge(
                f"this rightsholder has more than {MOST_COUNTED} works and places, too many to be counted while you "
                "wait; make an export, and count in that"
            )
        after = held[-1].id
        uow.projection.load(each.id for each in held)
        works = []
        for each in held:
            dossier = claimed(uow, each)
            census.count(dossier)
            if isinstance(dossier, Work):
                works.append(dossier)
        refusals = uow.censuses.refusals([each.id for each in works]) if works else {}
        for work in works:
            census.count_waits(work, refusals.get(work.id, {}))
            for told, number in uow.lookup_counts.of(work.id, 0, _EVER):
                _add_told(census, told.platform, told.day, told.decision, number)


def _add_told(census: Census, platform: str, day: int, decision: str, number: int) -> None:
    count(census.lookups.setdefault(platform, {}), decision, number)
    count(census.lookups_by_month.setdefault(month_of(day), {}), decision, number)
