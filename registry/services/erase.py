"""Erasing what names a rightsholder, for good: in the log's bodies, in what was folded from them, in the other books.

In one transaction, in this order (docs/adr/0029-erasure.md):
1. of each body that names them, what the rules need is worked out, and takes the body's place, beside the digest to
   which the log was committed before;
2. the names go from every version of the dossiers;
3. the log's time is read: whatever takes long is over;
4. the log commits to what is left, `rightsholder.erased`, and whatever loosens and waits is cancelled: nobody could do
   so afterwards;
5. the names go from tokens, imports, members, mails, and with `accounts` whoever acted for nobody else.
Where much waits, most of it is cancelled before, some at a time: each is an event, and the log allows a write seconds.
Keys, ids and what was said stay, so no answer changes, at no moment; proofs go on holding.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from registry.domain.dossiers import Location, Work
from registry.domain.erasure import Erasure, Remains, forget_names, what_remains
from registry.domain.events import RightsholderErased
from registry.services.actor import Actor
from registry.services.find import claimed, the_rightsholder
from registry.services.leave import delete_account
from registry.services.ledger import RECORD_TYPES, Ledger
from registry.services.replay import sequenced
from registry.services.settle_loosening import cancel_loosening
from registry.storage.import_files import ImportFiles
from registry.storage.log_store import StoredEvent
from registry.storage.overwriting import overwrite
from registry.storage.rewording import places_of_versions, reword
from registry.storage.unit_of_work import UnitOfWork

_PAGE = 500
_ALL = 1 << 31
MOST_CANCELLED: Final = 500
"""So many loosenings that wait are cancelled in one transaction."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What goes, or went: bodies of events, among them `records`; `titles` of works; `cancelled` loosenings.
    `accounts`: those that act for nobody else."""

    rightsholder: str
    bodies: int
    records: int
    titles: int
    cancelled: int
    accounts: tuple[str, ...]


def look_at_erasure(uow: UnitOfWork, rightsholder: str, *, titles: bool, now: int) -> Erased:
    """What `erase` would do at `now` (ms). Nothing is changed. Raises: NotFound."""
    the_rightsholder(uow, rightsholder, field="rightsholder")
    erasure, ids = _whom(uow, rightsholder, titles=titles)
    left = _Left()
    for each in _bodies(uow, erasure, ids, by=0):
        left.add(each)
    return _told(uow, erasure, left, uow.projection.waits.count(rightsholder, now))


class Writing(Protocol):
    """A transaction on the log, as `Registry.writing` opens one."""

    def __call__(self, before: Callable[[UnitOfWork], None]) -> AbstractContextManager[Ledger]: ...


def erase(
    writing: Writing,
    files: ImportFiles,
    rightsholder: str,
    by: Actor,
    *,
    titles: bool,
    accounts: bool = False,
    check: Callable[[UnitOfWork], None] = lambda uow: None,
) -> Erased:
    """Erases them; `titles`: those of works that nobody else ever claimed too; `accounts`: those that act for nobody
    else too, which nobody could find afterwards. Where nothing names them any more, nothing is logged. `check` raises,
    in the same transaction, where it shall not be.

    Raises: NotFound, VerificationFailed for an event that cannot be read, Unavailable, LogRefuses.
    """
    cancelled = _cancel_all_but_some(writing, rightsholder, by, check)
    taken: list[_Taken] = []

    def take_out(uow: UnitOfWork) -> None:
        check(uow)
        taken.append(_take_out(uow, rightsholder, titles=titles))

    with writing(take_out) as ledger:
        told = _log(ledger, files, taken[0], by, titles=titles, cancelled=cancelled)
        for id in told.accounts if accounts else ():
            account = ledger.uow.accounts.find(id)
            if account is not None:
                delete_account(ledger.uow, account, ledger.now)
        return told


def _cancel_all_but_some(
    writing: Writing, rightsholder: str, by: Actor, check: Callable[[UnitOfWork], None]
) -> int:
    """So that what is left can be cancelled within the erasing transaction. Returns how many it was."""
    cancelled = 0
    while True:
        with writing(check) as ledger:
            waits = ledger.uow.projection.waits
            waiting = waits.of(rightsholder, ledger.now, MOST_CANCELLED + 1)
            if len(waiting) <= MOST_CANCELLED:
                return cancelled
            for waited in waiting[:MOST_CANCELLED]:
                cancel_loosening(ledger, waited.id, by)
        cancelled += MOST_CANCELLED


@dataclass(slots=True)
class _Left:
    """What remains of bodies, and how many of them were records."""

    remains: Remains = field(default_factory=Remains)
    records: int = 0

    def add(self, stored: StoredEvent) -> None:
        self.remains.add(stored.seq, stored.body)
        self.records += stored.type in RECORD_TYPES


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was taken out before the log's time was read: all that grows with how much there is."""

    erasure: Erasure
    ids: list[str]
    name: str
    left: _Left


