"""Who lets search engines find their records, and what their public page then lists: what they say themselves, now, for
everybody. What was said to one platform alone is on no list, and stays hidden from search engines.

A list for finding records: what a platform is told is decided by the rules, from everything that everybody said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from registry.domain.dossiers import HeldDeclaration, Location, Rightsholder, Work
from registry.domain.ids import is_id
from registry.domain.standing import Standing, in_force
from registry.domain.vocabulary import Preference, Usage
from registry.errors import NotFound
from registry.services.act_for import may
from registry.services.find import standing, the_location, the_rightsholder, the_work
from registry.storage.accounts import Account
from registry.storage.members import MemberRole
from registry.storage.repertoire import Order, Sought
from registry.storage.unit_of_work import UnitOfWork

A_PAGE: Final = 50
MOST_PLACES: Final = 100
"""So many places stand on the first page, those that were registered first; `more_places`: there are others."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says of something now, for everybody. `record`: the newest of the records that say it; `at` (ms):
    when that was signed. A condition that still waits is a no until it counts."""

    record: str
    at: int
    said: tuple[tuple[Usage, Preference], ...]


@dataclass(frozen=True, slots=True)
class Public:
    """A page of what a rightsholder says: of the whole `catalogue`, of places (on the first page), and of the works
    about which they spoke last. `next`: after which work the next page begins."""

    id: str
    name: str
    catalogue: Word | None
    places: tuple[tuple[Location, Word], ...]
    works: tuple[tuple[Work, Word], ...]
    next: str | None
    more_places: bool = False


def list_publicly(
    uow: UnitOfWork, account: Account, rightsholder: str, wanted: bool, now: int
) -> None:
    """Lets search engines find the rightsholder's records from `now` (ms) on, or no more.

    Raises: NotFound for whoever does not act for it, Forbidden for a viewer.
    """
    may(uow, account, rightsholder, MemberRole.EDITOR)
    if wanted:
        uow.listings.put(rightsholder, now)
    else:
        uow.listings.remove(rightsholder)


def may_be_found(uow: UnitOfWork, rightsholder: str, grantee: str | None = None) -> bool:
    """May search engines find a record of theirs, for everybody or for the one platform `grantee`?"""
    return grantee is None and uow.listings.has(rightsholder)


def read_public(
    uow: UnitOfWork, rightsholder: str, now: int, *, after: str = "", limit: int = A_PAGE
) -> Public:
    """What they say at `now` (ms): the first page, or the one after the work `after`.

    Raises: NotFound, in the same words for one who does not want to be found and for one who does not exist.
    """
    holder, head = _listed(uow, rightsholder), uow.log.head()
    now = now if head is None else max(now, head.head.at)  # the log may be ahead of the clock
    rows = uow.projection.repertoire.page(
        Sought(rightsholder, now), Order.SAID_LAST, limit + 1, after=after
    )
    said = [row.work for row in rows if row.said_at]
    uow.projection.load(said[:limit])
    works = [the_work(uow, id) for id in said[:limit]]
    places = (
        []
        if after
        else uow.projection.held_by(rightsholder, limit=MOST_PLACES + 1, kind="location")
    )
    return Public(
        id=rightsholder,
        name=holder.name,
        catalogue=_word(holder.declarations, rightsholder, now),
        places=_places(uow, rightsholder, [each.id for each in places[:MOST_PLACES]], now),
        works=tuple(
            (work, word)
            for work in works
            if (word := _word(work.declarations, rightsholder, now)) is not None
        ),
        next=said[limit - 1] if len(said) > limit else None,
        more_places=len(places) > MOST_PLACES,
    )


def _listed(uow: UnitOfWork, id: str) -> Rightsholder:
    if is_id(id) and may_be_found(uow, id):
        holder = the_rightsholder(uow, id, field="id")
        if not holder.erased:  # by a process of a version that knew no listings
            return holder
    raise NotFound(f"there is no public page of a rightsholder {id!r}", field="id")


def _places(
    uow: UnitOfWork, rightsholder: str, ids: Sequence[str], now: int
) -> tuple[tuple[Location, Word], ...]:
    uow.projection.load(ids)
    found = []
    for place in (the_location(uow, id) for id in ids):
        word = _word(place.declarations, rightsholder, now)
        if word is not None and any(each.rightsholder == rightsholder for each in standing(place)):
            found.append((place, word))
    return tuple(found)


def _word(declarations: Sequence[HeldDeclaration], rightsholder: str, now: int) -> Word | None:
    """None where nothing of theirs speaks for everybody."""
    speaking: list[Standing] = [
        each
        for usage in Usage
        for each in in_force(declarations, rightsholder, usage, now)
        if each.grantee is None
    ]
    if not speaking:
        return None
    newest = max((each.declaration for each in speaking), key=lambda each: each.seq)
    said = tuple((each.statement.usage, each.preference) for each in speaking)
    return Word(newest.id, newest.at, said)
