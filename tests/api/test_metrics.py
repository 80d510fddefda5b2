"""`/metrics`: what was counted and how the registry stands, in the text that Prometheus reads."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from registry.storage.head_file import Head
from tests.api.served import served

TOKEN = "0123456789abcdef0123456789abcdef"


def read(world, **headers):
    response = world.http.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def counted(world, name, **labels):
    return read(world).get((name, *sorted(labels.items())), 0.0)


def test_questions_are_counted_by_what_was_decided(world):
    items = {"usage": "search", "decision": "unregistered"}
    requests = {"endpoint": "questions.post_question", "method": "POST", "status": "2xx"}
    before = counted(world, "registry_items_answered_total", **items)
    asked = counted(world, "registry_requests_total", **requests)
    world.ask(world.isrc(), world.isrc(), usage="search")
    assert counted(world, "registry_items_answered_total", **items) == before + 2
    assert counted(world, "registry_requests_total", **requests) == asked + 1


def test_refused_signatures_are_counted_by_the_reason(world):
    before = counted(world, "registry_signatures_refused_total", reason="signature-missing")
    world.http.post("/v1/verify", json={})
    after = counted(world, "registry_signatures_refused_total", reason="signature-missing")
    assert after == before + 1


def test_how_the_registry_stands(world):
    found = read(world)
    size, _ = world.root()
    assert found["registry_store_up",] == 1
    assert found["registry_log_size",] == found["registry_released_size",] == size
    assert 0 <= found["registry_checkpoint_age_seconds",] < 3600
    assert found["registry_newest_event_age_seconds",] >= found["registry_checkpoint_age_seconds",]
    assert found["registry_nonce_store_birth_timestamp_seconds",] > 1_700_000_000
    assert found["registry_jobs", ("state", "failed")] == 0
    assert found["registry_oldest_due_job_age_seconds",] == 0
    assert found["registry_disk_free_bytes", ("place", "store")] > 0


def test_a_store_that_is_away_is_a_figure_not_a_failure(world, monkeypatch):
    from sqlalchemy.exc import OperationalError

    from registry.storage.engine import away

    def gone(self):
        raise away(OperationalError("SELECT", {}, Exception("gone")))

    monkeypatch.setattr("registry.bootstrap.Registry.reading", gone)
    found = read(world)
    assert found["registry_store_up",] == 0
    assert ("registry_log_size",) not in found


def test_a_store_behind_what_was_released_is_to_be_seen(tmp_path):
    with served(tmp_path) as world:
        size, root = world.root()
        world.registry.head_file.overwrite(Head(size + 3, root, world.clock.now))
        found = read(world)
        assert found["registry_released_size",] - found["registry_log_size",] == 3


def test_strangers_get_none_of_it(world):
    for headers in ({"x-forwarded-for": "203.0.113.7"}, {"via": "1.1 proxy"}):
        refused = world.http.get("/metrics", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "registry_" not in refused.text


def test_with_a_token_it_can_be_read_from_elsewhere(tmp_path):
    with served(tmp_path, REGISTRY_METRICS_TOKEN=TOKEN) as world:
        assert world.http.get("/metrics").status_code == 401
        assert read(world, authorization=f"Bearer {TOKEN}", via="1.1 proxy")["registry_store_up",]


@pytest.mark.parametrize("token", ["short", "x" * 31])
def test_a_short_token_is_refused_at_the_start(token):
    from registry.errors import ConfigurationError
    from registry.settings import Settings

    with pytest.raises(ConfigurationError, match="METRICS_TOKEN"):
        Settings.from_environ({"REGISTRY_METRICS_TOKEN": token})


def test_webhooks_and_their_notices_are_figures(world):
    body = b'{"url":"https://tunes.example/metrics"}'
    world.http.post(
        "/v1/webhooks", content=body, headers=world.signed("POST", "/v1/webhooks", body)
    )
    found = read(world)
    assert found["registry_webhooks", ("state", "asked")] == 1
    assert found["registry_webhook_notices", ("state", "waiting")] == 1
    assert found["registry_webhook_notices", ("state", "dead")] == 0
    assert found["registry_webhook_notices_delivered",] == 0


def test_whoever_waits_for_changes_is_counted_before_and_after(world):
    size, _ = world.root()
    path = f"/v1/changes?after={size - 1}&wait=1"
    before = counted(world, "registry_changes_waits_total", what="nothing")
    world.http.get(path, headers=world.signed("GET", path))
    assert counted(world, "registry_changes_waits_total", what="nothing") == before + 1
    assert counted(world, "registry_changes_waits_total", what="begun") == before + 1
