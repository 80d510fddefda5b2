"""Who asked about one's works and what they were told: of one work all that is counted, of a rightsholder by the month.

As a page, as data, and as CSV in which no cell is a formula.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import Response, request

from registry.domain.vocabulary import Decision
from registry.errors import NotFound
from registry.instants import DAY_MS, month_of
from registry.services.act_for import acting_on, may
from registry.services.find import the_platform, the_rightsholder
from registry.services.list_lookups import (
    Month,
    asked_about,
    list_lookups,
    month_named,
    sum_lookups,
)
from registry.storage.unit_of_work import UnitOfWork
from registry.web.csv_file import csv_file
from registry.web.page import present
from registry.web.signed_in import signed_in
from registry.web.statistics_pages import by_month
from registry.web.wired import the_registry

PAGE: Final = 50
DECISIONS: Final = tuple(each.value for each in Decision if each is not Decision.UNREGISTERED)
_OF_ONE: Final = ("month", "platform", "name", "usage", "decision", "count")
_OF_ALL: Final = ("month", "work", "title", *_OF_ONE[1:])


def asked_of(uow: UnitOfWork, work: str) -> dict[str, Any]:
    """What is counted about one work: how often in each month, and what each platform was told."""
    found = asked_about(uow, work)
    names = _names(uow, {each.platform for each in found})
    months: Counter[str] = Counter()
    rows: dict[tuple[str, str], Counter[str]] = {}
    for each in found:
        months[each.month] += each.count
        rows.setdefault((each.month, each.platform), Counter())[each.decision] += each.count
    return {
        "months": by_month(months),
        "rows": [
            {"month": month, **_row(names, platform, told)}
            for (month, platform), told in rows.items()
        ],
        "csv": f"/works/{work}/asked.csv",
    }


def get_work_asked_csv(id: str) -> Response:
    """All that is counted about one work, use by use. Raises: NotFound for a work that is not one's own."""
    with the_registry().reading() as uow:
        acting_on(uow, signed_in().account, id)
        found = asked_about(uow, id)
        names = _names(uow, {each.platform for each in found})
    rows = (
        (each.month, each.platform, names[each.platform], each.usage, each.decision, each.count)
        for each in found
    )
    return csv_file(f"asked-{id}.csv", _OF_ONE, rows)


def get_asked() -> Response:
    """A month of one's works (`rightsholder`, `month`; without them the first, and the present one).

    Raises: NotFound, InvalidInput for what is no month.
    """
    with the_registry().reading() as uow:
        holder, month = _wanted(uow)
        told, works, whole = sum_lookups(uow, holder, month)
        page, more = list_lookups(uow, holder, month, request.args.get("after", ""), PAGE)
        names = _names(uow, {platform for platform, _ in told})
        mine = [
            {"id": each.rightsholder, "name": the_rightsholder(uow, each.rightsholder).name}
            for each in uow.members.for_account(signed_in().account.id)
        ]
        members = {
            "rightsholder": {"id": holder, "name": the_rightsholder(uow, holder).name},
            "rightsholders": mine,
            "month": month.name,
            "earlier": month_of(month.since - DAY_MS),
            "later": month_of(month.until) if month.until <= the_registry().clock() else None,
            "platforms": _platforms(names, told),
            "works": works,
            "whole": whole,
            "rows": [
                {
                    "work": each.work.id,
                    "title": each.work.title,
                    "told": _by_decision(
                        (decision, count) for (_, _, decision), count in each.told.items()
                    ),
                }
                for each in page
            ],
            "next": more,
            "csv": f"/asked.csv?rightsholder={holder}&month={month.name}",
        }
    return present("works/asked.html", members)


def get_asked_csv() -> Response:
    """The same month as a table, work by work and use by use. Raises: NotFound, InvalidInput."""
    with the_registry().reading() as uow:
        holder, month = _wanted(uow)
        rows = list(_rows_of_all(uow, holder, month))
    return csv_file(f"asked-{month.name}.csv", _OF_ALL, rows)


def _wanted(uow: UnitOfWork) -> tuple[str, Month]:
    account = signed_in().account
    mine = uow.members.for_account(account.id)
    holder = request.args.get("rightsholder") or (mine[0].rightsholder if mine else "")
    if not holder:
        raise NotFound("you act for no rightsholder yet", field="rightsholder")
    may(uow, account, holder)
    now = the_registry().clock()
    return holder, month_named(request.args.get("month") or month_of(now))


def _rows_of_all(uow: UnitOfWork, holder: str, month: Month) -> Iterator[tuple[object, ...]]:
    names: dict[str, str] = {}
    after: str | None = ""
    while after is not None:
        page, after = list_lookups(uow, holder, month, after, 500)
        wanted = {platform for each in page for platform, _, _ in each.told}
        names |= _names(uow, wanted - names.keys())
        for each in page:
            for (platform, usage, decision), count in each.told.items():
                told = (platform, names[platform], usage, decision, count)
                yield month.name, each.work.id, each.work.title, *told


def _names(uow: UnitOfWork, platforms: Iterable[str]) -> dict[str, str]:
    ids = sorted(platforms)
    uow.projection.load(ids)
    return {id: the_platform(uow, id).name for id in ids}


def _platforms(
    names: Mapping[str, str], told: Mapping[tuple[str, str], int]
) -> list[dict[str, Any]]:
    """Who was told what, the one that asked most first."""
    found: dict[str, Counter[str]] = {}
    for (platform, decision), count in told.items():
        found.setdefault(platform, Counter())[decision] += count
    rows = [_row(names, platform, each) for platform, each in found.items()]
    return sorted(rows, key=lambda row: (-row["total"], row["name"]))


def _row(names: Mapping[str, str], platform: str, told: Mapping[str, int]) -> dict[str, Any]:
    return {
        "platform": platform,
        "name": names[platform],
        "told": _by_decision(told.items()),
        "total": sum(told.values()),
    }


def _by_decision(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found = dict.fromkeys(DECISIONS, 0)
    for decision, count in counts:
        found[decision] = found.get(decision, 0) + count
    return found
