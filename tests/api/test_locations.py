"""Locations: places on the web that a rightsholder speaks for."""

import pytest


def test_a_location_is_registered_read_and_listed(world):
    made = world.call(
        "POST", "/v1/locations", {"url": "https://music.example/a", "subdomains": False}
    )
    assert made.status_code == 201
    location = made.json()
    assert location["url"] == "https://music.example/a/"
    assert location["receipt"]["index"] > 0
    assert world.call("GET", f"/v1/locations/{location['id']}").json()["claim"] == location["claim"]
    assert (
        world.call("GET", f"/v1/locations/{location['id']}", token=world.other_token).status_code
        == 403
    )
    listed = world.call("GET", "/v1/locations").json()["locations"]
    assert [each["id"] for each in listed] == [location["id"]]


@pytest.mark.parametrize(
    "url", ["", "music", "https://com/", "ftp://music.example/", "https://music.example/?q=1"]
)
def test_what_nobody_can_speak_for_is_refused(world, url):
    response = world.call("POST", "/v1/locations", {"url": url})
    assert (response.status_code, response.json()["field"]) == (422, "url")


@pytest.mark.parametrize("value", ["true", 1, None])
def test_yes_and_no_are_true_and_false_and_nothing_else(world, value):
    response = world.call("POST", "/v1/locations", {"url": "https://x.example/", "sole": value})
    assert (response.status_code, response.json()["field"]) == (422, "sole")
