"""`/statistics`: what is registered, said and asked here, in pictures with the numbers beside them; and as CSV.

Counted once a day over everything (`services.take_census`), so that the page costs the same with a million works. No
name or title is in it but those of platforms, which are public.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response

from registry.domain.census import WAITS, Census
from registry.domain.vocabulary import Assurance, Usage
from registry.errors import NotFound
from registry.instants import rfc3339
from registry.services import find
from registry.storage.unit_of_work import UnitOfWork
from registry.web.csv_file import csv_file
from registry.web.page import A_WHILE, present
from registry.web.wired import the_registry

HEADER = ("table", "month", "subject", "name", "count")
_DECISIONS = ("deny", "conditional", "allow", "unstated", "unregistered", "error")


def get_statistics() -> Response:
    """What is known in sum."""
    with the_registry().reading() as uow:
        members = figures(uow.censuses.newest(), uow)
    return present("statistics.html", members, cache=A_WHILE)


def get_statistics_csv() -> Response:
    """All of it as one table. Raises: NotFound where nothing was counted yet."""
    with the_registry().reading() as uow:
        census = uow.censuses.newest()
    if census is None:
        raise NotFound("nothing was counted here yet")
    return figures_as_csv(census, "statistics.csv", A_WHILE)


def figures_as_csv(census: Census, name: str, cache: str) -> Response:
    """A census as a file of this name."""
    return csv_file(name, HEADER, rows_of(census), cache)


def rows_of(census: Census) -> Iterator[tuple[str, str, str, str, int]]:
    """Every number with what it counts: tokens alone, so that no cell is a formula."""
    for month, kinds in sorted(census.works.items()):
        yield from (("works", month, "", *each) for each in sorted(kinds.items()))
    for month, uses in sorted(census.declarations.items()):
        for use, said in sorted(uses.items()):
            yield from (("declarations", month, use, *each) for each in sorted(said.items()))
    for use, said in sorted(census.standing.items()):
        yield from (("standing", "", use, *each) for each in sorted(said.items()))
    for name, counts in (
        ("claims", census.claims),
        ("wide-proofs", census.wide_proofs),
        ("waits", census.waits),
    ):
        yield from ((name, "", "", *each) for each in sorted(counts.items()))
    for platform, told in sorted(census.lookups.items()):
        yield from (("lookups", "", platform, *each) for each in sorted(told.items()))
    for month, told in sorted(census.lookups_by_month.items()):
        yield from (("lookups", month, "", *each) for each in sorted(told.items()))


def figures(census: Census | None, uow: UnitOfWork) -> dict[str, Any]:
    """A census as the page shows it."""
    if census is None:
        return {"at": None}
    platforms = [id for id in census.lookups if id]
    uow.projection.load(platforms)
    return {
        "at": rfc3339(census.at),
        "log_size": census.size,
        "works": by_month({month: sum(kinds.values()) for month, kinds in census.works.items()}),
        "declarations": by_month(
            {
                month: sum(sum(said.values()) for said in uses.values())
                for month, uses in census.declarations.items()
            }
        ),
        "standing": [
            {"usage": usage.value, "said": census.standing.get(usage.value, {})} for usage in Usage
        ],
        "lookups": by_month(
            {month: sum(told.values()) for month, told in census.lookups_by_month.items()}
        ),
        "platforms": [
            {
                "id": id,
                "name": find.the_platform(uow, id).name,
                "told": {each: census.lookups[id].get(each, 0) for each in _DECISIONS},
            }
            for id in platforms
        ],
        "waits": {each: census.waits.get(each, 0) for each in (*WAITS, "not-asked")},
        "claims": {each.value: census.claims.get(each.value, 0) for each in Assurance},
        "wide_proofs": census.wide_proofs,
    }


def by_month(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Every month from the first that has a number to the last, also those that have none."""
    if not counts:
        return []
    month, last = min(counts), max(counts)
    found = []
    while month <= last:
        found.append({"month": month, "count": counts.get(month, 0)})
        year, number = int(month[:4]), int(month[5:])
        month = f"{year + number // 12:04d}-{number % 12 + 1:02d}"
    return found