def _take_out(uow: UnitOfWork, rightsholder: str, *, titles: bool) -> _Taken:
    """Nobody else writes meanwhile, so the event that says so will have the log's next place."""
    overwrite(uow.connection)
    head = uow.log.head()
    name = the_rightsholder(uow, rightsholder, field="rightsholder").name
    erasure, ids = _whom(uow, rightsholder, titles=titles)
    bodies = _bodies(uow, erasure, ids, by=0 if head is None else head.head.size)
    left = _Left()
    while part := list(islice(bodies, _PAGE)):
        uow.log.erase(part)
        for each in part:
            left.add(each)
    reword(uow.connection, ids, lambda dossier: forget_names(dossier, erasure))
    uow.projection.forget()  # what was read has the names still
    return _Taken(erasure, ids, name, left)


def _log(
    ledger: Ledger, files: ImportFiles, taken: _Taken, by: Actor, *, titles: bool, cancelled: int
) -> Erased:
    """`cancelled`: so many loosenings were cancelled before."""
    uow, rightsholder = ledger.uow, taken.erasure.rightsholder
    waiting = uow.projection.waits.of(rightsholder, ledger.now, _ALL)
    told = _told(uow, taken.erasure, taken.left, cancelled + len(waiting))
    remains = taken.left.remains
    if remains.bodies:
        event = RightsholderErased(
            rightsholder=rightsholder,
            bodies=remains.bodies,
            remains=remains.digest,
            titles=titles,
        )
        ledger.append(event, by, details={"rightsholder": rightsholder, "bodies": remains.bodies})
    for waited in waiting:
        cancel_loosening(ledger, waited.id, by)
    ledger.seal()
    _forget_in_books(uow, files, taken.erasure, taken.name)
    held = set(taken.ids)
    uow.erasures.forget_reasons(lambda id: _where(uow, id) in held)
    return told


def _whom(uow: UnitOfWork, rightsholder: str, *, titles: bool) -> tuple[Erasure, list[str]]:
    """Who is erased, and the dossiers in which something of theirs may stand."""
    claims: set[str] = set()
    named: dict[str, str] = {}
    ids = [rightsholder]
    for dossier in _held(uow, rightsholder):
        ids.append(dossier.id)
        claims.update(each.id for each in dossier.claims if each.rightsholder == rightsholder)
        theirs = all(each.rightsholder == rightsholder for each in dossier.claims)
        if titles and theirs and isinstance(dossier, Work) and dossier.title:
            named[dossier.id] = dossier.title
    return Erasure(rightsholder, claims, named), ids


def _held(uow: UnitOfWork, rightsholder: str) -> Iterator[Work | Location]:
    after = ""
    while held := uow.projection.held_by(rightsholder, after=after, limit=_PAGE):
        uow.projection.load(subject.id for subject in held)
        yield from (claimed(uow, subject) for subject in held)
        uow.projection.forget()  # so that memory does not grow with how much they hold
        after = held[-1].id


def _bodies(uow: UnitOfWork, erasure: Erasure, ids: list[str], *, by: int) -> Iterator[StoredEvent]:
    """Every event that names them, as it will be stored, in the log's order. Each has made a version of a dossier."""
    places = places_of_versions(uow.connection, ids)
    last = -1
    for stored in uow.log.written_with(sorted(places)):
        if stored.erased is not None or stored.seq <= last:
            continue
        last = stored.seq
        left = what_remains(sequenced(stored).event, erasure)
        if left is not None:
            body = msgspec.json.encode(left)
            yield replace(stored, body=body, erased=stored.digest, erased_by=by)


def _where(uow: UnitOfWork, id: str) -> str:
    """The dossier in which this claim or dispute is found; itself where it is none."""
    subject = uow.projection.find(id)
    return id if subject is None else subject.id


def _told(uow: UnitOfWork, erasure: Erasure, left: _Left, cancelled: int) -> Erased:
    acting = uow.erasures.acting(erasure.rightsholder)
    alone = [
        account
        for account in acting
        if len(uow.members.for_account(account)) == 1
        and not uow.platform_members.memberships(account)
    ]
    return Erased(
        rightsholder=erasure.rightsholder,
        bodies=left.remains.bodies,
        records=left.records,
        titles=len(erasure.titles),
        cancelled=cancelled,
        accounts=tuple(alone),
    )


def _forget_in_books(uow: UnitOfWork, files: ImportFiles, erasure: Erasure, name: str) -> None:
    rightsholder = erasure.rightsholder
    acting = uow.erasures.acting(rightsholder)
    for id in uow.erasures.imports_of(rightsholder):
        files.forget(id)
    for account in acting:
        uow.members.remove(rightsholder, account)
    uow.erasures.forget(rightsholder, name, acting)
    if erasure.titles:  # whoever else was told that they link a work of theirs
        uow.erasures.call_by_id("name", {title: work for work, title in erasure.titles.items()})
