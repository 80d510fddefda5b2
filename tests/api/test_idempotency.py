"""Writes under an Idempotency-Key happen once, and a retry gets the same bytes."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from registry.errors import Unavailable
from registry.services import pool
from registry.storage.head_file import HeadFile
from tests.api.served import served


def new_work(isrc):
    return {"title": "Song", "kind": "recording", "role": "recording", "identifiers": [isrc]}


def test_the_same_key_and_body_give_the_same_bytes_and_happen_once(world):
    body = new_work(world.isrc())
    first = world.call("POST", "/v1/works", body, idempotency_key="a key 1")
    size, _ = world.root()
    again = world.call("POST", "/v1/works", body, idempotency_key="a key 1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replay"] == "true"
    assert "idempotent-replay" not in first.headers
    assert world.root()[0] == size


def test_without_a_key_it_happens_twice(world):
    body = new_work(world.isrc())
    assert (
        world.call("POST", "/v1/works", body).json()["id"]
        != world.call("POST", "/v1/works", body).json()["id"]
    )


def test_the_same_key_with_another_request_is_a_conflict(world):
    body = new_work(world.isrc())
    work = world.call("POST", "/v1/works", body, idempotency_key="k2").json()
    for path, other in [
        ("/v1/works", {**body, "title": "Another"}),
        ("/v1/locations", {"url": "https://k2.example/a/"}),
        (f"/v1/works/{work['id']}/identifiers", {"identifiers": body["identifiers"]}),
    ]:
        response = world.call("POST", path, other, idempotency_key="k2")
        assert (response.status_code, response.json()["code"]) == (409, "idempotency-conflict")
        assert response.json()["field"] == "Idempotency-Key"


def test_another_tokens_key_of_the_same_name_is_another_key(world):
    body = new_work(world.isrc())
    mine = world.call("POST", "/v1/works", body, idempotency_key="k3").json()
    theirs = world.call(
        "POST", "/v1/works", body, token=world.other_token, idempotency_key="k3"
    ).json()
    assert mine["id"] != theirs["id"]


def test_a_refused_write_does_not_use_its_key_up(world):
    body = new_work(world.isrc())
    assert (
        world.call("POST", "/v1/works", {**body, "title": " "}, idempotency_key="k4").status_code
        == 422
    )
    assert world.call("POST", "/v1/works", body, idempotency_key="k4").status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201, "tab\there", "ä"])
def test_a_key_that_is_none_is_refused(world, key):
    response = world.call(
        "POST", "/v1/works", new_work(world.isrc()), idempotency_key=key.encode("latin-1")
    )
    assert (response.status_code, response.json()["field"]) == (400, "Idempotency-Key")


def test_the_main_flow_on_either_database(tmp_path, database_url):
    with served(tmp_path, REGISTRY_DATABASE_URL=database_url) as world:
        isrc = world.isrc()
        work = world.work(isrc)
        body = {"subject": {"work": work["id"]}, "preset": "no-ai"}
        first = world.call("POST", "/v1/declarations", body, idempotency_key="d")
        assert (
            world.call("POST", "/v1/declarations", body, idempotency_key="d").content
            == first.content
        )
        assert (
            world.call(
                "POST", "/v1/declarations", {**body, "preset": "everything"}, idempotency_key="d"
            ).status_code
            == 409
        )
        assert world.ask(isrc)["results"][0]["decision"] == "deny"
        body = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
        headers = world.signed("POST", "/v1/verify", body)
        assert [world.send(body, headers).status_code for _ in range(2)] == [200, 401]
        record = world.http.get(f"/v1/records/{first.json()['id']}")
        assert record.text == first.json()["record"]["jws"]
        assert world.http.get("/readyz").status_code == 200
        assert world.http.get("/v1/status/1").status_code == 200
        assert world.call("GET", "/v1/works").json()["works"][0]["id"] == work["id"]
        world.verify_log()


@contextmanager
def all_in_line(world, waiting):
    """Somebody else is at it, until so many wait behind the first who asked within."""
    line = world.app.extensions["consent-registry"].registry._pool._waiting
    with world.registry.writing():
        yield
        while len(line) < waiting:
            time.sleep(0.005)


def test_declarations_that_come_at_once_share_a_checkpoint_and_those_with_one_key_a_reply(
    tmp_path, database_url, monkeypatch
):
    monkeypatch.setattr(pool, "LONGEST_SECONDS", 60.0)  # nobody is late
    keys = ["same", "a", "same", "b", "same", "c"]
    more = {"REGISTRY_DATABASE_URL": database_url, "REGISTRY_WRITERS": "16"}
    with served(tmp_path, threaded=True, **more) as world, ThreadPoolExecutor(8) as threads:
        body = {"subject": {"work": world.work()["id"]}, "preset": "no-ai"}
        unknown = {**body, "subject": {"work": world.rightsholder}}
        size, _ = world.root()

        def declare(key, said=body):
            return world.call("POST", "/v1/declarations", said, idempotency_key=key)

        with all_in_line(world, len(keys)):
            asked = [threads.submit(declare, key) for key in keys]
            refused = threads.submit(declare, "d", unknown)
        replies = [each.result() for each in asked]
        assert [each.status_code for each in replies] == [201] * 6
        assert refused.result().status_code == 404
        assert len({each.content for each in replies}) == 4
        assert {replies[0].content} == {each.content for each in replies[::2]}
        assert sum("idempotent-replay" in each.headers for each in replies) == 2
        assert world.root()[0] == size + 4
        heads = {each.json()["receipt"]["checkpoint"] for each in replies}
        assert len(heads) < 4
        assert world.verify_log() == size + 4


def test_what_may_be_written_is_said_so_and_the_same_key_finds_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "LONGEST_SECONDS", 60.0)
    with (
        served(tmp_path, threaded=True, REGISTRY_WRITERS="16") as world,
        ThreadPoolExecutor(4) as threads,
        monkeypatch.context() as patched,
    ):
        body = {"subject": {"work": world.work()["id"]}, "preset": "no-ai"}
        size, _ = world.root()
        release = HeadFile.release

        def no_place(file, head):
            if head.size > size:
                raise Unavailable("no space left")
            return release(file, head)

        def declare(key):
            return world.call("POST", "/v1/declarations", body, idempotency_key=key)

        with all_in_line(world, 2):
            patched.setattr(HeadFile, "release", no_place)
            asked = [threads.submit(declare, key) for key in "abc"]
        failed = [each.result() for each in asked]
        assert {each.status_code for each in failed} == {503}
        for each in failed:
            assert "this may be written" in each.json()["detail"]
            assert "the same Idempotency-Key" in each.json()["detail"]
        patched.undo()
        again = [declare(key) for key in "abc"]
        assert [each.status_code for each in again] == [201] * 3
        assert all(each.headers["idempotent-replay"] == "true" for each in again)
        assert world.verify_log() == size + 3


def test_withdrawn_already_is_not_said_of_a_withdrawal_that_was_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "LONGEST_SECONDS", 60.0)
    with (
        served(tmp_path, threaded=True, REGISTRY_WRITERS="16") as world,
        ThreadPoolExecutor(4) as threads,
    ):
        declared = world.declared(world.work()["id"])

        def withdraw(key):
            path = f"/v1/declarations/{declared['id']}/withdraw"
            return world.call("POST", path, idempotency_key=key)

        refuse = "BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        with world.registry.engine.begin() as connection:
            connection.execute(text(f"CREATE TRIGGER full {refuse}"))
        with all_in_line(world, 1):
            asked = [threads.submit(withdraw, key) for key in "ab"]
        assert [each.result().status_code for each in asked] == [503, 503]
        with world.registry.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER full"))
        assert [withdraw(key).status_code for key in "ab"] == [200, 409]
        world.verify_log()
