"""Snapshots over HTTP: plain files with names of their own, and a manifest that is fresh or not there."""

import hashlib
import json

import pytest

from registry.instants import HOUR_MS
from registry.services.make_snapshot import make_snapshot
from registry.signing import base64url
from tests.api.served import served

LATEST = "/v1/snapshots/latest"


def test_a_snapshot_is_fetched_by_its_manifest(tmp_path):
    with served(tmp_path) as world:
        assert world.http.get(LATEST).status_code == 404
        world.work()
        made = make_snapshot(world.registry.snapshot_press())
        reply = world.http.get(LATEST)
        assert reply.headers["content-type"] == "application/consent-snapshot+jwt"
        assert reply.headers["cache-control"] == "public, max-age=60"
        assert world.http.get(f"/v1/snapshots/{made.size}/manifest").text == reply.text
        payload = json.loads(base64url.decode(reply.text.split(".")[1]))
        assert payload["size"] == made.size
        for name, entry in made.files().items():
            file = world.http.get(f"/v1/snapshots/{made.size}/{name}")
            assert hashlib.sha256(file.content).hexdigest() == entry.sha256
            assert "immutable" in file.headers["cache-control"]
        part = world.http.get(f"/v1/snapshots/{made.size}/{name}", headers={"Range": "bytes=8-"})
        assert (part.status_code, part.content) == (206, file.content[8:])
        known = {"If-None-Match": file.headers["etag"]}
        again = world.http.get(f"/v1/snapshots/{made.size}/{name}", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        world.clock.now += 7 * HOUR_MS
        over = world.http.get(LATEST)
        assert (over.status_code, over.json()["code"]) == (404, "not-found")
        assert "ask it directly" in over.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "1/manifest",
        "x/manifest",
        "1/manifest.jws",
        "1/registered.0123456789abcdef.filter",
        "1/..%2F..%2Fkeys",
        "99999999999999999999999/manifest",
        "1/a/b",
        "",
    ],
)
def test_what_is_not_there_is_not_found(world, path):
    assert world.http.get(f"/v1/snapshots/{path}").status_code == 404
