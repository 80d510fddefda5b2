"""Months are those of UTC, and a page is of works that the rightsholder still claims."""

import pytest

from registry.errors import InvalidInput
from registry.instants import DAY_MS, month_of, parse_rfc3339
from registry.services.list_lookups import list_lookups, month_named
from registry.storage.lookup_counts import Told
from tests.registries import Desk


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026-11", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ],
)
def test_a_month_begins_and_ends_in_utc(name: str, since: str, until: str) -> None:
    month = month_named(name)
    assert (month.since, month.until) == (parse_rfc3339(since), parse_rfc3339(until))
    assert month_of(month.since) == month_of(month.until - 1) == name


@pytest.mark.parametrize("name", ["2026-00", "2026-13", "november", "9999-12", ""])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        month_named(name)
    assert refused.value.field == "month"


def test_days_of_a_month_add_up_work_by_work(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0600001")
    month = month_named("2026-11")
    told = [Told(work, month.since + day * DAY_MS, "p", "search", "deny") for day in (0, 29, 30)]
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add(dict.fromkeys(told, 2))
    with desk.registry.reading() as uow:
        found, after = list_lookups(uow, desk.rightsholder(), month, "", 10)
    assert [(each.work.id, each.told) for each in found] == [(work, {("p", "search", "deny"): 4})]
    assert after is None
