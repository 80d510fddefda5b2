"""The figures of what an auditor may see: of everything, the day's census; of one rightsholder, its works, places and
catalogue, with what platforms were told about them; of one platform, what it was told.

Those of a rightsholder are counted while the auditor waits, or, where there are many works, once a day
(`worker.audit_figures`).
"""

from typing import Final

from registry.domain.census import Census, count
from registry.domain.dossiers import Work
from registry.instants import month_of
from registry.storage.audit_grants import AuditGrant
from registry.storage.censuses import Censuses
from registry.storage.kept_figures import KeptFigures
from registry.storage.log_store import SignedHead
from registry.storage.lookup_counts import LookupCounts
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.whole_projection import WholeProjection

MOST_AT_ONCE: Final = 20_000
"""Works and places that are counted while somebody waits: some seconds."""
_EVER: Final = 1 << 48


def figures_for(uow: UnitOfWork, grant: AuditGrant, kept: KeptFigures, now: int) -> Census | None:
    """None: of everything, or of a rightsholder with many works, nothing was counted yet."""
    if grant.subject is None:
        return uow.censuses.newest()
    if grant.scope == "platform":
        census = _begun(uow.log.head(), now)
        for told, number in uow.platform_counts.of(grant.subject, 0, _EVER):
            _add_told(census, told.platform, told.day, told.decision, number)
        return census
    if has_many(uow, grant.subject):
        return kept.of(grant.subject)
    return count_holder(WholeProjection(uow.connection), grant.subject, now)


def has_many(uow: UnitOfWork, rightsholder: str) -> bool:
    """Are there too many works and places of theirs to be counted while somebody waits?"""
    return WholeProjection(uow.connection).holds_more_than(rightsholder, MOST_AT_ONCE)


def count_holder(projection: WholeProjection, rightsholder: str, now: int) -> Census:
    """What there is of a rightsholder's at this moment (ms). Memory does not grow with it."""
    census = _begun(projection.head(), now)
    books, counts = Censuses(projection.connection), LookupCounts(projection.connection)
    for part in projection.held_by(rightsholder):
        works = [each for each in part if isinstance(each, Work)]
        ids = [each.id for each in works]
        refusals = books.refusals(ids) if ids else {}
        for dossier in part:
            census.count(dossier)
        for work in works:
            census.count_waits(work, refusals.get(work.id, {}))
        for platform, day, decision, number in counts.answered(ids):
            _add_told(census, platform, day, decision, number)
    return census


def _begun(head: SignedHead | None, now: int) -> Census:
    if head is None:
        return Census(at=now, size=0)
    return Census(at=max(now, head.head.at), size=head.head.size)


def _add_told(census: Census, platform: str, day: int, decision: str, number: int) -> None:
    count(census.lookups.setdefault(platform, {}), decision, number)
    count(census.lookups_by_month.setdefault(month_of(day), {}), decision, number)
