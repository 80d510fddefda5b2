"""Alive, and ready: without a readable store or checkpoint a process is not ready."""

from registry.api.health import LONGEST_SILENCE_MS, STANDING_JOB
from registry.app import create_app
from registry.settings import Settings
from registry.storage.head_file import Head
from tests.api.served import served


def test_a_served_registry_is_alive_and_ready(world):
    assert world.call("GET", "/healthz", token=None).json() == {"status": "alive"}
    ready = world.call("GET", "/readyz", token=None).json()
    assert ready == {"status": "ready", "size": world.root()[0]}


def test_a_registry_that_was_never_prepared_is_alive_but_not_ready(tmp_path):
    app = create_app(Settings.from_environ({"REGISTRY_VAR": str(tmp_path)}))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.json["code"]) == (503, "unavailable")
    asked = client.get("/v1/verify?usage=search&id=isrc:USRC17607839")
    assert asked.status_code == 503
    assert "results" not in asked.json
    app.extensions["consent-registry"].registry.close()


def test_a_store_behind_what_was_released_is_not_ready_and_takes_no_writes(tmp_path):
    with served(tmp_path) as world:
        size, root = world.root()
        world.registry.head_file.overwrite(Head(size + 1, root, world.clock.now))
        ready = world.http.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "log-refuses")
        body = {
            "title": "Song",
            "kind": "recording",
            "role": "recording",
            "identifiers": [world.isrc()],
        }
        refused = world.call("POST", "/v1/works", body)
        assert (refused.status_code, refused.json()["code"]) == (503, "log-refuses")
        assert refused.headers["retry-after"]


def test_a_checkpoint_that_does_not_verify_is_not_ready(tmp_path):
    from sqlalchemy import text

    from registry.storage.engine import writing

    with served(tmp_path) as world:
        assert world.http.get("/readyz").status_code == 200
        with writing(world.registry.engine) as connection:
            connection.execute(
                text("UPDATE log_tiles SET hashes = :zeros"), {"zeros": b"\0" * 32 * 20}
            )
        ready = world.http.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "log-refuses")
        assert "does not verify" in ready.json()["detail"]


def test_a_disk_that_is_nearly_full_is_not_ready(world, monkeypatch):
    monkeypatch.setattr("registry.api.health.LEAST_FREE_BYTES", 2**62)
    ready = world.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["detail"].startswith("the disk of the var is nearly full")
    assert str(world.settings.var) not in ready.text


def test_a_background_worker_that_fell_silent_is_not_ready(tmp_path):
    with served(tmp_path) as world:
        with world.registry.bookkeeping() as uow:
            uow.jobs.add(STANDING_JOB, "", world.clock.now)
            (id,) = uow.jobs.due(world.clock.now, [STANDING_JOB], 10)
            job = uow.jobs.take(id, world.clock.now, world.clock.now + 1)
            assert uow.jobs.done(job, world.clock.now)
        assert world.http.get("/readyz").status_code == 200
        world.clock.now += LONGEST_SILENCE_MS
        ready = world.http.get("/readyz")
        assert ready.status_code == 503
        assert "background worker" in ready.json()["detail"]
