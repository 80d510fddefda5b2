"""The page of statistics: numbers in words, pictures and a table, and nobody\'s name but platforms\'."""

import csv
import io

from registry.instants import DAY_MS
from registry.storage.jobs import Job, JobState
from registry.storage.platform_counts import Answered
from registry.web.statistics_pages import HEADER
from registry.worker.census import keep_census
from tests.registries import Desk
from tests.web.conftest import Browser

JOB = Job("id", "census", "", 0, JobState.RUNNING, 1, 1, 1, None, None, 0, None)
URL = "https://artist.com/x"


def counted(desk: Desk) -> str:
    work, claim = desk.work(URL, by="Ada Lovelace")
    desk.prove(claim, URL)
    desk.declare(work, by="Ada Lovelace", generative_training="deny", search="allow")
    platform = desk.platform("<b>Tunes</b>")
    now = desk.clock()
    with desk.registry.bookkeeping() as uow:
        uow.platform_counts.add({Answered(platform, now - now % DAY_MS, "search", "unstated"): 4})
    keep_census(desk.registry, JOB)
    return platform


def test_the_page_has_what_was_counted_and_says_as_of_when(browser: Browser, desk: Desk) -> None:
    platform = counted(desk)
    found = browser.data("/statistics")
    assert found["works"] == [{"month": "2026-09", "count": 1}]
    assert found["claims"] == {"declared": 0, "controlled": 1, "attested": 0}
    assert found["platforms"][0]["id"] == platform
    assert found["platforms"][0]["told"]["unstated"] == 4
    page = browser.page("/statistics")
    assert 'class="columns"' in page
    assert 'class="bar"' in page
    assert "&lt;b&gt;Tunes&lt;/b&gt;" in page
    assert "Lovelace" not in page
    assert "artist.com" not in page


def test_before_the_first_count_the_page_says_so(browser: Browser) -> None:
    assert "Nothing was counted here yet" in browser.page("/statistics")
    assert browser.client.get("/statistics.csv").status_code == 404


def test_the_table_has_the_same_numbers_and_no_formula(browser: Browser, desk: Desk) -> None:
    platform = counted(desk)
    reply = browser.client.get("/statistics.csv")
    assert reply.content_type.startswith("text/csv")
    header, *rows = csv.reader(io.StringIO(reply.text))
    assert tuple(header) == HEADER
    assert ["standing", "", "generative-training", "deny", "1"] in rows
    assert ["lookups", "", platform, "unstated", "4"] in rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_months_without_a_number_are_shown_as_nothing(browser: Browser, desk: Desk) -> None:
    desk.work("isrc:GBAYE0601498")
    desk.clock.forward(70 * DAY_MS)
    desk.work("isrc:GBAYE0601499")
    keep_census(desk.registry, JOB)
    assert [each["count"] for each in browser.data("/statistics")["works"]] == [1, 0, 1]
