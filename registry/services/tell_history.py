"""What happened to a work, as whoever claims it may read it: the events of the log that touched it, newest first.

They are found by the versions of its dossier, each of which names an event of the transaction that made it; so no
search through the log is needed. Of what was said and proved for the rightsholder as a whole, what reaches the work.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from registry.domain.dossiers import Grant, Rightsholder, Work
from registry.domain.event_body import AnyEvent
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    Declared,
    LooseningCancelled,
    LooseningConfirmed,
    Withdrawn,
)
from registry.domain.matching import known
from registry.domain.proof import covers
from registry.domain.touched import touched
from registry.services.ledger import RECORD_TYPES
from registry.services.replay import sequenced
from registry.storage.log_store import StoredEvent
from registry.storage.unit_of_work import UnitOfWork

MOST_VERSIONS: Final = 200
"""So many versions of a dossier are looked at, the newest; what came before is in an export."""

_OF_THE_CATALOGUE: Final = (Declared, Withdrawn, LooseningConfirmed, LooseningCancelled)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event at its place in the log (index from 0; ms)."""

    seq: int
    at: int
    event: AnyEvent


def history_of(uow: UnitOfWork, work: Work, holder: Rightsholder) -> tuple[list[Happened], bool]:
    """What happened to the work, and to what this rightsholder says and proved for all that is theirs, newest first;
    and whether older things are left out."""
    mine = uow.projection.versions(work.id, MOST_VERSIONS)
    theirs = uow.projection.versions(holder.id, MOST_VERSIONS)
    found = {each.seq: each for each in _on_the_work(uow, work, mine)}
    found |= {each.seq: each for each in _of_the_holder(uow, work, holder, theirs)}
    cut = MOST_VERSIONS in (len(mine), len(theirs))
    return sorted(found.values(), key=lambda each: -each.seq), cut


def _on_the_work(uow: UnitOfWork, work: Work, versions: list[int]) -> Iterator[Happened]:
    records = {held.id for held in work.declarations}
    records |= {end.wait.id for held in work.declarations for end in held.withdrawals}
    for each in _read(uow, versions, records, work.id):
        if ("work", work.id) in touched(each.event):
            yield each


def _of_the_holder(
    uow: UnitOfWork, work: Work, holder: Rightsholder, versions: list[int]
) -> Iterator[Happened]:
    records = {held.id for held in holder.declarations}
    records |= {end.wait.id for held in holder.declarations for end in held.withdrawals}
    reaching = {grant.id for grant in holder.grants if _reaches(grant, work)}
    for each in _read(uow, versions, records, holder.id):
        event = each.event
        if isinstance(event, _OF_THE_CATALOGUE):
            if event.subject.kind == "catalogue" and event.subject.id == holder.id:
                yield each
        elif isinstance(event, AssuranceGained | AssuranceLapsed) and event.grant in reaching:
            yield each


def _reaches(grant: Grant, work: Work) -> bool:
    return any(covers(grant, known(held.text)) for held in work.identifiers)


def _read(
    uow: UnitOfWork, versions: list[int], records: Iterable[str], named: str
) -> Iterator[Happened]:
    """The events of the transactions that made these versions: these records, and whatever names this dossier."""
    wanted, name = set(records), named.encode()
    for stored in uow.log.written_with(versions):
        if _may_name(stored, wanted, name):
            entry = sequenced(stored)
            yield Happened(entry.seq, entry.at, entry.event)


def _may_name(stored: StoredEvent, records: set[str], name: bytes) -> bool:
    """Without decoding it: a transaction of an import holds hundreds of other works."""
    return stored.id in records if stored.type in RECORD_TYPES else name in stored.body
