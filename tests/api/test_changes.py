"""`/v1/changes` over HTTP: signed both ways, in order, and waiting without anybody else having to."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from registry.client.follow import Mirror
from registry.domain.identifiers import parse_identifier
from registry.signing.keys import generate
from registry.tlog.entry import LogEntry
from registry.tlog.tiles import ENTRIES, Tile, decode_bundle, tile_width
from tests.api.served import Served, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("changes")
    with served(folder, threaded=True, REGISTRY_WAITERS="2") as world:
        yield world


def get(world: Served, query: str = "", **options: Any) -> httpx2.Response:
    path = f"/v1/changes{query}"
    headers = world.signed("GET", path, **options)
    response = world.http.get(path, headers=headers)
    world.shapes.check("GET", path, response)
    if response.status_code == 200:
        world.verify_get(path, headers, response)
    return response


def end(world: Served) -> int:
    """The index of the newest entry."""
    return world.root()[0] - 1


def test_the_signed_pages_lead_from_nothing_to_the_end_of_the_log(world: Served) -> None:
    isrc = world.isrc()
    work = world.work(isrc)["id"]
    world.declared(work)
    mirror, more = Mirror(), True
    while more:
        after = "" if mirror.cursor is None else f"&after={mirror.cursor}"
        page = get(world, f"?limit=3{after}").json()
        assert len(page["changes"]) <= 3
        mirror.apply(page)
        more = page["more"]
    assert mirror.cursor == end(world)
    seen = mirror.subjects(world.clock.now)[work]
    assert seen["keys"] == [parse_identifier(isrc).wide_key.hex()]
    assert {each["preference"] for each in seen["says"]} == {"deny"}
    assert len(seen["says"]) == 6


def test_nothing_in_it_names_an_identifier_a_title_or_a_records_id(world: Served) -> None:
    isrc = world.isrc()
    record = world.declared(world.work(isrc)["id"])["record"]["id"].rpartition("/")[2]
    text = get(world, "?limit=1000").text
    for told in (isrc, isrc[5:], "Song", record, "Lovelace"):
        assert told not in text


def test_each_change_is_the_entry_that_everybody_can_read_in_the_log(world: Served) -> None:
    world.work()
    size = world.root()[0]
    path = Tile(ENTRIES, 0, tile_width(ENTRIES, 0, size)).path
    logged = [
        LogEntry.decode(each) for each in decode_bundle(world.http.get(f"/log/{path}").content)
    ]
    page = get(world, f"?limit={size}").json()
    told = [(each["type"], each["id"], each["digest"], each["time"]) for each in page["changes"]]
    assert [entry.encode().decode().split('"')[5::4] for entry in logged] == [
        list(each) for each in told
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [("?after=-1", "after"), ("?wait=31", "wait"), ("?limit=0", "limit"), ("?befor=1", "befor"),
     ("?after=x", "after")],
)  # fmt: skip
def test_what_it_does_not_understand_it_refuses(world: Served, query: str, field: str) -> None:
    refused = get(world, query)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_whoever_has_more_than_the_log_is_told_so(world: Served) -> None:
    refused = get(world, f"?after={end(world) + 1}")
    assert (refused.status_code, refused.json()["code"]) == (409, "beyond-the-log")


def test_it_is_for_platforms(world: Served) -> None:
    assert world.http.get("/v1/changes").json()["code"] == "signature-missing"
    assert get(world, signer=generate()).json()["code"] == "key-unknown"
    headers = world.signed("GET", "/v1/changes")
    assert world.http.get("/v1/changes", headers=headers).status_code == 200
    again = world.http.get("/v1/changes", headers=headers)
    assert again.json()["code"] == "nonce-replayed"
    other = world.http.get("/v1/changes?limit=2", headers=world.signed("GET", "/v1/changes"))
    assert other.json()["code"] == "signature-invalid"


def test_it_counts_among_the_platforms_requests(tmp_path: Path) -> None:
    with served(tmp_path, REGISTRY_RATE_PLATFORM="2") as world:
        assert get(world).headers["ratelimit"].startswith('"platform";r=1')
        assert get(world).status_code == 200
        assert get(world).status_code == 429


def test_whoever_waits_is_answered_with_the_next_entry(world: Served) -> None:
    after = end(world)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(get, world, f"?after={after}&wait=30")
        wait_for_somebody_who_waits(world)
        began = time.monotonic()
        work = world.work()["id"]
        page = waits.result(timeout=60).json()
    assert time.monotonic() - began < 25, "it waited for its time to be over"
    assert page["changes"][0]["index"] == after + 1
    assert work in page["changes"][0]["subjects"]


def test_without_news_it_is_answered_when_its_time_is_over(world: Served) -> None:
    after = end(world)
    began = time.monotonic()
    reply = get(world, f"?after={after}&wait=1")
    assert time.monotonic() - began >= 1
    assert (reply.json()["changes"], reply.json()["next"]) == ([], after)
    assert "retry-after" not in reply.headers


def test_whoever_finds_no_place_to_wait_is_answered_at_once(world: Served) -> None:
    """Two may wait here, and one platform has one of these places."""
    after = end(world)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(get, world, f"?after={after}&wait=30")
        wait_for_somebody_who_waits(world)
        turned_away = get(world, f"?after={after}&wait=30")
        assert not waits.done(), "it waited as long as the one who has the place"
        assert turned_away.status_code == 200
        assert turned_away.json()["changes"] == []
        assert turned_away.headers["retry-after"] == "5"
        world.work()
        assert waits.result(timeout=60).json()["changes"]


def wait_for_somebody_who_waits(world: Served) -> None:
    """Until somebody waits for the log to grow."""
    watch = world.app.extensions["consent-registry"].registry.head_watch
    until = time.monotonic() + 60
    while not watch._waiting:
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.01)
