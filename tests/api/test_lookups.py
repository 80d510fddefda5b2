"""A rightsholder is told who asked about their works, and nothing about works of others."""

from typing import Any

from registry.worker.counts import count_told
from tests.asked import JOB
from tests.served import Served


def lookups(world: Served, query: str = "", token: str = "") -> dict[str, Any]:
    registry = world.app.extensions["consent-registry"].registry
    registry.asks.catch_up()
    count_told(registry, JOB)
    response = world.call("GET", f"/v1/me/lookups{query}", token=token)
    assert response.status_code == 200, response.text
    return response.json()


def of_work(world: Served, work: str, query: str = "?limit=1000") -> list[tuple[str, str, int]]:
    return [
        (told["usage"], told["decision"], told["count"])
        for each in lookups(world, query)["lookups"]
        if each["work"] == work
        for told in each["told"]
    ]


def test_what_platforms_were_told_is_counted_by_usage_and_decision(world: Served) -> None:
    isrc = world.isrc()
    work = world.work(isrc)["id"]
    assert of_work(world, work) == []
    world.ask(isrc, isrc)
    world.ask(isrc, usage="search", path="/v1/verify?evidence=none")
    world.declared(work)
    world.ask(isrc)
    assert of_work(world, work) == [
        ("generative-training", "deny", 1),
        ("generative-training", "unstated", 2),
        ("search", "unstated", 1),
    ]
    found = next(each for each in lookups(world)["lookups"] if each["work"] == work)
    assert found["title"] == "Song"
    assert {(each["platform"], each["name"]) for each in found["told"]} == {
        (world.platform, "Tunes")
    }


def test_a_question_of_nobody_is_not_counted(world: Served) -> None:
    isrc = world.isrc()
    work = world.work(isrc)["id"]
    assert world.http.get(f"/v1/verify?usage=search&id={isrc}").status_code == 200
    assert of_work(world, work) == []


def test_another_months_lookups_are_on_another_page_and_another_rightsholders_on_none(
    world: Served,
) -> None:
    isrc = world.isrc()
    work = world.work(isrc)["id"]
    world.ask(isrc)
    assert of_work(world, work, "?month=2020-02") == []
    assert len(of_work(world, work)) == 1
    theirs = lookups(world, token=world.other_token)["lookups"]
    assert work not in [each["work"] for each in theirs]


def test_pages_go_on_where_the_last_one_ended(world: Served) -> None:
    for _ in range(3):
        isrc = world.isrc()
        world.work(isrc)
        world.ask(isrc)
    every = [each["work"] for each in lookups(world, "?limit=1000")["lookups"]]
    first = lookups(world, "?limit=2")
    rest = lookups(world, f"?limit=1000&after={first['next']}")
    assert [each["work"] for each in first["lookups"] + rest["lookups"]] == every
    assert rest["next"] is None


def test_what_is_no_month_is_refused(world: Served) -> None:
    for month in ("2026-13", "2026", "now", "0000-01"):
        response = world.call("GET", f"/v1/me/lookups?month={month}")
        assert response.status_code == 422, month
