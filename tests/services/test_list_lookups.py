"""Months are those of UTC, and a page is of works that the rightsholder still claims."""

from collections import Counter

import pytest

from registry.errors import InvalidInput
from registry.instants import DAY_MS, month_of, parse_rfc3339
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.list_lookups import (
    Asked,
    asked_about,
    list_lookups,
    month_named,
    sum_lookups,
)
from registry.storage.lookup_counts import Told
from tests.registries import STEWARD, Desk


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


@pytest.mark.parametrize(
    "name",
    [
        "2026-00", "2026-13", "november", "9999-12", "", "0001-01", "1969-12",
        "2026-1", "2026-01\n", "２０２６-０１",
    ],
)  # fmt: skip
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


def test_the_month_of_a_whole_catalogue_adds_up_by_platform(desk: Desk) -> None:
    month = month_named("2026-11")
    for number in (1, 2):
        work, _ = desk.work(f"isrc:GBAYE060000{number}")
        told = Told(work, month.since, "p", "search", "deny")
        more = [told._replace(usage="ai-input"), told._replace(platform="q", decision="unstated")]
        with desk.registry.bookkeeping() as uow:
            uow.lookup_counts.add(dict.fromkeys([told, *more], number))
    with desk.registry.reading() as uow:
        told_all, works, whole = sum_lookups(uow, desk.rightsholder(), month)
    assert dict(told_all) == {("p", "deny"): 6, ("q", "unstated"): 3}
    assert (works, whole) == (2, True)


def test_of_a_claim_that_ended_nothing_more_is_told(desk: Desk) -> None:
    work, claim = desk.work("isrc:GBAYE0600001")
    month = month_named("2026-11")
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({Told(work, month.since, "p", "search", "deny"): 1})
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs")
        decide_dispute(
            ledger, dispute.dispute, upheld=True, stewards=("a", "b"), by=STEWARD, reason="letters"
        )
    with desk.registry.reading() as uow:
        assert sum_lookups(uow, desk.rightsholder(), month) == (Counter(), 0, True)


def test_of_one_work_everything_is_told_by_month_the_newest_first(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0600001")
    since = month_named("2026-11").since
    told = Told(work, since, "p", "search", "deny")
    before = told._replace(day=since - DAY_MS)
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({told: 1, told._replace(day=since + DAY_MS): 2, before: 4})
    with desk.registry.reading() as uow:
        assert asked_about(uow, work) == [
            Asked("2026-11", "p", "search", "deny", 3),
            Asked("2026-10", "p", "search", "deny", 4),
        ]
