"""Works, as their rightsholders register, read, extend and share them."""

from urllib.parse import quote

import pytest


def test_a_work_is_registered_with_a_claim_and_a_receipt(world):
    isrc = world.isrc()
    work = world.work(isrc.replace("isrc:", "isrc:").lower(), "HTTPS://Music.example/a/x")
    assert work["identifiers"] == [isrc, "https://music.example/a/x"]
    assert work["claim"]["assurance"] == {isrc: "declared", "https://music.example/a/x": "declared"}
    assert work["claim"]["inside"] == "mine"
    assert work["receipt"]["tlog_proof"].startswith("c2sp.org/tlog-proof@v1\n")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "song"}, "kind"),
        ({"role": 5}, "role"),
        ({"identifiers": []}, "identifiers"),
        ({"identifiers": ["isrc:x"]}, "identifiers[0]"),
        ({"identifiers": "isrc:x"}, "identifiers"),
        ({"embodies": "all"}, "embodies"),
        ({"embodies": ["x"]}, "embodies[0]"),
        ({"extra": 1}, "extra"),
        ({"title": "two\nlines"}, "title"),
    ],
)
def test_a_bad_work_is_refused_by_field(world, change, field):
    body = {
        "title": "Song",
        "kind": "recording",
        "role": "recording",
        "identifiers": [world.isrc()],
    }
    response = world.call("POST", "/v1/works", {**body, **change})
    assert response.status_code in (404, 422)
    assert response.json()["field"] == field


def test_without_a_token_nothing_is_written_or_read(world):
    for method, path in [("POST", "/v1/works"), ("GET", "/v1/works"), ("GET", "/v1/works/x")]:
        for token in (None, "crt_unknown"):
            response = world.call(method, path, token=token)
            assert response.status_code == 401
            assert response.json()["field"] == "Authorization"


def test_one_sees_ones_own_works_only(world):
    work = world.work()
    assert world.call("GET", f"/v1/works/{work['id']}").json()["id"] == work["id"]
    assert world.call("GET", f"/v1/works/{work['id']}", token=world.other_token).status_code == 403
    listed = world.call("GET", "/v1/works", token=world.other_token).json()["works"]
    assert work["id"] not in [each["id"] for each in listed]
    assert world.call("GET", "/v1/works/nothing").status_code == 404


def test_identifiers_are_added_once(world):
    work = world.work()
    fresh = world.isrc()
    path = f"/v1/works/{work['id']}/identifiers"
    added = world.call("POST", path, {"identifiers": [fresh]}).json()
    assert added["identifiers"] == [*work["identifiers"], fresh]
    assert added["receipt"] is not None
    again = world.call("POST", path, {"identifiers": [fresh]})
    assert again.status_code == 201
    assert again.json()["receipt"] is None
    assert (
        world.call("POST", path, {"identifiers": [fresh]}, token=world.other_token).status_code
        == 403
    )


def test_taking_an_identifier_away_only_proposes_it(world):
    url = "https://music.example/b%20c/%2F?q=1"
    work = world.work(url)
    (kept,) = work["identifiers"]
    path = f"/v1/works/{work['id']}/identifiers/{quote(kept, safe='')}"
    proposed = world.call("DELETE", path)
    assert proposed.status_code == 202
    assert proposed.json()["identifier"] == kept
    assert proposed.json()["needs_confirmation"] is True
    assert world.call("GET", f"/v1/works/{work['id']}").json()["identifiers"] == [kept]
    waiting = world.call("GET", "/v1/loosenings").json()["loosenings"]
    assert proposed.json()["id"] in [each["id"] for each in waiting]
    assert (
        world.call("DELETE", f"/v1/works/{work['id']}/identifiers/isrc%3AUSRC17607839").status_code
        == 404
    )


def test_a_co_owner_claims_a_work_that_is_registered(world):
    work = world.work()
    path = f"/v1/works/{work['id']}/claims"
    claimed = world.call(
        "POST", path, {"role": "composition", "inside": "mine"}, token=world.other_token
    )
    assert claimed.status_code == 201
    assert claimed.json()["role"] == "composition"
    again = world.call("POST", path, {"role": "composition"}, token=world.other_token)
    assert again.status_code == 409


def test_a_token_does_not_act_for_somebody_else(world):
    body = {
        "title": "Song",
        "kind": "recording",
        "role": "recording",
        "identifiers": [world.isrc()],
    }
    named = {**body, "rightsholder": world.other_rightsholder}
    assert world.call("POST", "/v1/works", named).status_code == 403
    assert world.call("POST", "/v1/works", named, token=world.other_token).status_code == 201
    assert (
        world.call("GET", f"/v1/works?rightsholder={world.other_rightsholder}").status_code == 403
    )
