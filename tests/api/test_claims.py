"""Claims over HTTP: a look is asked for, done in the background, and what came of it is told."""

from pathlib import Path

from registry.fetching.process import FetchProcess
from registry.services.prove_claim import ASK_AGAIN_MS, PROVE
from registry.worker.proofs import prove_claim
from tests.fetching.sites import reply, served_web

SITE = "https://artist.example/"


def location(world, url: str = SITE):
    made = world.call("POST", "/v1/locations", {"url": url, "sole": True})
    assert made.status_code == 201
    return made.json()


def prove(world, claim: str, token: str = "", **headers: str):
    return world.call("POST", f"/v1/claims/{claim}/prove", token=token, **headers)


def test_a_look_is_asked_for_done_and_told(world, tmp_path: Path):
    made = location(world)
    claim = made["claim"]["id"]
    asked = prove(world, claim)
    assert asked.status_code == 202
    assert asked.json()["proof"]["state"] == "waiting"
    assert asked.json()["receipt"] is None
    with served_web(tmp_path) as web:
        way = made["claim"]["challenge"]["ways"][0]
        assert way["place"] == "https://artist.example/.well-known/consent-registry.txt"
        web.put("artist.example", "/.well-known/consent-registry.txt", reply(way["line"]))
        with world.registry.bookkeeping() as uow:
            found = uow.jobs.of(PROVE, claim)
            job = uow.jobs.take(found.id, found.due + 1, found.due + 60_000)
        prove_claim(world.registry, job, fetching=lambda url: FetchProcess(url, web.command()))
    told = world.call("GET", f"/v1/locations/{made['id']}").json()["claim"]
    assert told["assurance"] == {SITE: "controlled"}
    assert told["proof"]["state"] == "proved"
    assert told["proof"]["seen"] == [
        {"place": way["place"], "proved": True, "words": "it proves the location"}
    ]
    again = prove(world, claim)
    assert (again.status_code, again.json()["claim"]["assurance"]) == (200, {SITE: "controlled"})


def test_a_look_is_asked_for_once_a_minute(world):
    claim = location(world)["claim"]["id"]
    assert prove(world, claim).status_code == 202
    soon = prove(world, claim)
    assert (soon.status_code, soon.json()["code"]) == (429, "too-many-requests")
    assert 0 < int(soon.headers["Retry-After"]) <= 60
    world.clock.now += ASK_AGAIN_MS
    assert prove(world, claim).status_code == 202


def test_asking_again_with_the_same_key_gives_the_same_reply(world):
    claim = location(world)["claim"]["id"]
    first = prove(world, claim, Idempotency_Key="once")
    second = prove(world, claim, Idempotency_Key="once")
    assert (second.status_code, second.content) == (202, first.content)


def test_only_ones_own_claims_are_proved(world):
    claim = location(world)["claim"]["id"]
    assert prove(world, claim, token=world.other_token).status_code == 403
    assert prove(world, "nobody").status_code == 404


def test_a_claim_on_a_work_says_what_is_missing(world):
    claim = world.work()["claim"]["id"]
    refused = prove(world, claim)
    assert (refused.status_code, refused.json()["field"]) == (422, "claim")
    assert "sha256" in refused.json()["detail"]
