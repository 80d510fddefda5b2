"""Who asked: the numbers that were counted, by month and platform, as a page, as data and as a table."""

import csv
import io

from registry.instants import DAY_MS
from registry.storage.lookup_counts import Told
from tests.registries import START
from tests.web.people import ON_SQLITE, People
from tests.web.works.one_work import her_work

pytestmark = ON_SQLITE
DAY = START - START % DAY_MS  # 21 September 2026


def counted(people: People, work: str) -> str:
    """A platform with a name that a sheet would calculate has asked in two months."""
    platform = people.desk.platform("=1+1")
    with people.desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({Told(work, DAY, platform, "search", "unstated"): 30})
        uow.lookup_counts.add({Told(work, DAY - DAY_MS, platform, "search", "unstated"): 4})
        uow.lookup_counts.add({Told(work, DAY, platform, "ai-input", "deny"): 6})
        uow.lookup_counts.add({Told(work, DAY - 60 * DAY_MS, platform, "ai-input", "deny"): 2})
    return platform


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_of_one_work_by_month_and_platform_with_a_chart_and_a_table(people: People) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    assert "No platform has asked about it yet." in ada.page(f"/works/{work}")
    platform = counted(people, work)
    asked = ada.data(f"/works/{work}")["asked"]
    assert asked["months"] == [
        {"month": "2026-07", "count": 2},
        {"month": "2026-08", "count": 0},
        {"month": "2026-09", "count": 40},
    ]
    newest, oldest = asked["rows"]
    assert newest["told"] == {"deny": 6, "unstated": 34, "conditional": 0, "allow": 0}
    assert (oldest["month"], oldest["total"], oldest["name"]) == ("2026-07", 2, "=1+1")
    page = ada.page(f"/works/{work}")
    assert 'class="columns"' in page
    rows = table(ada.get(asked["csv"]).text)
    assert [(row["month"], row["usage"], row["decision"], row["count"]) for row in rows] == [
        ("2026-09", "ai-input", "deny", "6"),
        ("2026-09", "search", "unstated", "34"),
        ("2026-07", "ai-input", "deny", "2"),
    ]
    assert {(row["platform"], row["name"]) for row in rows} == {(platform, "'=1+1")}


def test_of_all_works_month_by_month(people: People) -> None:
    ada = people.sign_in("Ada")
    holder, work = her_work(ada, works="=SUM(A1), GB-AYE-06-01498\nQuiet, GB-AYE-06-01499")
    counted(people, work)
    shown = ada.data(f"/asked?rightsholder={holder}&month=2026-09")
    assert [(each["name"], each["total"]) for each in shown["platforms"]] == [("=1+1", 40)]
    assert [(each["title"], each["told"]["deny"]) for each in shown["rows"]] == [("=SUM(A1)", 6)]
    assert (shown["works"], shown["whole"], shown["next"]) == (1, True, None)
    assert (shown["earlier"], shown["later"]) == ("2026-08", None)
    assert ada.data("/asked?month=2026-08")["platforms"] == []
    page = ada.page("/asked?month=2026-08")
    assert "No platform asked about them in this month." in page
    assert "In August 2026, about the works of" in page
    assert 'href="/works/' in ada.page("/asked")
    rows = table(ada.get(shown["csv"]).text)
    assert [(row["title"], row["name"]) for row in rows] == [("'=SUM(A1)", "'=1+1")] * 2


def test_it_is_for_whoever_acts_for_the_rightsholder_and_for_nobody_else(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    holder, work = her_work(ada)
    counted(people, work)
    for path in (
        f"/works/{work}/asked.csv",
        f"/asked?rightsholder={holder}",
        f"/asked.csv?rightsholder={holder}",
        "/asked",
    ):
        assert eve.get(path).status_code == 404, path
        assert people.visitor().get(path).status_code == 303, path
    assert ada.get("/asked?month=2026-13", Accept="application/json").status_code == 422
