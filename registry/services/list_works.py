"""The works of one rightsholder, a page at a time; and those that a person has selected there, to go on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from registry.errors import InvalidInput, NotFound
from registry.services.act_for import may
from registry.services.seek_works import Filter, ListedWork, Search
from registry.storage.accounts import Account
from registry.storage.choices import Choice
from registry.storage.members import MemberRole
from registry.storage.repertoire import Order, Sought
from registry.storage.unit_of_work import UnitOfWork

MOST_CHOSEN: Final = 100
"""So many works are chosen one by one, and stand on a page."""


@dataclass(frozen=True, slots=True)
class Repertory:
    """A page of the list: `found` works in all; how many there are of each stance and kind, whatever is looked for.
    `is_first`, `is_last`: nothing is before or after it."""

    works: tuple[ListedWork, ...]
    found: int
    stances: Mapping[str, int]
    kinds: Mapping[str, int]
    is_first: bool
    is_last: bool


def list_works(
    uow: UnitOfWork,
    rightsholder: str,
    wanted: Filter,
    order: Order,
    now: int,
    *,
    after: str = "",
    before: str = "",
    limit: int = MOST_CHOSEN,
) -> Repertory:
    """A page of their works: those after the work `after`, before the work `before`, or the first.

    Whose they are to see is asked before (`act_for.may`). Raises: NotFound, InvalidInput.
    """
    search = Search(uow, rightsholder, now)
    here = Sought(rightsholder, now, works=(before,))
    if after or not search.repertoire.count(here):
        before = ""
    rows = search.page(wanted, order, limit + 1, after, before)
    more = len(rows) > limit
    rows = rows[-limit:] if before else rows[:limit]
    uow.projection.load([row.work for row in rows])
    return Repertory(
        works=tuple(search.listed(row) for row in rows),
        found=search.count(wanted),
        stances=search.stances(),
        kinds=search.kinds(),
        is_first=not more if before else not after,
        is_last=not before and not more,
    )


# -- what is selected, to go on with --


def choose(
    uow: UnitOfWork,
    account: Account,
    rightsholder: str,
    works: Sequence[str] | None,
    wanted: Filter | None,
    now: int,
) -> str:
    """Keeps these works, or all that this filter finds, for the pages that change what is said. Returns its id.

    Raises: NotFound for what is not theirs, Forbidden for whoever may only look, InvalidInput for none or too many.
    """
    may(uow, account, rightsholder, MemberRole.EDITOR)
    head = uow.log.head()
    now = now if head is None else max(now, head.head.at)  # the log may be ahead of the clock
    if works is None:
        query = (wanted or Filter()).checked().query()
        return uow.choices.add(account.id, rightsholder, None, query, now)
    chosen = sorted(set(works))
    if not 0 < len(chosen) <= MOST_CHOSEN:
        raise InvalidInput(f"choose 1 to {MOST_CHOSEN} works, or all", field="work")
    here = Sought(rightsholder, now, works=tuple(chosen))
    if uow.projection.repertoire.count(here) != len(chosen):
        raise NotFound("one of these works is none of this rightsholder's", field="work")
    return uow.choices.add(account.id, rightsholder, chosen, None, now)


def choose_one(uow: UnitOfWork, account: Account, rightsholder: str, work: str, now: int) -> str:
    """The same for one work. Raises: NotFound, Forbidden."""
    return choose(uow, account, rightsholder, [work], None, now)


def works_chosen(uow: UnitOfWork, choice: Choice, after: str, limit: int) -> list[str]:
    """The ids of the chosen works after the id `after`, in order; those that the rightsholder still claims. A filter
    looks at the works that were registered when it was chosen, as they are now, as of that moment: go on from work to
    work, since those that something was said about meanwhile may not be found again.

    Raises: NotFound where whoever chose acts for the rightsholder no more.
    """
    search = _search_of(uow, choice)
    if choice.works is None:
        rows = search.after(Filter.of(choice.filter or ""), after)
    else:
        here = Sought(choice.rightsholder, choice.made_at, works=choice.works)
        rows = search.repertoire.in_order_of_id(here, after)
    return [row.work for row in islice(rows, limit)]


def count_chosen(uow: UnitOfWork, choice: Choice) -> int:
    """How many works a choice finds now. Raises: NotFound."""
    search = _search_of(uow, choice)
    if choice.works is None:
        return search.count(Filter.of(choice.filter or ""))
    return search.repertoire.count(Sought(choice.rightsholder, choice.made_at, works=choice.works))


def _search_of(uow: UnitOfWork, choice: Choice) -> Search:
    account = uow.accounts.find(choice.account)
    if account is None:
        raise NotFound("whoever chose these works has no account any more", field="choice")
    may(uow, account, choice.rightsholder)
    return Search(uow, choice.rightsholder, choice.made_at, choice.made_at)
